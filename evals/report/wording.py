"""The sentences of a report."""

from evals.paired import ALPHA, Comparison, direction
from evals.report.content import Report, Versus
from evals.results import Shown

COMPARED = ("metric", "change", "effect", "better / worse / same", "p (Holm)", "could be missed", "finding")
"""Headings of a table of comparisons."""

MANY = 4
"""Comparisons; of more, one is told whole."""

_MOVED = 5
_NAMED = 3


def conclusion(report: Report) -> str:
    """What a reader in a hurry should take away."""
    first, best = report.configurations[0], report.best
    mean = best.metrics[report.main]
    best_says = f"{report.main} is {mean.mean:.3f} ({mean.low:.3f} to {mean.high:.3f})"
    if not report.versus:
        return f"{best_says} on {report.queries} queries."
    found = _in_short(report) if len(report.versus) > MANY else _each(report)
    return f"Best: {best.name}, {best_says}. {found or f'No difference to {first.name} is beyond chance.'}"


def _each(report: Report) -> str:
    """Which metrics of which configurations differ from the first beyond chance."""
    findings = [
        f"{versus.name} is {how} than {report.configurations[0].name} in {', '.join(names)}."
        for versus in report.versus
        for how in ("better", "worse")
        if (names := [one.metric for one in main_first(report, versus) if verdict(one) == how])
    ]
    return " ".join(findings)


def _in_short(report: Report) -> str:
    """How many configurations differ from the first beyond chance, by the main metric."""
    verdicts = {
        versus.name: verdict(one) for versus in report.versus for one in versus.compared if one.metric == report.main
    }
    named = {how: [name for name, found in verdicts.items() if found == how] for how in ("better", "worse")}
    findings = [
        f"{len(names)} of {len(verdicts)} are {how} than {report.configurations[0].name}" + _some(names)
        for how, names in named.items()
        if names
    ]
    return "; ".join(findings) + "." if findings else ""


def _some(names: list[str]) -> str:
    return f" ({', '.join(names)})" if len(names) <= _NAMED else ""


def how_to_read(report: Report) -> str:
    """A line under the table."""
    top = " The best mean of a column is underlined." if len(report.configurations) > 1 else ""
    return (
        "Each figure is a mean over queries with its 95 % interval: the mean over all queries like these lies in it "
        f"95 times of 100.{top} Whether a difference is more than chance is told by the paired tests, not by "
        "whether intervals overlap."
    )


def changed_most(report: Report, versus: Versus) -> list[tuple[str, float]]:
    """The greatest gains and the greatest losses, a few of each, gains first."""
    sign = direction(report.main)
    ordered = sorted(versus.differences.items(), key=lambda item: -sign * item[1])
    gains = [item for item in ordered[:_MOVED] if sign * item[1] > 0]
    losses = [item for item in ordered[-_MOVED:] if sign * item[1] < 0]
    return [*gains, *losses]


def place(shown: Shown) -> str:
    return shown.document if shown.page is None else f"{shown.document}, page {shown.page}"


def main_first(report: Report, versus: Versus) -> list[Comparison]:
    return sorted(versus.compared, key=lambda one: one.metric != report.main)


def verdict(found: Comparison) -> str:
    """In a word or three, over all comparisons of the report together."""
    if found.wins == found.losses == 0:
        return "no query differs"
    if found.p_holm > ALPHA:
        return "may be chance"
    return "better" if direction(found.metric) * found.difference.mean > 0 else "worse"
