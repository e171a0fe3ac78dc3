"""The one table of what each error becomes."""

import importlib
import pkgutil
from collections.abc import Iterator

import api
import evals
import ingest
import retrieval
from api import errors
from retrieval.errors import FootnoteError


def tree(kind: type[FootnoteError]) -> Iterator[type[FootnoteError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def load_error_modules() -> None:
    for package in (api, evals, ingest, retrieval):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("errors"):
                importlib.import_module(module.name)


def test_every_error_has_a_row() -> None:
    load_error_modules()

    missing = [kind.__name__ for kind in tree(FootnoteError) if kind not in errors.STATUS]

    assert missing == []


def test_every_code_is_one_error_s() -> None:
    load_error_modules()

    codes = [kind.code for kind in tree(FootnoteError)]

    assert sorted(codes) == sorted(set(codes))


def test_an_error_without_a_row_gets_its_parent_s_status() -> None:
    novel = type("Novel", (errors.RateLimited,), {})

    assert errors.status(novel("x", remedy="", retry_after=1)) == 429


def test_the_body_is_the_contract_s() -> None:
    assert errors.body(FootnoteError("what", remedy="do"), "id-1") == {
        "error": {"code": "error", "message": "what", "remedy": "do", "request_id": "id-1"}
    }
