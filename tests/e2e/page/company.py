"""A small company's documents, one of each kind, and one that means harm."""

from email.message import EmailMessage
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

LEAVE = """<!doctype html><html><head><title>Annual leave</title></head><body><main><h1>Annual leave</h1>
<p>The table holds the working days of annual leave for each country.</p>
<table><tr><th>Country</th><th>Days of annual leave</th></tr>
<tr><td>Portugal</td><td>25</td></tr><tr><td>Norway</td><td>{norway}</td></tr></table>
<p>Up to eight days may be carried into the next year, until 30 April.</p></main></body></html>"""
_HARM = """<!doctype html><html><head><title>Cafeteria</title><script>window.harmed = "script"</script>
<meta http-equiv="refresh" content="0; url=https://evil.example/"></head>
<body onload="window.harmed='load'"><main><h1>Cafeteria</h1>
<p>The cafeteria opens at seven in the morning and serves breakfast until ten.</p>
<p>&lt;script&gt;window.harmed='text'&lt;/script&gt; &lt;img src=x onerror="window.harmed='error'"&gt;</p>
<p><a href="javascript:window.harmed='link'">the menu</a> <img src="https://evil.example/pixel.png" alt="soup"
onerror="window.harmed='image'"><svg onload="window.harmed='svg'"></svg></p></main></body></html>"""
_HARM_MARKDOWN = """# Parking

The car park behind the mill is free for guests on Fridays.

<script>window.harmed = "markdown"</script>
<img src=x onerror="window.harmed='markdown image'">

![map](https://evil.example/map.png) [the map](javascript:window.harmed='markdown link')
"""


def write(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "leave.html").write_text(LEAVE.format(norway=27))
    (folder / "cafeteria.html").write_text(_HARM)
    (folder / "parking.md").write_text(_HARM_MARKDOWN)
    (folder / "printing.txt").write_text("The plotter on the third floor prints posters up to one metre wide.\n")
    (folder / "pumps.csv").write_text("Pump,Pressure (bar),Price (EUR)\nP-10,10,420\nP-25,25,980\n")
    _pdf(folder / "safety.pdf")
    _word(folder / "badges.docx")
    _slides(folder / "training.pptx")
    _sheet(folder / "rooms.xlsx")
    _mail(folder / "outage.eml")


def _pdf(path: Path) -> None:
    canvas = Canvas(str(path))
    for title, sentence in (
        ("Safety at sea", "Life jackets hang beside the ladder on every deck."),
        ("Alarms", "The general alarm is seven short blasts followed by one long blast."),
        ("Drills", "A fire drill is held on the first Monday of each quarter."),
    ):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 760, title)
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 720, sentence)
        canvas.showPage()
    canvas.save()


def _word(path: Path) -> None:
    document = Document()
    document.add_heading("Visitor badges", 1)
    document.add_paragraph("A lost visitor badge is reported to the reception desk within one hour.")
    document.save(str(path))


def _slides(path: Path) -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Sales training"
    slide.placeholders[1].text = "The demo kit of the echo sounder weighs four kilograms."
    deck.save(str(path))


def _sheet(path: Path) -> None:
    book = Workbook()
    book.active.append(["Meeting room", "Seats"])
    book.active.append(["Lighthouse", 14])
    book.active.append(["Anchor", 6])
    book.save(str(path))


def _mail(path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Power cut on Tuesday"
    mail["From"] = "facilities@example.org"
    mail["To"] = "all@example.org"
    mail["Date"] = "Tue, 07 Oct 2025 08:00:00 +0000"
    mail.set_content("The power cut in hall two begins at six in the evening and lasts ninety minutes.\n")
    path.write_bytes(mail.as_bytes())
