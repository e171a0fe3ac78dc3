"""A report as one HTML file: no script, no request, colours for light and dark, and a sheet for print.

All that came from documents or questions is text: escaped here, each time it goes into the page.
"""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from evals.intervals import Interval
from evals.paired import Comparison
from evals.report import plots
from evals.report.content import Case, Report, Versus
from evals.report.wording import COMPARED, MANY, changed_most, conclusion, how_to_read, main_first, place, verdict
from evals.results import Shown

WORST = 10
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(report: Report) -> str:
    """The whole page."""
    style = files("evals.report").joinpath("report.css").read_text(encoding="utf-8")
    sections = (_head(report), _table(report), _bars(report), _against(report), _latency(report), _risk(report))
    body = "\n".join((*sections, _worst(report), _all_metrics(report), _provenance(report)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}: evaluation</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    count = len(report.configurations)
    what = "1 configuration" if count == 1 else f"{count} configurations"
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    return (
        f"<h1>{escape(report.title)}</h1>\n"
        f'<p class="soft">{report.measures}: {report.queries} queries, {what}, judged by {escape(report.main)}</p>\n'
        f'<p class="verdict">{escape(conclusion(report))}</p>\n' + (f'<ul class="notes">{notes}</ul>' if notes else "")
    )


def _table(report: Report) -> str:
    ones = report.configurations
    rows = [
        f'<tr><th scope="row">{escape(one.name)}</th>'
        + "".join(_cell(one.metrics[name], top=report.is_top(one, name)) for name in report.shown)
        + "</tr>"
        for one in ones
    ]
    return (
        "<h2>Figures</h2>\n"
        + _grid(["configuration", *report.shown], rows)
        + f'<p class="legend">{escape(how_to_read(report))}</p>'
    )


def _bars(report: Report) -> str:
    figures = [_figure(name, plots.bars(report, name)) for name in report.shown]
    return f'<h2>Means and their intervals</h2>\n<div class="panels">{"".join(figures)}</div>'


def _against(report: Report) -> str:
    """Each comparison whole where they are few; else one line each, and the best one whole."""
    if not report.versus:
        return ""
    first = report.configurations[0].name
    whole = [one for one in report.versus if len(report.versus) <= MANY or one.name == report.best.name]
    all_of_them = _main_of_each(report) if len(report.versus) > MANY else ""
    told = "\n".join(_one_against(report, one) for one in whole)
    return f"<h2>Against {escape(first)}, query by query</h2>\n{all_of_them}\n{told}"


def _main_of_each(report: Report) -> str:
    rows = [
        _compared_row(one, one_versus.name)
        for one_versus in report.versus
        for one in one_versus.compared
        if one.metric == report.main
    ]
    return _grid(["configuration", *COMPARED[1:]], rows)


def _one_against(report: Report, versus: Versus) -> str:
    compared = main_first(report, versus)
    told = f"<p>{escape(compared[0].sentence())}</p>" if compared else ""
    rows = [_compared_row(one, one.metric) for one in compared]
    first = report.configurations[0].name
    drawn = _figure(f"{report.main}, {versus.name} less {first}", plots.differences(versus.differences, report.main))
    moved = [
        f'<tr><td>{value:+.3f}</td><th scope="row">{escape(query)}</th><td>{escape(report.question(query))}</td></tr>'
        for query, value in changed_most(report, versus)
    ]
    table = _grid(["change", "query", "question"], moved) if moved else ""
    return f"<h3>{escape(versus.name)}</h3>\n{told}\n{_grid(COMPARED, rows)}\n{drawn}\n{table}"


def _compared_row(one: Comparison, name: str) -> str:
    return (
        f'<tr><th scope="row">{escape(name)}</th><td>{one.difference.mean:+.3f} <span class="bounds">'
        f"{one.difference.low:+.3f} to {one.difference.high:+.3f}</span></td><td>{one.effect:+.2f}</td>"
        f"<td>{one.wins} / {one.losses} / {one.ties}</td><td>{one.p_holm:.3f}</td>"
        f"<td>{one.detectable:.3f}</td><td>{verdict(one)}</td></tr>"
    )


def _latency(report: Report) -> str:
    drawn = plots.latency(report)
    if not drawn:
        return ""
    deeper = " Measuring searches deeper than users do: compare, don't promise." if report.measures == "Search" else ""
    return (
        f"<h2>Quality against latency</h2>\n{_figure('', drawn)}"
        '<p class="legend">A point is the median query, the upright line the interval of the mean, the dotted line '
        f"reaches to the 95th percentile.{deeper}</p>"
    )


def _risk(report: Report) -> str:
    drawn = plots.risk(report)
    if not drawn:
        return ""
    return (
        f"<h2>Risk and coverage</h2>\n{_figure('', drawn)}"
        '<p class="legend">Questions are answered from the surest on: the further right, the more answers; the height '
        "says how many of those are wrong.</p>"
    )


def _worst(report: Report) -> str:
    cases = [(query, case) for query in report.worst(WORST) if (case := report.best.cases.get(query))]
    if not cases:
        return ""
    told = "\n".join(_case(report, query, case) for query, case in cases)
    return f"<h2>The worst queries of {escape(report.best.name)}</h2>\n{told}"


def _case(report: Report, query: str, case: Case) -> str:
    few = report.configurations if len(report.versus) <= MANY else (report.configurations[0], report.best)
    scores = "; ".join(f"{one.name} {_score(one.by_query[report.main].get(query))}" for one in few)
    expected = _listed("ul", [(one, "") for one in case.expected])
    came = _listed("ol", [(one, case.right(one)) for one in case.came])
    return (
        f'<div class="case"><p class="question">{escape(case.question)}</p>'
        f'<p class="soft">{escape(query)}: {escape(report.main)} {escape(scores)}</p>'
        f'<div class="sides">{_side("Expected", case.expected_words, expected)}'
        f"{_side('Came', case.came_words, came)}</div></div>"
    )


def _score(value: float | None) -> str:
    return "not judged" if value is None else f"{value:.3f}"


def _side(title: str, words: str, listed: str) -> str:
    said = f"<p>{escape(words)}</p>" if words else ""
    nothing = "" if said or listed else '<p class="soft">nothing</p>'
    return f'<div class="side"><h4>{title}</h4>{said}{listed}{nothing}</div>'


def _listed(kind: str, shown: Sequence[tuple[Shown, str]]) -> str:
    items = "".join(f"<li>{_shown(one, right)}</li>" for one, right in shown)
    return f"<{kind}>{items}</{kind}>" if items else ""


def _shown(one: Shown, right: str) -> str:
    mark = f' <span class="right">right {escape(right)}</span>' if right else ""
    text = f'<span class="text">{escape(one.text)}</span>' if one.text else ""
    return f'<span class="place">{escape(place(one))}</span>{mark}{text}'


def _all_metrics(report: Report) -> str:
    ones = report.configurations
    rows = [
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(_cell(one.metrics[name], top=report.is_top(one, name)) for one in ones)
        + "</tr>"
        for name in ones[0].metrics
        if all(name in one.metrics for one in ones)
    ]
    return "<h2>Every metric</h2>\n" + _grid(["metric", *(one.name for one in ones)], rows)


def _provenance(report: Report) -> str:
    if not report.provenance:
        return ""
    told = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.provenance.items())
    return f"<h2>How it was measured</h2>\n<dl>{told}</dl>"


def _cell(found: Interval, *, top: bool) -> str:
    kind = ' class="top"' if top else ""
    return (
        f'<td{kind}><span class="mean">{found.mean:.3f}</span> '
        f'<span class="bounds">{found.low:.3f} to {found.high:.3f}</span></td>'
    )


def _grid(headings: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{escape(heading).replace("_", "_<wbr>")}</th>' for heading in headings)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _figure(caption: str, drawn: str) -> str:
    told = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{told}{drawn}</figure>"
