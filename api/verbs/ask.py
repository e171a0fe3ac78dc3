"""`footnote ask`."""

import re
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api import settings, terminal
from api.errors import InvalidRequest
from api.objects import AnswerObject, CitationObject, answer_object
from api.opening import open_engine, quiet
from api.places import heading, link, page_of
from api.verbs.options import as_option, caller_of, collection_option, json_option, note_unknown
from retrieval.models import Turn

_MARKER = re.compile(r"\[\d+\]")
_INDENT = 5


@click.command()
@click.argument("question")
@collection_option
@as_option
@click.option(
    "--history",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help='Earlier turns: a JSON list of {"role": "user"|"assistant", "content": ...}.',
)
@json_option
def command(
    *, question: str, collection: str | None, groups: tuple[str, ...], history: Path | None, as_json: bool
) -> None:
    """Answer QUESTION from the documents, every sentence with its footnote.

    Without FOOTNOTE_LLM the answer is made of the documents' own sentences.
    """
    quiet()
    turns = () if history is None else _turns(history)
    caller = caller_of(groups)
    with open_engine(settings.load()) as engine:
        answer = engine.ask(question, caller=caller, collection=collection, history=turns)
        note_unknown(collection, engine.catalog, caller)
    shown = answer_object(answer)
    if as_json:
        terminal.emit(shown)
    else:
        _print(shown, terminal.console())


def _turns(path: Path) -> tuple[Turn, ...]:
    """Raises `InvalidRequest`."""
    try:
        found = TypeAdapter(list[Turn]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as exc:
        raise InvalidRequest(
            f"{path} is no list of turns",
            remedy='write [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]',
        ) from exc
    return tuple(found)


def _print(answer: AnswerObject, out: Console) -> None:
    out.print()
    out.print(_marked(answer["answer"], "yellow" if answer["abstained"] else ""))
    for citation in answer["citations"]:
        _print_footnote(citation, _uris(answer), out)
    _print_sources(answer, out)
    for note in answer["notes"]:
        out.print(Text(terminal.plain(note), "dim italic"))


def _marked(answer: str, style: str) -> Text:
    text = Text(terminal.plain(answer), style)
    text.highlight_regex(_MARKER, "bold cyan")
    return text


def _print_footnote(citation: CitationObject, uris: dict[tuple[str, int], str], out: Console) -> None:
    place = " · ".join(part for part in (citation["document"], page_of(citation["page"])) if part)
    marker = f"[{citation['marker']}]"
    out.print()
    out.print(Text.assemble((f"{marker:<{_INDENT}}", "bold cyan"), (terminal.name(place), "bold")))
    out.print(Padding(Text(f"“{terminal.plain(citation['quote'])}”"), (0, 0, 0, _INDENT), expand=False))
    uri = uris.get((citation["document_id"], citation["version"]))
    if uri is not None:
        target = link(terminal.name(uri), citation["page"])
        out.print(Padding(Text(target, f"dim link {target}"), (0, 0, 0, _INDENT), expand=False), soft_wrap=True)


def _print_sources(answer: AnswerObject, out: Console) -> None:
    if answer["sources"]:
        out.print(Text("\nNearest sources" if answer["abstained"] else "\nSources read", "bold"))
    for hit in answer["sources"]:
        out.print(Text.assemble((f"{hit['rank']:>3}  ", "dim"), heading(hit)))
    out.print()


def _uris(answer: AnswerObject) -> dict[tuple[str, int], str]:
    return {(hit["document_id"], hit["version"]): hit["uri"] for hit in answer["sources"]}
