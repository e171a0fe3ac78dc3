"""Path patterns: `*` and `?` within one name, `**` across folders, `[abc]` one of these.

A pattern that names a folder covers all below it. Patterns count from the folder of their `footnote.toml`, those of a
filter from the root of the corpus; letters match as they are written, an accented one in either of its Unicode forms:
file systems keep both.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Glob:
    """One pattern. Where `anywhere` is set, one without a slash matches a name at any depth, as in `.gitignore`."""

    pattern: str
    anywhere: bool = field(default=False, kw_only=True)

    def matches(self, path: str) -> bool:
        """Whether the POSIX path, or a folder above it, is what the pattern names."""
        return self._compiled.fullmatch(unicodedata.normalize("NFC", path)) is not None

    @cached_property
    def specificity(self) -> tuple[int, int, int]:
        """More is more specific: names before the first wildcard, names without one, characters without one."""
        names = self._names
        plain = [not _WILD.search(name) for name in names]
        leading = plain.index(False) if False in plain else len(plain)
        return leading, sum(plain), sum(len(re.sub(_WILD, "", name)) for name in names)

    @cached_property
    def _names(self) -> list[str]:
        pattern = unicodedata.normalize("NFC", self.pattern)
        return [name for name in pattern.strip().strip("/").split("/") if name not in ("", ".")]

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        loose = self.anywhere and "/" not in self.pattern.strip().rstrip("/")
        parts = ["(?:[^/]+/)*"] if loose else []
        for number, name in enumerate(self._names):
            if name == "**":
                last = number == len(self._names) - 1
                parts.append(".+" if last else "(?:[^/]+/)*")
            else:
                parts.append(_name(name) + ("/" if number < len(self._names) - 1 else ""))
        return re.compile("".join(parts) + r"(?:/.*)?", re.DOTALL)


def _name(pattern: str) -> str:
    """One path segment as a regular expression; a bracket that nothing closes stands for itself."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        end = pattern.find("]", position + 2) if char == "[" else -1
        if end > 0:
            inner = pattern[position + 1 : end]
            negated = inner.startswith(("!", "^"))
            chars = re.sub(r"([\\\[\]^&~|])", r"\\\1", inner[1:] if negated else inner)
            parts.append(f"(?!/)[{'^' if negated else ''}{chars}]")
            position = end + 1
            continue
        parts.append({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)))
        position += 1
    return "".join(parts)
