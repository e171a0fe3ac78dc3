"""Which file of the corpus is made of what. Files that are not named here are written by hand."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from data.making import mail, workbooks
from data.making.markup import read_manuscript
from data.making.pdf import pdf
from data.making.scan import scanned_pdf
from data.making.sheets import Sheet, xlsx
from data.making.slides import pptx
from data.making.word import docx

SOURCES = Path(__file__).parent / "sources"
SETTERS = {".pdf": pdf, ".docx": docx, ".pptx": pptx}
FROM_MANUSCRIPTS = (
    "benefits/pension-and-insurance.pdf",
    "company/the-sounding-line-2025-4.pdf",
    "company/all-hands-2026-q1.pptx",
    "handbook/onboarding-checklist.docx",
    "handbook/safety-at-sea.pptx",
    "hr-confidential/grievance-procedure.docx",
    "hr-confidential/salary-bands-2026.pdf",
    "meetings/steering-group-2026-01-21.docx",
    "policies/procurement-rules.docx",
    "policies/travel-policy-2024.pdf",
    "policies/travel-policy-2025.pdf",
    "products/calibration-procedure-qp-17.pdf",
    "products/cm-7-service-manual.pdf",
    "products/lodelink-plans-and-service-levels.pdf",
    "products/sp-210-data-sheet.pdf",
    "products/tg-44-installation-manual.pdf",
    "sales/dl-9-sales-training.pptx",
    "security/information-security-policy.pdf",
)


def recipes() -> dict[str, Callable[[], bytes]]:
    """By path below the corpus, what makes the file's bytes."""
    return {
        **{path: partial(_from_manuscript, path) for path in FROM_MANUSCRIPTS},
        "archive/scan-0417.pdf": _scan,
        "company/budget-2026.xlsx": _workbook("Budget 2026", workbooks.budget()),
        "hr-confidential/headcount-plan-2026.xlsx": _workbook("Headcount 2026", workbooks.headcount_plan()),
        "operations/production-plan-2026-q1.xlsx": _workbook("Production plan", workbooks.production_plan()),
        "sales/price-list-2026.xlsx": _workbook("Price list 2026", workbooks.price_list()),
        "mail/2025-10-07-power-cut.eml": mail.power_cut,
        "mail/2026-01-22-price-rise.eml": mail.price_rise,
    }


def _from_manuscript(path: str) -> bytes:
    target = Path(path)
    return SETTERS[target.suffix](read_manuscript(SOURCES / f"{target.stem}.md"))


def _scan() -> bytes:
    text = (SOURCES / "scan-delivery-note.txt").read_text(encoding="utf-8")
    return scanned_pdf(text, title="Scan 0417", date="2011-05-17")


def _workbook(title: str, sheets: tuple[Sheet, ...]) -> Callable[[], bytes]:
    return partial(xlsx, title, sheets)
