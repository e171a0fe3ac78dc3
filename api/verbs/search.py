"""`footnote search`."""

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from api import settings, terminal
from api.objects import HitObject, hits_object
from api.opening import open_engine, quiet
from api.places import heading
from api.verbs.options import as_option, caller_of, collection_option, json_option, note_unknown

_SHOWN = 480  # characters of a hit on a terminal


@click.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many hits.")
@collection_option
@as_option
@click.option("--explain", is_flag=True, help="Show both ranks and scores of each hit.")
@json_option
def command(
    *, question: str, k: int, collection: str | None, groups: tuple[str, ...], explain: bool, as_json: bool
) -> None:
    """Find the passages that fit QUESTION best."""
    quiet()
    caller = caller_of(groups)
    with open_engine(settings.load()) as engine:
        hits = engine.search(question, k=k, caller=caller, collection=collection)
        note_unknown(collection, engine.catalog, caller)
    found = hits_object(hits, explain=explain)
    if as_json:
        terminal.emit(found)
    else:
        _print(found["hits"])


def _print(hits: list[HitObject]) -> None:
    out = terminal.console()
    if not hits:
        out.print("Nothing found.")
    for hit in hits:
        _print_hit(hit, out)


def _print_hit(hit: HitObject, out: Console) -> None:
    out.print(Text.assemble((f"{hit['rank']:>2}  ", "bold cyan"), heading(hit), (f"  {hit['score']:.3f}", "dim")))
    if "explain" in hit:
        out.print(Padding(Text(_explained(hit), "dim"), (0, 0, 0, 4), expand=False))
    text = terminal.plain(hit["text"])
    if out.is_terminal and len(text) > _SHOWN:
        text = text[:_SHOWN].rstrip() + " …"
    out.print(Padding(Text(text), (0, 0, 1, 4), expand=False))


def _explained(hit: HitObject) -> str:
    why = hit["explain"]
    legs = [
        f"{leg}: rank {rank or '-'}, score {'-' if score is None else f'{score:.3f}'}"
        for leg, rank, score in (
            ("dense", why["dense_rank"], why["dense_score"]),
            ("lexical", why["lexical_rank"], why["lexical_score"]),
        )
    ]
    folded = [f"also in {terminal.name(name)}" for name in why["duplicates"]]
    folded += [f"much the same in {terminal.name(one['document'])}" for one in hit["also_in"]]
    return terminal.plain(" · ".join(legs + folded))
