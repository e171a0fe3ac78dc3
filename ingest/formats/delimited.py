"""CSV and TSV to rows: encoding, delimiter and quoting by looking; read as a stream, twice."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import charset_normalizer

_DELIMITERS = ("\t", ";", "|", ",")
"""Where several fit a file equally well the first wins: a comma is also a decimal sign and a part of sentences."""
_SAMPLE_BYTES = 2**18
_SAMPLE_ROWS = 200
_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr", "koi8_r"]
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file of rows and how it is written. `skip` lines at the top only name the delimiter."""

    path: Path
    encoding: str
    delimiter: str
    quoted: bool = True
    skip: int = 0

    def rows(self) -> Iterator[list[str]]:
        """Every row as it stands, ragged. Bytes outside the encoding become U+FFFD."""
        with self._text() as text:
            yield from _reader(text, self.delimiter, quoted=self.quoted)

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as text:
            for _ in range(self.skip):
                text.readline()
            yield text


def look(path: Path, *, tabs: bool = False) -> Delimited:
    """How the file is written; `tabs` says that its name or type promises tabs.

    Quotes are taken for plain characters when one is never closed.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        sample = text.read(_SAMPLE_BYTES)
    named = _named_delimiter(sample)
    delimiter = named or _delimiter(sample, tabs=tabs)
    found = Delimited(path, encoding, delimiter, skip=1 if named else 0)
    return found if _quotes_close(found) else Delimited(path, encoding, delimiter, quoted=False, skip=found.skip)


def _reader(lines: Iterator[str] | io.TextIOBase, delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    skip = delimiter != "\t"
    if quoted:
        return csv.reader(lines, delimiter=delimiter, skipinitialspace=skip)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=skip, quoting=csv.QUOTE_NONE)


def _encoding(path: Path) -> str:
    """By its mark; else UTF-8 if all of it is; else the likeliest of a few old ones."""
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
        marked = next((encoding for mark, encoding in _MARKS.items() if sample.startswith(mark)), None)
        if marked:
            return marked
        if sample[1::2].count(0) * 3 > len(sample):
            return "utf-16-le"
        file.seek(0)
        if _is_utf8(file):
            return "utf-8"
    best = charset_normalizer.from_bytes(sample, cp_isolation=_ENCODINGS).best()
    return best.encoding if best else "cp1252"


def _is_utf8(file: io.BufferedReader) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_SAMPLE_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _named_delimiter(sample: str) -> str | None:
    """Excel's own first line, `sep=;`."""
    line = sample[:8].splitlines()[:1]
    return line[0][4] if line and line[0].lower().startswith("sep=") and len(line[0]) == 5 else None


def _delimiter(sample: str, *, tabs: bool) -> str:
    """The one that cuts most rows into the same number of fields, two or more; a comma where none does."""
    scored = [(_fit(sample, delimiter), tabs and delimiter == "\t", delimiter) for delimiter in _DELIMITERS]
    fit, _, delimiter = max(scored, key=lambda entry: entry[:2])
    return delimiter if fit else "\t" if tabs else ","


def _fit(sample: str, delimiter: str) -> float:
    """0 to 1.2: the share of rows with the usual number of fields, more if the first row has it too."""
    try:
        rows = list(islice(_reader(io.StringIO(sample, newline=""), delimiter, quoted=True), _SAMPLE_ROWS))
    except csv.Error:
        return 0.0
    counts = [len(row) for row in rows if any(field.strip() for field in row)]
    if len(counts) > 2 and len(rows) < _SAMPLE_ROWS:
        counts = counts[:-1]
    several = [count for count in counts if count > 1]
    if not several:
        return 0.0
    usual = max(sorted(set(several)), key=several.count)
    first = 0.2 if counts[0] == usual else 0.0
    return round(several.count(usual) / len(counts), 1) + first


def _quotes_close(found: Delimited) -> bool:
    """An unclosed quote swallows rows until a field is longer than the reader's limit, or until the file ends."""
    try:
        last = deque(found.rows(), maxlen=1)
    except csv.Error:
        return False
    return not any(field.count("\n") > _SAMPLE_ROWS for row in last for field in row)
