"""Bytes of unknown encoding to text: byte order mark, valid UTF-8, what the file declares, then detection."""

import codecs

from charset_normalizer import from_bytes

from ingest.errors import Malformed
from ingest.media import byte_order_mark, is_binary, wide_encoding

_DETECTION_BYTES = 200_000
# What browsers read these labels as: the superset that is really written (WHATWG Encoding Standard).
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ESCAPED = ("iso2022", "hz")


def decode(data: bytes, name: str, *, declared: str | None = None) -> str:
    """The text of `data`, without a byte order mark; bytes that fit nothing become U+FFFD.

    Valid UTF-8 with more than ASCII in it wins over a declaration: hardly any other text is that by chance. Raises
    `Malformed` for binary data; `name` is for its message.
    """
    if mark := byte_order_mark(data):
        encoding, length = mark
        return data[length:].decode(encoding, "replace")
    if encoding_without_mark := wide_encoding(data[:_DETECTION_BYTES]):
        return data.decode(encoding_without_mark, "replace")
    if is_binary(data):
        raise Malformed(f"{name}: binary data, not text", remedy="Check what the file really is.")
    codec = _codec(declared)
    if codec and codec.startswith(_ESCAPED) and data.isascii():
        return data.decode(codec, "replace")
    return _valid(data, "utf-8") or (codec and _valid(data, codec)) or _detected(data, codec)


def _codec(label: str | None) -> str | None:
    """Python's name for a declared encoding, null for one that it does not know."""
    try:
        known = codecs.lookup((label or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    return _SUPERSETS.get(known, known)


def _valid(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, UnicodeError, LookupError):
        return None


def _detected(data: bytes, codec: str | None) -> str:
    """Mostly UTF-8 with a few broken bytes stays UTF-8; else the best guess, else Windows' Western encoding."""
    lossy = data.decode("utf-8", "replace")
    if lossy.count("\ufffd") * 100 < sum(byte >= 0x80 for byte in data):
        return lossy
    if codec is None:
        guess = from_bytes(data[:_DETECTION_BYTES]).best()
        codec = guess.encoding if guess else "cp1252"
    return data.decode(codec, "replace")
