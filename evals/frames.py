"""Reports as `pandas` frames, for notebooks; pandas comes with `pip install 'footnote[notebook]'`.

```python
from pathlib import Path
from evals.benchmark import retrieval
from evals.frames import per_query
from retrieval.settings import EngineSettings

report = retrieval(Path("questions.jsonl"), engine_settings=EngineSettings(Path(".footnote")), mode="dense")
per_query(report).sort_values("ndcg@10").head(10)
```
"""

from typing import TYPE_CHECKING, Any

from evals.experiments.result import ExperimentResult
from evals.kept import Report
from evals.results import AnswersReport
from retrieval.errors import UsageError

if TYPE_CHECKING:
    import pandas


def per_query(report: Report) -> "pandas.DataFrame":
    """One row a query, indexed by its id in the order of the set: the question, its story, and every score.

    A metric that a query is not judged on is NaN there. Of answers: `answerable`, `abstained`, `confidence`, `right`,
    `expected_answer`, `answer` and `seconds`, too. Raises: `UsageError` where pandas is not installed.
    """
    rows: dict[str, dict[str, Any]] = {}
    for record in report.records:
        row: dict[str, Any] = {"question": record.question}
        if isinstance(report, AnswersReport):
            for name in ("answerable", "abstained", "confidence", "right", "expected_answer", "answer", "seconds"):
                row[name] = getattr(record, name)
        rows[record.query] = row
    for scores in report.by_metric().values():
        for name, values in scores.values.items():
            for query, value in zip(scores.queries, values.tolist(), strict=True):
                rows.setdefault(query, {})[name] = value
    return _pandas().DataFrame.from_dict(rows, orient="index").rename_axis("query")


def per_cell(result: ExperimentResult) -> "pandas.DataFrame":
    """One row a setting of an experiment: what is varied, and each compared metric's mean and bounds.

    Columns `ndcg@10`, `ndcg@10 low`, `ndcg@10 high`. Raises: as `per_query`.
    """
    rows = []
    for cell in result.cells:
        row: dict[str, Any] = dict(cell.varied)
        for name in result.metrics:
            if (interval := cell.report.metrics.get(name)) is not None:
                row |= {name: interval.mean, f"{name} low": interval.low, f"{name} high": interval.high}
        rows.append(row)
    return _pandas().DataFrame(rows)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as exc:
        raise UsageError("pandas is not installed", remedy="pip install 'footnote[notebook]'") from exc
    return pandas
