"""The block of properties at the top of a Markdown file, between lines of `---` (YAML) or `+++` (TOML).

Only what a document is called, whose it is, when, in which language, and what has taken its place: top-level keys with
a text or a flat list. A full YAML reader would bring anchors that expand to gigabytes and types that nobody asked for.
"""

import re
from collections.abc import Mapping

_MAX_LINES = 500
_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_ENTRY = re.compile(r"([A-Za-z_][\w.-]*)\s*[:=]\s*(.*)")
_ITEM = re.compile(r"\s*-\s+(.*)")
_NEITHER = re.compile(r"\s*(?:#.*)?|\s+\S.*|[\]}],?\s*|\[.*\]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES = {
    "author": ("author", "authors", "by"),
    "language": ("lang", "language", "locale"),
    "superseded_by": ("superseded_by", "superseded-by", "replaced_by", "replaced-by"),
}
_DATES = ("date", "published", "created", "updated", "last_updated", "lastmod")


def split_front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """(`title`, `author`, `date`, `language`, `superseded_by` where named; the text behind the block).

    Without a block: ({}, text).
    """
    lines = text.split("\n")
    ends = _FENCES.get(lines[0].rstrip())
    if ends is None:
        return {}, text
    for number, line in enumerate(lines[1:_MAX_LINES], start=1):
        if line.rstrip() in ends:
            return _metadata(_properties(lines[1:number])), "\n".join(lines[number + 1 :])
        if not (_ENTRY.match(line) or _ITEM.match(line) or _NEITHER.fullmatch(line)):
            break
    return {}, text


def _properties(lines: list[str]) -> dict[str, str]:
    """Top-level keys, lower case; a list becomes its items, comma separated."""
    found: dict[str, str] = {}
    key = ""
    for line in lines:
        if entry := _ENTRY.match(line):
            key = entry[1].lower()
            found[key] = _scalar(entry[2])
        elif key and (item := _ITEM.match(line)):
            found[key] = ", ".join(part for part in (found[key], _scalar(item[1])) if part)
    return found


def _scalar(value: str) -> str:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(part for item in value[1:-1].split(",") if (part := _scalar(item)))
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return "" if value in ("|", ">", "null", "~") else re.sub(r"\s+#.*", "", value)


def _metadata(properties: Mapping[str, str]) -> dict[str, str]:
    found = {"title": properties.get("title", "")}
    for name, keys in _NAMES.items():
        found[name] = next((properties[key] for key in keys if properties.get(key)), "")
    days = (match[0] for key in _DATES if (match := _DAY.match(properties.get(key, ""))))
    found["date"] = next(days, "")
    return {name: value for name, value in found.items() if value}
