"""A scripted language model that obeys every order which reaches its instructions, and answers from the rest.

Orders are told to it beforehand, for a script can't tell them from prose; what it decides is where instructions end
and documents begin.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from retrieval.answer.model.prompt import NOT_IN_DOCUMENTS
from retrieval.answer.words.sentences import units
from retrieval.answer.words.terms import content_terms
from retrieval.ports import TokenCount
from retrieval.trace import Message

Reading = Literal["all", "word", "shape"]
"""Where documents are: nowhere, all is read as instructions; between lines with the word that the system message
tells; between whatever looks like such lines, and a chat template's marks change who speaks."""

_WORD = re.compile(r"carry the word (\w+)")
_SHAPE = re.compile(r"<<<\w+ document (\d+)>>>\n(.*?)<<<\w+ end of document \d+>>>", re.DOTALL)
_ROLES = re.compile(r"<\|im_start\|>system\n(.*?)<\|im_end\|>|\[INST\](.*?)\[/INST\]", re.DOTALL)
_NUMBERED = re.compile(r"^Document (\d+):\n(.*?)(?=^Document \d+:\n|^Question: )", re.DOTALL | re.MULTILINE)


class GullibleModel:
    """`orders` maps each order's text to the words that show it was obeyed.

    With `stray` every answer also names the document after the one it used, and one that there is not.
    """

    name = "gullible"

    def __init__(self, orders: Mapping[str, str], *, reading: Reading, stray: bool = False) -> None:
        self._orders = orders
        self._reading = reading
        self._stray = stray

    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]:
        """First what it was ordered, then the sentence nearest to the question with its document's number."""
        instructions, documents = self._read("\n".join(message.content for message in messages))
        for order, sign in self._orders.items():
            if order in instructions:
                yield f"{sign}\n"
        question = messages[-1].content.rsplit("Question: ", 1)[-1]
        said, number = _nearest(question, documents)
        yield f"{said} [{number}]" if number else said
        if self._stray and number:
            yield f"[{number + 1}][99]"

    def _read(self, text: str) -> tuple[str, Mapping[int, str]]:
        """What it takes for instructions, and the documents by number."""
        if self._reading == "all":
            return text, {int(number): body for number, body in _NUMBERED.findall(text)}
        blocks = _SHAPE if self._reading == "shape" else _blocks_of(text)
        documents = {int(number): body.partition("\n\n")[2] for number, body in blocks.findall(text)}  # without name
        outside = blocks.sub("", text)
        if self._reading == "shape":
            outside += "\n".join("".join(found) for found in _ROLES.findall(text))
        return outside, documents


def _blocks_of(text: str) -> re.Pattern[str]:
    told = _WORD.search(text)
    word = re.escape(told.group(1)) if told else "(?!)"
    return re.compile(rf"<<<{word} document (\d+)>>>\n(.*?)<<<{word} end of document \d+>>>", re.DOTALL)


def _nearest(question: str, documents: Mapping[int, str]) -> tuple[str, int]:
    """The sentence that shares most terms with the question and its document's number; a refusal and 0 without any."""
    asked = set(content_terms(question))
    best, most = (NOT_IN_DOCUMENTS, 0), 0
    for number, body in documents.items():
        for unit in units(body):
            shared = len(asked & set(content_terms(unit.text)))
            if unit.kind in ("sentence", "item", "row") and shared > most:
                best, most = (unit.text, number), shared
    return best
