"""What a server that only answers has loaded."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Footnote, Serving, serve

PARSERS = ("pdfium", "lxml", "torch", "spacy")
_MOST_RESIDENT = 600 * 2**20


@pytest.fixture
def serving(ingested: Footnote, tmp_path: Path) -> Serving:
    """On a home of its own."""
    footnote = Footnote(tmp_path / "state", ingested.corpus)
    footnote.json("ingest", str(ingested.corpus))
    return serve(footnote)


def test_a_server_that_answers_and_shows_pages_loads_no_parser(serving: Serving) -> None:
    """Pages are drawn by processes of their own; the server itself stays under 600 MB."""
    client = serving.client()
    try:
        answer = client.post("/v1/ask", json={"question": "How many blasts is the general alarm?"}).json()
        cited = next(one for one in answer["citations"] if one["document"] == "safety.pdf")
        place = f"/v1/documents/{cited['document_id']}"
        assert client.get(f"{place}/pages/{cited['page']}.png").status_code == 200
        words = client.get(f"{place}/pages/{cited['page']}").json()["words"]
        view = client.get(f"{place}/view?kind=text&start={cited['start']}&end={cited['end']}").json()
        loaded = Path(f"/proc/{serving.process.pid}/maps").read_text()
        resident = _resident(serving.process.pid)
    finally:
        assert serving.stop() == 0

    assert [parser for parser in PARSERS if f"/{parser}" in loaded] == []
    assert resident < _MOST_RESIDENT
    quoted = " ".join(word["text"] for word in words if cited["start"] <= word["start"] < cited["end"])
    assert quoted == cited["quote"]
    assert "<mark class=" in view["html"]


def _resident(pid: int) -> int:
    """Bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
