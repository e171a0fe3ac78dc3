"""BEIR folders, good and bad: every mistake is told with file, line and field."""

import json
from pathlib import Path

import pytest

from evals import beir
from evals.errors import BadSet

CORPUS = [{"_id": "d1", "title": "One", "text": "first"}, {"_id": "d2", "text": "second"}]
QUERIES = [{"_id": "q1", "text": "which is first?"}, {"_id": "q2", "text": "not judged"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\n"


def folder(
    path: Path,
    *,
    corpus: list[object] = CORPUS,  # type: ignore[assignment]
    queries: list[object] = QUERIES,  # type: ignore[assignment]
    qrels: str = QRELS,
    queries_name: str = "queries.jsonl",
    qrels_name: str = "test",
) -> Path:
    (path / "qrels").mkdir(exist_ok=True)
    (path / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in corpus))
    (path / queries_name).write_text("".join(json.dumps(line) + "\n" for line in queries))
    (path / "qrels" / f"{qrels_name}.tsv").write_text(qrels)
    return path


def complaints(path: Path) -> list[str]:
    with pytest.raises(BadSet) as refused:
        beir.read(path)
    return [f"{Path(one.file).name}:{one.line}:{one.field}: {one.message}" for one in refused.value.problems]


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    """Records in order, a missing title as an empty one, and only the queries that are judged."""
    judged = beir.read(folder(tmp_path))

    assert [(record.id, record.title, record.text) for record in judged.records] == [
        ("d1", "One", "first"),
        ("d2", "", "second"),
    ]
    assert judged.queries == {"q1": "which is first?"}
    assert judged.qrels == {"q1": {"d1": 1, "d2": 0}}


def test_judgements_may_come_without_a_heading(tmp_path: Path) -> None:
    """And with Windows line ends."""
    judged = beir.read(folder(tmp_path, qrels="q1\td1\t2\r\n"))

    assert judged.qrels == {"q1": {"d1": 2}}


@pytest.mark.parametrize("name", ["queries.jsonl", "queries.train.jsonl", "queries-all.jsonl"])
def test_queries_are_found_under_their_usual_names(tmp_path: Path, name: str) -> None:
    """`queries.jsonl`, one named for the judgements, or the only one there is."""
    judged = beir.read(folder(tmp_path, queries_name=name, qrels_name="train"))

    assert list(judged.queries) == ["q1"]


def test_the_judgements_are_those_the_only_queries_are_named_for(tmp_path: Path) -> None:
    """Two files of judgements, one of queries."""
    folder(tmp_path, queries_name="queries.train.jsonl", qrels_name="train", qrels="q1\td2\t1\n")
    (tmp_path / "qrels" / "test.tsv").write_text("q9\td1\t1\n")

    assert beir.read(tmp_path).qrels == {"q1": {"d2": 1}}


def test_judgements_can_be_chosen_by_name(tmp_path: Path) -> None:
    """`dev` beside `test`; `test` is what one gets unasked."""
    folder(tmp_path, qrels_name="dev", qrels="q2\td2\t1\n")
    folder(tmp_path)

    assert list(beir.read(tmp_path, qrels="dev").queries) == ["q2"]
    assert list(beir.read(tmp_path).queries) == ["q1"]
    with pytest.raises(BadSet, match=r"no file train\.tsv; there are dev, test"):
        beir.read(tmp_path, qrels="train")


def test_a_folder_without_judgements_is_refused(tmp_path: Path) -> None:
    """There is nothing to measure by."""
    folder(tmp_path)
    (tmp_path / "qrels" / "test.tsv").unlink()

    assert complaints(tmp_path) == ["qrels:0:: no file test.tsv; there is none"]


def test_several_files_of_queries_and_none_that_fits_are_refused(tmp_path: Path) -> None:
    """Rather than one of them guessed."""
    folder(tmp_path, queries_name="queries.a.jsonl", qrels_name="dev")
    folder(tmp_path, queries_name="queries.b.jsonl", qrels_name="dev")

    assert complaints(tmp_path) == [f"{tmp_path.name}:0:: neither queries.jsonl nor queries.dev.jsonl and 2 others"]


def test_duplicate_ids_are_refused_with_both_lines(tmp_path: Path) -> None:
    """In the corpus and in the queries."""
    folder(tmp_path, corpus=[*CORPUS, CORPUS[0]], queries=[*QUERIES, QUERIES[0]])

    assert complaints(tmp_path) == [
        "corpus.jsonl:3:_id: 'd1' stands on line 1 too",
        "queries.jsonl:3:_id: 'q1' stands on line 1 too",
    ]


def test_unknown_ids_are_refused_where_they_stand(tmp_path: Path) -> None:
    """A judgement of a document or a query that is not there would lower every score in silence."""
    folder(tmp_path, qrels="q1\td1\t1\nq1\tgone\t1\nqx\td1\t1\n")

    assert complaints(tmp_path) == [
        "test.tsv:2:corpus-id: 'gone' is not in the corpus",
        "test.tsv:3:query-id: 'qx' is not among the queries",
    ]


def test_judgements_that_are_no_numbers_or_come_twice_are_refused(tmp_path: Path) -> None:
    """And lines with too few columns."""
    folder(tmp_path, qrels="q1\td1\t1\nq1\td1\t0\nq1\td2\t0.5\nq1 d2 1\n")

    assert complaints(tmp_path) == [
        "test.tsv:2:corpus-id: 'd1' was judged for 'q1' before",
        "test.tsv:3:score: '0.5' is not a whole number",
        "test.tsv:4:: 1 columns instead of query-id, corpus-id, score with tabs between them",
    ]


@pytest.mark.parametrize("qrels", ["", "query-id\tcorpus-id\tscore\n", "q1\td1\t0\n"])
def test_judgements_without_anything_relevant_are_refused(tmp_path: Path, qrels: str) -> None:
    """Empty, a heading alone, or nothing above 0: every score would be 0."""
    assert complaints(folder(tmp_path, qrels=qrels)) == ["test.tsv:0:: no query has a relevant document"]


def test_bad_lines_are_told_together(tmp_path: Path) -> None:
    """One reading finds all of them: no id, a number as text, ids with blanks, no JSON."""
    folder(tmp_path, corpus=[{"text": "x"}, {"_id": "d 1", "text": "x"}, {"_id": "d2", "text": 5}, *CORPUS[:1]])
    with (tmp_path / "queries.jsonl").open("a") as queries:
        queries.write('\n{"_id": "q3", \n{"_id": "q4", "text": "  "}\n')

    found = complaints(tmp_path)

    assert found[0] == "corpus.jsonl:1:_id: is missing"
    assert found[1] == "corpus.jsonl:2:_id: is empty, or holds a blank"
    assert found[2] == "corpus.jsonl:3:text: should be a text in quotes"
    assert found[3].startswith("queries.jsonl:4:: not JSON: ")
    assert found[4] == "queries.jsonl:5:text: is empty"


def test_a_file_that_is_not_text_is_refused_with_its_line(tmp_path: Path) -> None:
    """Latin-1 in the second line."""
    folder(tmp_path)
    (tmp_path / "corpus.jsonl").write_bytes(b'{"_id": "d1", "text": "x"}\n{"_id": "d2", "text": "\xe9"}\n')

    assert complaints(tmp_path)[0] == "corpus.jsonl:2:: not UTF-8"


def test_many_problems_are_counted_and_the_first_shown(tmp_path: Path) -> None:
    """A message that fits a screen; all of them are in the error."""
    folder(tmp_path, qrels="".join(f"q1\tgone{number}\t1\n" for number in range(50)))

    with pytest.raises(BadSet, match="and 31 more") as refused:
        beir.read(tmp_path)

    assert len(refused.value.problems) == 51
