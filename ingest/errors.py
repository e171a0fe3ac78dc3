"""Why a source can't be read. Each costs its source alone; `code` is the ledger's class.

SourceError (retrieval.errors)
├── Unreadable          missing, no permission, not a plain file
├── UnknownFormat       no converter for this media type
├── Malformed           not what its format demands
├── Encrypted           wants a password
├── NoText              nothing to index: empty, blank or images only
├── OverLimit           more time, memory or output than one source may cost
├── WorkerDied          the converter's process ended
└── Changed             the source changed while it was read
"""

from retrieval.errors import SourceError


class Unreadable(SourceError):
    code = "unreadable"


class UnknownFormat(SourceError):
    code = "unknown_format"


class Malformed(SourceError):
    code = "malformed"


class Encrypted(SourceError):
    code = "encrypted"


class NoText(SourceError):
    code = "no_text"


class OverLimit(SourceError):
    code = "over_limit"


class WorkerDied(SourceError):
    code = "worker_died"


class Changed(SourceError):
    code = "changed"
