"""How a run is told on a terminal."""

import io

from rich.console import Console

from api.objects import OutcomeObject
from api.reports import print_outcomes


def test_an_outcome_is_told_with_its_reason_and_its_remedy() -> None:
    locked: OutcomeObject = {
        "uri": "file:///papers/locked.pdf",
        "outcome": "failed",
        "reason": "encrypted: locked.pdf wants a password",
        "remedy": "Set FOOTNOTE_PASSWORDS, or remove the password.",
        "pages": 0,
        "chunks": 0,
        "document_id": None,
    }
    kept_by_an_earlier_version: OutcomeObject = {
        "uri": "file:///papers/plain.bin",
        "outcome": "skipped",
        "reason": "no converter",
        "pages": 0,
        "chunks": 0,
        "document_id": None,
    }
    told = io.StringIO()

    print_outcomes([locked, kept_by_an_earlier_version], Console(file=told, width=100), kinds=("failed", "skipped"))

    assert [line.rstrip() for line in told.getvalue().splitlines()] == [
        "failed    file:///papers/locked.pdf",
        "          encrypted: locked.pdf wants a password",
        "          Set FOOTNOTE_PASSWORDS, or remove the password.",
        "skipped   file:///papers/plain.bin",
        "          no converter",
    ]
