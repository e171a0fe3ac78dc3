"""The report's drawings: bars with their intervals, quality against latency, risk against coverage, differences."""

from collections.abc import Mapping, Sequence

import numpy as np

from evals.paired import direction
from evals.report import svg
from evals.report.content import Configuration, Report
from evals.report.svg import Scale

_COLOURS = 8
_LONGEST_NAME = 40
_ROW = 26


def colour(report: Report, position: int) -> str:
    """The class of a configuration's colour; one for all where there are more of them than colours."""
    return f"c{position}" if len(report.configurations) <= _COLOURS else "c0"


def bars(report: Report, metric: str) -> str:
    """A metric's means as bars from zero, each with its interval as a whisker and its value behind."""
    ones = report.configurations
    left = 12 + svg.CHARACTER * max(len(_name(one)) for one in ones)
    right, top = left + 240, 8
    bottom = top + _ROW * len(ones)
    scale = Scale(0.0, _ceiling(max(one.metrics[metric].high for one in ones)), left, right)
    shapes = [*_grid_down(scale, top, bottom)]
    for position, one in enumerate(ones):
        found, y = one.metrics[metric], top + _ROW * position
        middle = y + _ROW / 2
        told = f"{one.name}: {found.mean:.3f}, {found.low:.3f} to {found.high:.3f}"
        shapes += [
            svg.label(left - 8, middle + 4, _name(one), anchor="end"),
            svg.box(left, y + 5, scale(found.mean) - left, _ROW - 10, f"bar {colour(report, position)}", told),
            *_whisker(scale(found.low), scale(found.high), middle),
            svg.label(right + 10, middle + 4, f"{found.mean:.3f}", "value"),
        ]
    return svg.drawing(right + 56, bottom + 22, shapes, says=f"{metric} of {len(ones)} configurations")


def latency(report: Report) -> str:
    """The main metric, with its interval, against the median seconds of a query; a thin line reaches to the 95th
    percentile. Empty where no configuration was timed.
    """
    timed = [(position, one) for position, one in enumerate(report.configurations) if len(one.seconds)]
    if not timed:
        return ""
    spans = {one.name: (float(np.median(one.seconds)), float(np.quantile(one.seconds, 0.95))) for _, one in timed}
    x = _seconds_scale([seconds for pair in spans.values() for seconds in pair], 60, 520)
    found = [one.metrics[report.main] for _, one in timed]
    y = _padded(min(one.low for one in found), max(one.high for one in found), 250, 14)
    shapes = [*_grid_across(y, 60, 520), *_axis_down(x, 14, 250, unit="s a query"), *_axis_title(14, report.main)]
    taken: list[tuple[float, float]] = []
    named = _worth_a_name(report, {name: middle for name, (middle, _) in spans.items()})
    for position, one in timed:
        middle, late = spans[one.name]
        mean = one.metrics[report.main]
        told = f"{one.name}: {mean.mean:.3f} at {middle:.3f} s, 95 of 100 within {late:.3f} s"
        at = (x(middle), y(mean.mean))
        shapes += [
            svg.line(x(middle), y(mean.low), x(middle), y(mean.high), "whisker"),
            *(svg.line(x(middle) - 4, y(end), x(middle) + 4, y(end), "whisker") for end in (mean.low, mean.high)),
            svg.line(x(middle), y(mean.mean), x(late), y(mean.mean), "thin"),
            svg.dot(*at, f"dot {colour(report, position)}", told),
            _beside(at, _name(one), taken) if one.name in named else "",
        ]
    return svg.drawing(660, 296, shapes, says=f"{report.main} against seconds a query")


def _worth_a_name(report: Report, seconds: Mapping[str, float]) -> set[str]:
    """All where they are few; of many those than which no other is as good and faster."""
    if len(seconds) <= _COLOURS:
        return set(seconds)
    sign = direction(report.main)
    means = {one.name: sign * one.metrics[report.main].mean for one in report.configurations}
    return {
        name
        for name in seconds
        if not any(means[other] >= means[name] and seconds[other] < seconds[name] for other in seconds)
    }


