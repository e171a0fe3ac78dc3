"""What a converter says of a document beside its text: kept with its version, told in the ledger of every run."""

from pathlib import Path

from retrieval.engine import Engine
from retrieval.models import OWNER
from tests.ingest.formats.made_pdf import Paper
from tests.ingest.runs import documents, found, run


def test_boxes_hidden_spans_and_marks_are_kept_with_the_version(engine: Engine, corpus: Path) -> None:
    """A pale line on white paper is in the stored text and found by no search; the next run tells its mark again."""
    paper = Paper(corpus / "rates.pdf").text(72, 100, "Bonn grants eighty euros.")
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.text(72, 200, "Zanzibar.").done()

    report = run(engine, corpus)
    again = run(engine, corpus)

    identity = documents(engine)["rates.pdf"].document_id
    stored = engine.catalog.version(identity, OWNER)
    (page,) = engine.catalog.boxes(identity, OWNER)
    assert [stored.text[word.start : word.end] for word in page.words] == [
        "Bonn",
        "grants",
        "eighty",
        "euros.",
        "Zanzibar.",
    ]
    assert [stored.text[start:end] for start, end in stored.hidden] == ["Zanzibar."]
    assert found(engine, "eighty euros") == ["rates.pdf"]
    assert not any("Zanzibar" in hit.chunk.text for hit in engine.search("Zanzibar", caller=OWNER))
    assert report.outcomes[0].quality == {"hidden_characters": 9}
    assert again.outcomes[0].outcome == "unchanged"
    assert again.outcomes[0].quality == {"hidden_characters": 9}
    assert engine.catalog.outcomes(report.run_id)[0].quality == {"hidden_characters": 9}
