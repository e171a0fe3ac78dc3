"""A run of hits as ranked documents, pages and quotes, and what each level scores.

- **document**: documents in the order of their best chunk; a document whose equal chunk was folded into a hit stands
  right behind it. Metrics carry their plain names, `ndcg@10`.
- **page**: pages in the order of the hits; a chunk that crosses pages brings first the one that most of it stands on.
  `page_ndcg@10`. Only questions whose evidence names a page.
- **quote**: a gold quote is found at the hit with which it stands whole in the text retrieved so far; a hit that
  completes none fills one rank, one that completes several fills as many. `quote_ndcg@10`. For `quote_recall@k` hits
  are counted, not ranks: the share of quotes whole within the first k hits.
- **token**: retrieved against gold text in characters (see `spans`), over the first k hits. `token_recall@5`. Of a
  quote that stands in several places the first one counts.

The last two are over questions whose evidence has a quote.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from evals.evidence import Gold, GoldQuote
from evals.metrics import evaluate, falling, ranked
from evals.models import Qrels, QueryScores, Run
from evals.run import Found
from evals.spans import Span, covers, merged, overlap
from retrieval.models import Hit, PageSpan

PagesOf = Callable[[str], Sequence[PageSpan]]
"""The pages of a document, by its id; asked for documents of which a chunk crosses pages."""


def document_run(found: Sequence[Found], *, depth: int) -> dict[str, dict[str, float]]:
    """Document paths with the score of their best chunk, the best `depth` of each query, strictly falling."""
    return {one.query: _documents(one.hits, depth) for one in found}


def judge_documents(qrels: Qrels, run: Run, *, ks: Sequence[int]) -> dict[str, QueryScores]:
    """The one level of a set that judges documents only."""
    return {"document": evaluate(qrels, run, ks=ks)}


def judge_evidence(
    gold: Sequence[Gold], found: Mapping[str, Found], *, run: Run, ks: Sequence[int], pages_of: PagesOf
) -> dict[str, QueryScores]:
    """Scores by level; a level on which no question has evidence is left out. `run` is the document run of `found`."""
    paged = [one for one in gold if one.pages]
    quoted = [one for one in gold if one.quotes]
    hits = {one.question.id: found[one.question.id].hits for one in gold}
    levels = judge_documents({one.question.id: dict.fromkeys(one.documents, 1) for one in gold}, run, ks=ks)
    if paged:
        levels["page"] = _judge_pages(paged, hits, ks=ks, pages_of=pages_of)
    if quoted:
        levels["quote"] = _judge_quotes(quoted, hits, ks=ks)
        levels["token"] = _judge_tokens(quoted, hits, ks=ks)
    return levels


def pages(hits: Sequence[Hit], pages_of: PagesOf) -> list[str]:
    """`path#page=3` in the order in which the hits bring them, each once."""
    found: dict[str, None] = {}
    for hit in hits:
        for page in _pages(hit, pages_of):
            found[page_name(hit.chunk.document, page)] = None
    return list(found)


def page_name(document: str, page: int) -> str:
    return f"{document}#page={page}"


def completed(quotes: Sequence[GoldQuote], hits: Sequence[Hit]) -> list[list[int]]:
    """For each hit, the positions of the quotes that stand whole in the retrieved text from it on, not before."""
    open_quotes = dict(enumerate(quotes))
    retrieved: tuple[Span, ...] = ()
    steps: list[list[int]] = []
    for hit in hits:
        retrieved = merged([*retrieved, span_of(hit)])
        here = hit.chunk.document_id
        step = [
            position
            for position, quote in open_quotes.items()
            if any(place.document == here and covers(retrieved, place) for place in quote.places)
        ]
        for position in step:
            del open_quotes[position]
        steps.append(step)
    return steps


def span_of(hit: Hit) -> Span:
    return Span(hit.chunk.document_id, hit.start, hit.end)


def _documents(hits: Sequence[Hit], depth: int) -> dict[str, float]:
    best: dict[str, float] = {}
    for hit in hits:
        for document in hit.documents:
            best.setdefault(document, hit.score)
    return dict(zip(list(best)[:depth], falling(list(best.values())[:depth]), strict=True))


def _judge_pages(
    gold: Sequence[Gold], hits: Mapping[str, Sequence[Hit]], *, ks: Sequence[int], pages_of: PagesOf
) -> QueryScores:
    qrels = {one.question.id: {page_name(*page): 1 for page in one.pages} for one in gold}
    return evaluate(qrels, {query: ranked(pages(hits[query], pages_of)) for query in qrels}, ks=ks)


def _pages(hit: Hit, pages_of: PagesOf) -> list[int]:
    if hit.page is None:
        return []
    if hit.page_end in (None, hit.page):
        return [hit.page]
    shares = {
        span.page: min(span.end, hit.end) - max(span.start, hit.start) for span in pages_of(hit.chunk.document_id)
    }
    return sorted((page for page, share in shares.items() if share > 0), key=lambda page: (-shares[page], page))


def _judge_quotes(gold: Sequence[Gold], hits: Mapping[str, Sequence[Hit]], *, ks: Sequence[int]) -> QueryScores:
    deep = max(ks)  # each hit fills a rank at least, so that later ones can't come within a cut-off
    steps = {one.question.id: completed(one.quotes, hits[one.question.id][:deep]) for one in gold}
    qrels = {one.question.id: {f"quote-{position}": 1 for position in range(len(one.quotes))} for one in gold}
    scores = evaluate(qrels, {query: ranked(_ranks(steps[query])) for query in qrels}, ks=ks)
    recalls = {
        f"recall@{k}": np.array([sum(map(len, steps[query][:k])) / len(qrels[query]) for query in qrels]) for k in ks
    }
    return QueryScores(scores.queries, {**scores.values, **recalls})


def _ranks(steps: Sequence[Sequence[int]]) -> list[str]:
    items: list[str] = []
    for rank, step in enumerate(steps, start=1):
        items.extend([f"quote-{position}" for position in step] or [f"rank-{rank}"])
    return items


def _judge_tokens(gold: Sequence[Gold], hits: Mapping[str, Sequence[Hit]], *, ks: Sequence[int]) -> QueryScores:
    values: dict[str, list[float]] = {}
    for one in gold:
        wanted = [quote.places[0] for quote in one.quotes]
        retrieved = [span_of(hit) for hit in hits[one.question.id]]
        for k in ks:
            measured = overlap(wanted, retrieved[:k])
            values.setdefault(f"recall@{k}", []).append(measured.recall)
            values.setdefault(f"precision@{k}", []).append(measured.precision)
            values.setdefault(f"iou@{k}", []).append(measured.iou)
    return QueryScores(
        tuple(one.question.id for one in gold), {name: np.array(scores) for name, scores in values.items()}
    )