def risk(report: Report) -> str:
    """The share of wrong answers against the share of questions answered. Empty where nothing was answered."""
    curves = [(position, one, one.risk) for position, one in enumerate(report.configurations) if one.risk is not None]
    if not curves:
        return ""
    x, y = Scale(0, 1, 60, 520), Scale(0, max(0.05, max(float(curve.risk.max()) for *_, curve in curves)), 250, 14)
    shapes = [*_grid_across(y, 60, 520), *_axis_down(x, 14, 250, unit="share answered")]
    shapes += _axis_title(14, "wrong among answered")
    taken: list[tuple[float, float]] = []
    for position, one, curve in curves:
        points = [(x(float(c)), y(float(r))) for c, r in zip(curve.coverage, curve.risk, strict=True)]
        shapes += [svg.path(points, f"curve {colour(report, position)}"), _beside(points[-1], _name(one), taken)]
    return svg.drawing(700, 296, shapes, says="risk against coverage")


def differences(values: Mapping[str, float], metric: str) -> str:
    """One bar a query, from the greatest gain of a metric to the greatest loss."""
    sign = direction(metric)
    ordered = sorted(values.items(), key=lambda item: -sign * item[1])
    reach = max(0.05, *(abs(value) for value in values.values()))
    x, y = Scale(0, max(1, len(ordered)), 60, 640), Scale(-reach, reach, 190, 14)
    shapes = [*_grid_across(y, 60, 640, signed=True)]
    width = (640 - 60) / max(1, len(ordered))
    for position, (query, value) in enumerate(ordered):
        kind = "gain" if sign * value > 0 else "loss"
        if value:
            top = min(y(0), y(value))
            shapes.append(svg.box(x(position), top, width * 0.86, abs(y(value) - y(0)), kind, f"{query}: {value:+.3f}"))
    shapes.append(svg.line(60, y(0), 640, y(0), "zero"))
    return svg.drawing(650, 200, shapes, says=f"differences of {len(ordered)} queries, sorted")


def _name(one: Configuration) -> str:
    return one.name if len(one.name) <= _LONGEST_NAME else one.name[: _LONGEST_NAME - 1] + "…"


def _whisker(low: float, high: float, y: float) -> list[str]:
    ends = [svg.line(x, y - 4, x, y + 4, "whisker") for x in (low, high)]
    return [svg.line(low, y, high, y, "whisker"), *ends]


def _grid_down(scale: Scale, top: float, bottom: float) -> list[str]:
    shapes = []
    for tick in scale.ticks():
        shapes += [
            svg.line(scale(tick), top, scale(tick), bottom, "grid"),
            svg.label(scale(tick), bottom + 15, f"{tick:g}", "tick", anchor="middle"),
        ]
    return shapes


def _grid_across(scale: Scale, left: float, right: float, *, signed: bool = False) -> list[str]:
    shapes = []
    for tick in scale.ticks():
        shapes += [
            svg.line(left, scale(tick), right, scale(tick), "grid"),
            svg.label(
                left - 8, scale(tick) + 4, f"{tick:+g}" if signed and tick else f"{tick:g}", "tick", anchor="end"
            ),
        ]
    return shapes


def _axis_down(scale: Scale, top: float, bottom: float, *, unit: str) -> list[str]:
    shapes = _grid_down(scale, top, bottom)
    return [*shapes, svg.label((scale.start + scale.end) / 2, bottom + 34, unit, "tick", anchor="middle")]


def _axis_title(y: float, text: str) -> list[str]:
    return [svg.label(64, y + 6, text, "tick")]


def _beside(at: tuple[float, float], text: str, taken: list[tuple[float, float]]) -> str:
    """A label right of a point, lower where another label stands already."""
    x, y = at[0] + 9, at[1] - 6
    while any(abs(x - other_x) < svg.CHARACTER * _LONGEST_NAME and abs(y - other_y) < 14 for other_x, other_y in taken):
        y += 14
    taken.append((x, y))
    return svg.label(x, y, text)


def _seconds_scale(seconds: Sequence[float], start: float, end: float) -> Scale:
    """By logarithms: configurations differ by factors."""
    low, high = max(1e-5, min(seconds)), max(1e-5, *seconds)
    return Scale(low / 1.6, high * 1.6, start, end, log=True)


def _padded(low: float, high: float, start: float, end: float) -> Scale:
    room = max(0.02, (high - low) * 0.15)
    return Scale(max(0.0, low - room), min(1.0, high + room), start, end)


def _ceiling(highest: float) -> float:
    """The end of an axis from 0: 1, or a round value where all stays far below."""
    return next((end for end in (0.05, 0.1, 0.2, 0.3, 0.5) if highest <= end), 1.0)
