"""What says of itself that something has taken its place is shown so, wherever it is found."""

from pathlib import Path

from api.objects import hits_object
from api.places import heading
from retrieval.engine import Engine
from retrieval.models import OWNER
from tests.ingest.runs import run, write


def test_a_hit_tells_what_has_taken_its_document_s_place(engine: Engine, corpus: Path) -> None:
    write(
        corpus,
        travel2023="---\ntitle: Travel\nsuperseded_by: travel2025.md\n---\nHotels cost 120 euros a night at most.",
        travel2025="---\ntitle: Travel\n---\nHotels cost 150 euros a night at most.",
    )
    run(engine, corpus)

    hits = engine.search("What may a hotel cost?", caller=OWNER)

    assert {hit.chunk.document: hit.chunk.superseded_by for hit in hits} == {
        "travel2023.md": "travel2025.md",
        "travel2025.md": "",
    }


def test_it_is_shown_with_the_place(engine: Engine, corpus: Path) -> None:
    write(corpus, old="+++\nreplaced-by = 'The new rules'\n+++\nHotels cost 120 euros a night at most.")
    run(engine, corpus)

    [hit] = hits_object(engine.search("hotels", caller=OWNER))["hits"]

    assert hit["superseded_by"] == "The new rules"
    assert heading(hit).plain.endswith("superseded by The new rules")


def test_it_goes_when_the_document_no_longer_says_so(engine: Engine, corpus: Path) -> None:
    write(corpus, old="---\nsuperseded_by: new.md\n---\nHotels cost 120 euros a night at most.")
    run(engine, corpus)
    write(corpus, old="Hotels cost 120 euros a night at most.")
    run(engine, corpus)

    [hit] = engine.search("hotels", caller=OWNER)

    assert hit.chunk.superseded_by == ""
