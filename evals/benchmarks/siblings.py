"""Documents that are alike but for their numbers: `python -m evals.benchmarks.siblings`.

Four yearly reports each of eight invented companies, whose sections and most of whose words are the same, and 160
questions that name a company and a year. Each report tells last year's figures too. Made here, always the same, so that
finding the document that is meant can be learnt on something else than on filings that results are reported on.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from evals import questions
from evals.benchmark import measure, prepared
from retrieval.models import Mode
from retrieval.settings import EngineSettings

_METRICS = ("hit@1", "quote_recall@1", "quote_recall@5", "quote_recall@10")
_ASKED = 160
_YEARS = (2019, 2020, 2021, 2022)
_SEGMENTS = {
    "Halden Pumps": ("Water", "Mining"),
    "Nordlicht Energie": ("Grid", "Wind"),
    "Orrin Foods": ("Dairy", "Bakery"),
    "Bexley Rail": ("Freight", "Signals"),
    "Castor Optics": ("Lenses", "Lasers"),
    "Quillon Paper": ("Packaging", "Tissue"),
    "Tamsin Air": ("Passengers", "Cargo"),
    "Verdant Seeds": ("Maize", "Wheat"),
}
_LINES = {
    "Revenue": "total revenue",
    "Cost of sales": "cost of sales",
    "Research and development": "spending on research and development",
    "Purchases of property, plant and equipment": "capital expenditure",
    "Inventories": "value of the inventories",
    "Trade receivables": "amount of trade receivables",
    "Dividends paid": "amount of dividends paid",
    "Income tax expense": "income tax expense",
    "Net cash from operating activities": "operating cash flow",
    "Goodwill": "goodwill",
    "Long-term debt": "long-term debt",
    "Employees at year end": "number of employees",
}
_TABLES = {
    "Income statement": ("Revenue", "Cost of sales", "Research and development", "Income tax expense"),
    "Cash flow": (
        "Purchases of property, plant and equipment",
        "Dividends paid",
        "Net cash from operating activities",
    ),
    "Balance sheet": ("Inventories", "Trade receivables", "Goodwill", "Long-term debt"),
    "Five facts": ("Employees at year end",),
}
_TEXTS = (
    ("Legal proceedings", "{c} is party to a claim by {p} over {t}, for which {n} million are set aside.",
     "How much has {c} set aside for the claim by its opponent in {y}?"),
    ("Acquisitions", "In {m} {y} the group bought {p} for {n} million in cash.",
     "What did {c} pay for the company it bought in {y}?"),
    ("Auditor", "The fee for the audit of the year was {n} thousand; the auditor is {p}.",
     "Who audited {c} for {y}?"),
    ("Pensions", "The discount rate used for pension obligations is {r} percent.",
     "Which discount rate did {c} use for pensions in its {y} report?"),
    ("Restructuring", "The programme {t} closes {k} sites and costs {n} million.",
     "What does the restructuring programme of {c} in FY{y} cost?"),
    ("Share repurchases", "The board approved a programme of {n} million, of which {k} percent had been used.",
     "How large is {c}'s share repurchase programme approved in {y}?"),
    ("Customers", "The largest customer, {p}, accounts for {k} percent of revenue.",
     "Who was {c}'s largest customer in {y}?"),
    ("Credit facility", "A revolving facility of {n} million matures in {z} and was not drawn.",
     "How large was {c}'s revolving credit facility at the end of {y}?"),
    ("Environment", "Emissions of scope one and two fell by {k} percent to {n} kilotonnes.",
     "By how much did {c}'s emissions fall in {y}?"),
    ("Leases", "Lease liabilities stand at {n} million, with a weighted average term of {r} years.",
     "What were {c}'s lease liabilities in fiscal {y}?"),
)  # fmt: skip
_SAID_BY_ALL = (
    "The group prepares its accounts under the standards adopted by the board. Estimates are reviewed each year and "
    "changes are shown in the period in which they arise.",
    "Demand for our products follows the economy. A downturn, higher interest rates or a lasting rise in the cost of "
    "energy could reduce revenue and earnings.",
    "We depend on suppliers for components and raw materials. A shortage, or a supplier that fails, could delay "
    "deliveries and raise costs.",
    "Our systems could be attacked. A breach may interrupt production, disclose data of customers and lead to claims.",
    "Currency: about half of the revenue arises outside of the home market. A change of ten percent in exchange rates "
    "would change earnings.",
    "The remuneration committee reviews pay each year. Variable pay depends on earnings, cash flow and safety.",
    "Revenue is recognised when control of goods passes to the customer, generally on delivery.",
    "Deferred tax assets are recognised to the extent that it is probable that taxable profit will be available.",
)
_PARTIES = (
    "Lomax", "Perivale", "Ashdown", "Sundry & Voss", "Kestrel", "Marlow Brothers", "Ferrand", "Innes Group", "Dunmore",
    "Wexcombe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report, and the (statement, question)s that can be asked of it."""

    text: str
    asked: tuple[tuple[str, str], ...] = ()


