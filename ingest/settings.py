"""`footnote.toml` at a corpus root: what belongs to the corpus, and who may see it.

    collection = "handbook"
    include = ["**/*.html", "*.pdf"]      # nothing else, where it is given
    exclude = ["drafts/**", "~$*"]        # a pattern without a slash matches a name at any depth

    [[access]]
    path = "hr/**"                        # from this file's folder
    groups = ["hr"]                       # an empty list: public

    [synonyms]                            # each name and all that is said for it stand for one another
    pto = ["paid time off", "annual leave"]

Of several access rules that match, the most specific holds: most folder names before the first wildcard, then most
names without a wildcard, then most characters; of equal ones the one that restricts, then the later. A file that can't
be understood is an error and never ignored: what it meant to restrict would be public.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import UsageError
from retrieval.globs import Glob
from retrieval.store.terms.synonyms import LONGEST
from retrieval.store.terms.text import words

NAME = "footnote.toml"
_RULES_REMEDY = "correct the file; nothing was ingested"


def _group(name: str) -> str:
    if not name.strip() or name != name.strip() or name == "*":
        raise ValueError("a group is a name without blanks around it, and not '*'")
    return name


def _pattern(pattern: str) -> str:
    if not pattern.strip().strip("/") or ".." in pattern.split("/") or "\\" in pattern:
        raise ValueError("a pattern is a path below this folder, its names parted by '/'")
    try:
        Glob(pattern).matches("")
    except re.error as exc:
        raise ValueError(f"not a pattern: {exc}") from exc
    return pattern


def _said(text: str) -> str:
    if not 1 <= len(list(words(text))) <= LONGEST:
        raise ValueError(f"a synonym is one to {LONGEST} words")
    return text


_Said = Annotated[str, AfterValidator(_said)]
_Group = Annotated[str, AfterValidator(_group)]
_Pattern = Annotated[str, AfterValidator(_pattern)]


class _AccessRule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    path: _Pattern
    groups: list[_Group]


class _CorpusFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    collection: Annotated[str, Field(min_length=1)] | None = None
    include: list[_Pattern] | None = None
    exclude: list[_Pattern] = []
    access: list[_AccessRule] = []
    synonyms: dict[_Said, Annotated[list[_Said], Field(min_length=1)]] = {}


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may see what `path` names; no groups means everyone."""

    path: Glob
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorpusRules:
    """What one `footnote.toml` says about the files below its folder; paths are POSIX and relative to it."""

    folder: Path
    collection: str | None
    include: tuple[Glob, ...] | None
    exclude: tuple[Glob, ...]
    access: tuple[AccessRule, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()

    def exclusion(self, path: str) -> str:
        """Why the file is left out, or "" where it belongs to the corpus."""
        for glob in self.exclude:
            if glob.matches(path):
                return f"excluded by {NAME} (exclude {glob.pattern!r})"
        if self.include is not None and not any(glob.matches(path) for glob in self.include):
            return f"excluded by {NAME} (not in include)"
        return ""

    def matching(self, path: str) -> tuple[int, ...]:
        """The numbers of the access rules that match the file, the one that holds first."""
        numbers = [number for number, rule in enumerate(self.access) if rule.path.matches(path)]
        return tuple(sorted(numbers, key=self._weight, reverse=True))

    def groups(self, path: str) -> tuple[str, ...] | None:
        """Who may see the file by these rules, none being everyone; None where no rule matches."""
        matching = self.matching(path)
        return self.access[matching[0]].groups if matching else None

    def _weight(self, number: int) -> tuple[tuple[int, int, int], bool, int]:
        rule = self.access[number]
        return rule.path.specificity, bool(rule.groups), number


@dataclass(frozen=True)
class RuleBook:
    """The rules of every folder that has some. All above a file hold: each may leave it out, the nearest grants.

    None hold below `home`, where what was uploaded lies.
    """

    by_folder: Mapping[Path, CorpusRules]
    home: Path | None = None
    _latest: list[object] = field(default_factory=list, init=False, repr=False, compare=False)

    def above(self, path: Path) -> tuple[CorpusRules, ...]:
        """The rules of the folders above a path, outermost first; asked for one file after the other of a folder."""
        place = (path.parent, len(self.by_folder))
        if self._latest[:1] != [place]:
            self._latest[:] = [place, self._above(path)]
        return cast(tuple[CorpusRules, ...], self._latest[1])

    def _above(self, path: Path) -> tuple[CorpusRules, ...]:
        if not self.by_folder or (self.home is not None and path.is_relative_to(self.home)):
            return ()
        return tuple(self.by_folder[folder] for folder in reversed(path.parents) if folder in self.by_folder)

    def exclusion(self, path: Path) -> str:
        """Why a file is left out, or "" where it belongs to the corpus."""
        reasons = (rules.exclusion(below(path, rules.folder)) for rules in self.above(path))
        return next((reason for reason in reasons if reason), "")

    def groups(self, path: Path) -> tuple[str, ...] | None:
        """Who may see a file by the nearest rules that say something about it; None where none do."""
        said = (rules.groups(below(path, rules.folder)) for rules in reversed(self.above(path)))
        return next((groups for groups in said if groups is not None), None)


def below(path: Path, folder: Path) -> str:
    """The POSIX path below a folder as text; bytes of a name that are no UTF-8 are written as `\\xe9`."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


def corpus_rules(file: Path) -> CorpusRules:
    """Read one `footnote.toml`. Raises `UsageError` with file and line, or field, for whatever is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8")
        given = _CorpusFile.model_validate(tomllib.loads(text))
    except OSError as exc:
        raise UsageError(f"{file}: can't be read: {exc.strerror}", remedy=_RULES_REMEDY) from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{file}: not UTF-8 text (byte {exc.start})", remedy=_RULES_REMEDY) from exc
    except tomllib.TOMLDecodeError as exc:
        raise UsageError(f"{file}: {exc}", remedy=_RULES_REMEDY) from exc
    except ValidationError as exc:
        raise UsageError(f"{file}: {_wrong_fields(exc, text)}", remedy=_RULES_REMEDY) from exc
    return CorpusRules(
        folder=file.parent,
        collection=given.collection,
        include=None if given.include is None else tuple(Glob(one, anywhere=True) for one in given.include),
        exclude=tuple(Glob(one, anywhere=True) for one in given.exclude),
        access=tuple(AccessRule(Glob(rule.path), tuple(sorted(set(rule.groups)))) for rule in given.access),
        synonyms=tuple((name, *others) for name, others in given.synonyms.items()),
    )


def _wrong_fields(exc: ValidationError, text: str) -> str:
    """`access[2].groups: Input should be a valid list; ...`, numbers from 1, with the line where that is plain."""
    errors = exc.errors(include_url=False)
    return "; ".join(f"{_field(error['loc'])}: {error['msg']}{_line(error['loc'], text)}" for error in errors)


def _line(place: tuple[int | str, ...], text: str) -> str:
    """` (line 7)`; empty where the field's name stands on no line, or on several."""
    name = next((step for step in reversed(place) if isinstance(step, str) and step != "[key]"), "")
    key = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=\]]""")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if key.match(line)]
    return f" (line {lines[0]})" if len(lines) == 1 else ""


def _field(place: tuple[int | str, ...]) -> str:
    named = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in place)
    return named.removeprefix(".")
