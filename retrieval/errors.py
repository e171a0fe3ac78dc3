"""The error tree of the engine. Each message names the thing, each remedy what to do about it.

FootnoteError
├── UsageError                  the request itself is wrong
├── NotFound                    no such thing, or none that the caller may see
├── HomeError                   the home folder can't be used as asked
│   ├── HomeLocked              another process writes to it
│   ├── CatalogueCorrupt        the database can't be read; it is left as it is
│   ├── IndexCorrupt            an index can't be read; it can be made anew from the catalogue
│   ├── ModelMismatch           built with another embedding model or other limits
│   ├── SchemaTooNew            written by a newer Footnote
│   └── StorageFull             no space left, or a disk that fails
├── BadArchive                  an archive is damaged, or none
├── EmbeddingFailed             the embedding model is missing or broken
├── LanguageModelFailed         the configured language model did not answer
└── SourceError                 one source can't be read (ingest.errors)
    ├── AddressRefused          an address that is not public, or written to look like another
    └── FetchFailed             a public address that gives no page
        └── PageGone            one that says that there is none, or none any more
"""


class FootnoteError(Exception):
    """Base of all errors that a user sees. `code` is stable and part of the contract."""

    code = "error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(FootnoteError):
    code = "usage"


class NotFound(FootnoteError):
    code = "not_found"


class HomeError(FootnoteError):
    code = "home"


class HomeLocked(HomeError):
    code = "home_locked"


class CatalogueCorrupt(HomeError):
    code = "catalogue_corrupt"


class IndexCorrupt(HomeError):
    code = "index_corrupt"


class ModelMismatch(HomeError):
    code = "model_mismatch"


class SchemaTooNew(HomeError):
    code = "schema_too_new"


class StorageFull(HomeError):
    code = "storage_full"


class BadArchive(FootnoteError):
    code = "bad_archive"


class EmbeddingFailed(FootnoteError):
    code = "embedding_failed"


class LanguageModelFailed(FootnoteError):
    """`passing`: the same request may well succeed a little later."""

    code = "language_model_failed"

    def __init__(self, message: str, *, remedy: str = "", passing: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.passing = passing


class SourceError(FootnoteError):
    code = "source"


class AddressRefused(SourceError):
    code = "address_refused"


class FetchFailed(SourceError):
    code = "fetch_failed"


class PageGone(FetchFailed):
    code = "page_gone"