def write(folder: Path) -> Path:
    """The reports in `folder/reports`; returns the question set beside them."""
    chance = random.Random(7)  # noqa: S311 - the same documents each time
    found = [one for number, company in enumerate(_SEGMENTS) for one in _company(chance, number, company, folder)]
    chance.shuffle(found)
    lines = [
        json.dumps({"id": f"q{number}", "question": asked, "evidence": [{"document": name, "quote": said}]})
        for number, (name, said, asked) in enumerate(found[:_ASKED])
    ]
    file = folder / "questions.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.siblings", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path(".bench"), help="where homes and vectors are kept (.bench)")
    cache = parser.parse_args().cache
    with TemporaryDirectory(prefix="footnote-siblings-") as temporary:
        judged = questions.read(write(Path(temporary)))
        corpus = Path(temporary) / "reports"
        with prepared(judged, engine_settings=EngineSettings(home=cache), corpus=corpus, cache=cache) as ready:
            for mode in get_args(Mode):
                found = measure(ready, mode=mode).metrics
                shown = (
                    f"{name} {found[name].mean:.3f} [{found[name].low:.3f}, {found[name].high:.3f}]"
                    for name in _METRICS
                )
                print(mode, *shown, sep="  ")


def _company(chance: random.Random, number: int, company: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Its four reports, written; yields (document, statement, question)s."""
    figures = {line: _series(chance) for line in _LINES}
    for year in _YEARS:
        about = f"{company} plc, for the year ended 31 December {year}" if number % 2 else ""
        sections = [
            *_tables(chance, company, year, figures),
            *_segments(chance, company, year),
            *_statements(chance, company, year),
            *_common(chance),
        ]
        name = _name(number, company, year)
        opening = ["# Annual report", about or f"Report of the directors for fiscal {year}"]
        path = folder / "reports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join([*opening, *(section.text for section in sections)]) + "\n")
        yield from ((name, said, asked) for section in sections for said, asked in section.asked)


def _name(number: int, company: str, year: int) -> str:
    """As companies name files, in one of three ways."""
    joined, dashed = company.replace(" ", "").upper(), company.lower().replace(" ", "-")
    return (f"{joined}_{year}_AR.md", f"{company} annual report {year}.md", f"{dashed}/{year}/report.md")[number % 3]


def _series(chance: random.Random) -> dict[int, str]:
    """One figure by year, from the year before the first on."""
    value, found = chance.randint(200, 9000), {}
    for year in range(_YEARS[0] - 1, _YEARS[-1] + 1):
        value = max(20, int(value * chance.uniform(0.85, 1.25)) + chance.randint(0, 9))
        found[year] = f"{value:,}"
    return found


def _tables(chance: random.Random, company: str, year: int, figures: dict[str, dict[int, str]]) -> Iterator[Section]:
    for heading, lines in _TABLES.items():
        rows = {line: f"| {line} | {figures[line][year]} | {figures[line][year - 1]} |" for line in lines}
        table = "\n".join([f"| | {year} | {year - 1} |", "| --- | --- | --- |", *rows.values()])
        asked = tuple((row, _asked(chance, _LINES[line], company, year)) for line, row in rows.items())
        yield Section(f"## {heading}\n\nin millions, years ended 31 December\n\n{table}", asked)


def _asked(chance: random.Random, figure: str, company: str, year: int) -> str:
    return chance.choice(
        [
            f"What was the {figure} of {company} in FY{year}?",
            f"{company} {figure} {year}",
            f"What is the FY{year} {figure} (in millions) for {company}?",
        ]
    )


def _segments(chance: random.Random, company: str, year: int) -> Iterator[Section]:
    for segment in _SEGMENTS[company]:
        amount, share = chance.randint(50, 900), chance.randint(2, 30)
        cause = chance.choice(["price", "volume", "mix", "currency"])
        moved = "rose" if share % 2 else "fell"
        change = f"{moved} by {share} percent to {amount} million, mostly because of {cause}."
        said = f"Revenue of the segment {segment} {change}"
        text = f"## Segment {segment}\n\n{said}\n\n{chance.choice(_SAID_BY_ALL)}"
        yield Section(text, ((said, f"Why did revenue of {company}'s segment {segment} change in {year}?"),))


def _statements(chance: random.Random, company: str, year: int) -> Iterator[Section]:
    for heading, text, asked in _TEXTS:
        said = text.format(
            c=chance.choice([company, "The group"]),
            p=chance.choice(_PARTIES),
            t=chance.choice(["Compass", "a patent", "late deliveries", "Horizon"]),
            n=chance.randint(10, 900),
            m=chance.choice(["March", "June", "October"]),
            y=year,
            r=round(chance.uniform(1, 6), 1),
            k=chance.randint(2, 40),
            z=year + chance.randint(2, 5),
        )
        others = " ".join(chance.sample(_SAID_BY_ALL, 2))
        yield Section(f"## {heading}\n\n{said} {others}", ((said, asked.format(c=company, y=year)),))


def _common(chance: random.Random) -> Iterator[Section]:
    for said in chance.sample(_SAID_BY_ALL, 6):
        heading = chance.choice(["Risks", "Accounting policies", "Outlook"])
        yield Section(f"## {heading}\n\n{said}\n\n{chance.choice(_SAID_BY_ALL)}")


if __name__ == "__main__":
    main()
