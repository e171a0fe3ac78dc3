"""Search and answers on the real store: catalogue, both indexes, visibility; only the embedding model is a stand-in."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.models import OWNER, Caller, Chunk, Outcome, PageSpan, Source, StagedVersion
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder

LEAVE = "# Annual leave\n\n| Country | Days |\n| --- | --- |\n| Germany | 30 |\n| France | 27 |"
SICK = "# Sick leave\n\nA doctor's note is needed from the third day on."
COPY = "Everybody who works in the laboratory wears goggles and closes the door of the salt bath at night."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = EngineSettings(home=tmp_path / "home")
    with Engine(settings, write=True, embedder=FakeEmbedder(dimension=384)) as opened:
        yield opened


def publish(engine: Engine, path: str, *parts: str, groups: tuple[str, ...] = ()) -> None:
    """One document, a chunk and a page for each part."""
    text = "\n\n".join(parts)
    spans: list[PageSpan] = []
    for number, part in enumerate(parts, start=1):
        start = spans[-1].end + 2 if spans else 0
        spans.append(PageSpan(number, start, start + len(part)))
    chunks = tuple(
        Chunk(
            section=(part.split("\n")[0].strip("# "),),
            context=path,
            text=part,
            start=span.start,
            end=span.end,
            page=span.page,
            page_end=span.page,
        )
        for part, span in zip(parts, spans, strict=True)
    )
    root = "file:///shelf"
    digest = hashlib.sha256(text.encode()).hexdigest()
    source = Source("default", root, path, f"{root}/{path}", "text/markdown", len(text), digest, groups)
    staged = StagedVersion(source, "fingerprint", path, text, tuple(spans), {}, chunks)
    run = engine.index.begin_run("default", {})
    engine.index.publish(run, [(staged, Outcome(source.uri, "indexed"))])
    engine.index.finish_run(run)


def test_an_answer_cites_the_page_and_the_words_that_show_tells(engine: Engine) -> None:
    publish(engine, "leave.md", LEAVE, SICK)

    for question, page, quote in (
        ("How many days of annual leave in Germany?", 1, "| Germany | 30 |"),
        ("When is a doctor's note needed?", 2, "A doctor's note is needed from the third day on."),
    ):
        [citation] = engine.ask(question).citations
        stored = engine.catalog.version(citation.document_id, OWNER, citation.version)
        assert (citation.page, citation.quote) == (page, quote)
        assert stored.text[citation.start : citation.end] == quote


def test_a_restricted_copy_is_neither_found_nor_named(engine: Engine) -> None:
    publish(engine, "a-secret.md", COPY, groups=("lab",))
    publish(engine, "b-public.md", COPY)

    [public] = engine.search("goggles in the laboratory")
    [insider] = engine.search("goggles in the laboratory", caller=Caller(frozenset({"lab"})))

    assert (public.chunk.document, public.duplicates) == ("b-public.md", ())
    assert {insider.chunk.document, *insider.duplicates} == {"a-secret.md", "b-public.md"}


def test_a_new_version_answers_as_soon_as_it_is_published(engine: Engine) -> None:
    publish(engine, "leave.md", LEAVE)
    assert "30" in engine.ask("How many days of annual leave in Germany?").text

    publish(engine, "leave.md", LEAVE.replace("30", "31"))

    answer = engine.ask("How many days of annual leave in Germany?")
    assert answer.text == "Country: Germany; Days: 31 [1]"
    assert answer.citations[0].version == 2


def test_every_mode_finds_it(engine: Engine) -> None:
    publish(engine, "leave.md", LEAVE, SICK)

    for mode in ("dense", "lexical", "hybrid"):
        hits = engine.search("doctor's note", mode=mode)  # type: ignore[arg-type]
        assert hits[0].chunk.page == 2
        assert hits[0].provenance.dense_score is not None


def test_a_revocation_binds_the_next_question(engine: Engine) -> None:
    publish(engine, "leave.md", LEAVE)
    [hit] = engine.search("annual leave")

    engine.index.regrant({hit.chunk.document_id: ("board",)})

    assert engine.search("annual leave") == ()
    assert engine.ask("How many days of annual leave in Germany?").abstained
    assert not engine.ask("How many days of annual leave in Germany?", caller=OWNER).abstained
