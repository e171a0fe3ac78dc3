"""A report as Markdown: the same tables and sentences, bars as text."""

from collections.abc import Sequence

from evals.intervals import Interval
from evals.paired import Comparison
from evals.report.content import Case, Configuration, Report, Versus
from evals.report.page import WORST
from evals.report.wording import COMPARED, MANY, changed_most, conclusion, how_to_read, main_first, place, verdict
from evals.results import Shown

_QUOTED = 120  # characters of a passage
_WIDTH = 20  # characters of a bar from 0 to 1


def markdown(report: Report) -> str:
    """The whole text. What came from documents and questions is escaped: it draws no link and no table of its own."""
    parts = [
        f"# {_plain(report.title)}",
        f"{report.measures}: {report.queries} queries, judged by {report.main}. {_plain(conclusion(report))}",
        "\n".join(f"- {_plain(note)}" for note in report.notes),
        "## Figures",
        _table(["configuration", *report.shown], [_row(report, one) for one in report.configurations]),
        how_to_read(report),
        _bars(report),
        *_against(report),
        *_worst(report),
        "## Every metric",
        _every_metric(report),
        *_provenance(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(report: Report, one: Configuration) -> list[str]:
    return [_plain(one.name), *(_interval(one.metrics[name]) for name in report.shown)]


def _bars(report: Report) -> str:
    longest = max(len(one.name) for one in report.configurations)
    lines = [
        f"{one.name:<{longest}}  {_bar(one.metrics[report.main])} {one.metrics[report.main].mean:.3f}".replace("`", "'")
        for one in report.configurations
    ]
    return "\n".join(["```", f"{report.main}: mean, and ─ as far as its interval reaches", *lines, "```"])


def _bar(found: Interval) -> str:
    mean, low, high = (round(value * _WIDTH) for value in (found.mean, found.low, found.high))
    cells = ["█" if cell < mean else " " for cell in range(_WIDTH)]
    for cell in range(low, max(low + 1, high)):
        if cell < _WIDTH:
            cells[cell] = "▓" if cell < mean else "─"
    return "".join(cells)


def _against(report: Report) -> list[str]:
    many = len(report.versus) > MANY
    rows = [
        _compared_row(one, _plain(versus.name))
        for versus in report.versus
        for one in versus.compared
        if one.metric == report.main
    ]
    table = [
        f"## Against {_plain(report.configurations[0].name)}: {report.main}",
        _table(["configuration", *COMPARED[1:]], rows),
    ]
    whole = [one for one in report.versus if not many or one.name == report.best.name]
    return [*(table if many else []), *(part for one in whole for part in _one_against(report, one))]


def _one_against(report: Report, versus: Versus) -> list[str]:
    compared = main_first(report, versus)
    moved = [
        [f"{value:+.3f}", _plain(query), _plain(report.question(query))]
        for query, value in changed_most(report, versus)
    ]
    return [
        f"## {_plain(versus.name)} against {_plain(report.configurations[0].name)}",
        _plain(compared[0].sentence()) if compared else "",
        _table(COMPARED, [_compared_row(one, one.metric) for one in compared]),
        _table([f"{report.main} changed by", "query", "question"], moved) if moved else "",
    ]


def _compared_row(one: Comparison, name: str) -> list[str]:
    return [
        name,
        f"{one.difference.mean:+.3f} [{one.difference.low:+.3f}, {one.difference.high:+.3f}]",
        f"{one.effect:+.2f}",
        f"{one.wins} / {one.losses} / {one.ties}",
        f"{one.p_holm:.3f}",
        f"{one.detectable:.3f}",
        verdict(one),
    ]


def _worst(report: Report) -> list[str]:
    cases = [(query, case) for query in report.worst(WORST) if (case := report.best.cases.get(query))]
    if not cases:
        return []
    rows = [_case_row(report, query, case) for query, case in cases]
    heading = f"## The worst queries of {_plain(report.best.name)}"
    return [heading, _table(["query", report.main, "expected", "came"], rows)]


def _case_row(report: Report, query: str, case: Case) -> list[str]:
    score = report.best.by_query[report.main].get(query, 0.0)
    return [
        f"**{_plain(query)}** {_plain(case.question)}",
        f"{score:.3f}",
        _listed(case.expected_words, [(one, "") for one in case.expected]),
        _listed(case.came_words, [(one, case.right(one)) for one in case.came]),
    ]


def _listed(words: str, shown: Sequence[tuple[Shown, str]]) -> str:
    lines = [_plain(words)] if words else []
    for number, (one, right) in enumerate(shown, start=1):
        lines.append(f"{number}. {_plain(place(one))}" + (f" (right {right})" if right else "") + _quoted(one))
    return "<br>".join(lines)


def _quoted(one: Shown) -> str:
    return f": “{_plain(one.text[:_QUOTED])}{'…' if len(one.text) > _QUOTED else ''}”" if one.text else ""


def _every_metric(report: Report) -> str:
    ones = report.configurations
    names = [name for name in ones[0].metrics if all(name in one.metrics for one in ones)]
    rows = [[name, *(_interval(one.metrics[name]) for one in ones)] for name in names]
    return _table(["metric", *(_plain(one.name) for one in ones)], rows)


def _provenance(report: Report) -> list[str]:
    if not report.provenance:
        return []
    told = "\n".join(f"- {_plain(name)}: {_plain(value)}" for name, value in report.provenance.items())
    return ["## How it was measured", told]


def _interval(found: Interval) -> str:
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [list(headings), ["---"] * len(headings), *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _plain(text: str) -> str:
    """On one line, with every character that means something in Markdown or HTML made harmless."""
    flat = " ".join(text.split())
    for mark in "\\`*_[]|<>&":
        flat = flat.replace(mark, f"\\{mark}" if mark not in "<>&" else {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[mark])
    return flat
