"""Our search as a LangChain retriever, called as LangChain calls one."""

import pytest
from langchain_core.runnables import RunnableLambda

from retrieval.errors import UsageError
from retrieval.langchain_bridge import FootnoteRetriever
from retrieval.models import Caller
from tests.retrieval.library import Shelf, searcher


def shelf() -> Shelf:
    made = Shelf()
    made.put("leave.md", "# Leave\n\nAnnual leave is thirty days.")
    made.put("secret.md", "# Leave\n\nThe board's annual leave is forty days.", groups=["board"])
    return made


def test_hits_become_documents_with_their_place() -> None:
    [document] = FootnoteRetriever(engine=searcher(shelf())).invoke("annual leave")

    assert document.page_content == "# Leave\n\nAnnual leave is thirty days."
    assert document.id == "chunk-0"
    assert {
        key: document.metadata[key] for key in ("rank", "document", "source", "section", "page", "start", "end")
    } == {
        "rank": 1,
        "document": "leave.md",
        "source": "file:///shelf/leave.md",
        "section": ["Leave"],
        "page": None,
        "start": 0,
        "end": 37,
    }


def test_the_caller_decides_what_is_found() -> None:
    found = FootnoteRetriever(engine=searcher(shelf()), caller=Caller(frozenset({"board"}))).invoke("annual leave")

    assert {document.metadata["document"] for document in found} == {"leave.md", "secret.md"}


def test_k_and_mode_are_passed_on() -> None:
    retriever = FootnoteRetriever(engine=searcher(shelf()), caller=Caller(owner=True), k=1, mode="lexical")

    assert len(retriever.invoke("annual leave")) == 1
    assert retriever.invoke("xylophone") == []


def test_it_stands_in_a_chain() -> None:
    chain = FootnoteRetriever(engine=searcher(shelf())) | RunnableLambda(lambda documents: len(documents))

    assert chain.invoke("annual leave") == 1


def test_our_errors_come_through() -> None:
    with pytest.raises(UsageError):
        FootnoteRetriever(engine=searcher(shelf())).invoke(" ")
