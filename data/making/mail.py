"""The two mails of the corpus, each with an attachment."""

import io
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from data.making.pdf_dates import dated

SOURCES = Path(__file__).parent / "sources"


def power_cut() -> bytes:
    mail = _mail("Rui Tavares <rui.tavares@lodvik.example>", "all-porto@lodvik.example", "mail-power-cut.txt")
    mail["Subject"] = "Power cut of 6 October: what happened"
    mail["Date"] = "Tue, 07 Oct 2025 12:31:00 +0100"
    mail["Message-ID"] = "<20251007.1131@lodvik.example>"
    mail["Cc"] = "dale.pettipas@lodvik.example"
    mail.add_attachment(_text("mail-affected-machines.csv"), subtype="csv", filename="affected-machines.csv")
    return _as_bytes(mail, "tide-0610")


def price_rise() -> bytes:
    mail = _mail("Eirik Sunde <eirik.sunde@lodvik.example>", "dealers@lodvik.example", "mail-price-rise.txt")
    mail["Subject"] = "SP-210 in titanium: new price from 1 April 2026"
    mail["Date"] = "Thu, 22 Jan 2026 09:05:00 +0100"
    mail["Message-ID"] = "<20260122.0905@lodvik.example>"
    mail.add_attachment(_letter(), maintype="application", subtype="pdf", filename="letter-sp-210-ti.pdf")
    return _as_bytes(mail, "tide-2201")


def _mail(sender: str, recipient: str, body: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, recipient
    mail.set_content(_text(body), cte="quoted-printable")
    return mail


def _text(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _letter() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A5, invariant=1, pageCompression=0)
    canvas.setTitle("Price of LV-5210-TI from 1 April 2026")
    lines = (
        "Lodvik Instruments AS, Loddegaten 14, Bergen",
        "22 January 2026",
        "",
        "To our dealers: the list price of LV-5210-TI is",
        "EUR 4,728 from 1 April 2026. Your discount stays as agreed.",
        "",
        "Eirik Sunde",
    )
    for i, line in enumerate(lines):
        canvas.drawString(40, 520 - 18 * i, line)
    canvas.save()
    return dated(target.getvalue(), "2026-01-22")


def _as_bytes(mail: EmailMessage, boundary: str) -> bytes:
    """The boundary is fixed, because the library would draw a random one."""
    mail.set_boundary(boundary)
    return mail.as_bytes()
