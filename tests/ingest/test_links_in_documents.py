"""What a document points to is never fetched, whatever the format and however it points there."""

import zipfile
from pathlib import Path

from docx import Document as Docx

from retrieval.engine import Engine
from tests.ingest.runs import run
from tests.site import Canary

_ENTITY = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "{url}">{more}]><a>Text &x;</a>'
_XINCLUDE = '<p xmlns:xi="http://www.w3.org/2001/XInclude">Text.<xi:include href="{url}"/></p>'
_EXTERNAL = 'Content-Type: message/external-body; access-type=URL; URL="{url}"'


def _page(body: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><main><p>Text.</p>{body}</main></body></html>"


POINTERS = {
    "image.html": _page('<img src="{url}"><img srcset="{url} 2x">'),
    "frame.html": _page('<iframe src="{url}"></iframe><object data="{url}"></object>'),
    "style.html": _page("", '<link rel="stylesheet" href="{url}"><style>@import "{url}"</style>'),
    "base.html": _page('<img src="a.png">', '<base href="{url}">'),
    "refresh.html": _page("", '<meta http-equiv="refresh" content="0; url={url}">'),
    "script.html": _page('<script src="{url}"></script>'),
    "doctype.html": '<!DOCTYPE html SYSTEM "{url}">' + _page(""),
    "image.md": "# Text\n\n![picture]({url}) and <{url}>\n",
    "entity.xml": _ENTITY.replace("{more}", ""),
    "parameter.xml": _ENTITY.replace("{more}", '<!ENTITY % y SYSTEM "{url}"> %y;'),
    "include.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body>' + _XINCLUDE + "</body></html>",
    "picture.rst": "Text\n====\n\n.. image:: {url}\n\n.. include:: {url}\n\n.. raw:: html\n   :url: {url}\n",
    "mail.eml": 'From: a@x.example\nSubject: Text\nContent-Type: text/html\n\n<p>Text.</p><img src="{url}">\n',
    "external.eml": f"From: a@x.example\nSubject: Text\n{_EXTERNAL}\n\nText.\n",
    "formula.csv": 'Name,Value\nText,"=WEBSERVICE(""{url}"")"\n',
}


def test_no_document_makes_anybody_connect_to_what_it_names(engine: Engine, corpus: Path) -> None:
    with Canary() as canary:
        url = f"http://127.0.0.1:{canary.port}/"
        for name, text in POINTERS.items():
            (corpus / name).write_text(text.replace("{url}", url))
        _docx_with_external_parts(corpus / "external.docx", url)
        _pdf_with_actions(corpus / "action.pdf", url)

        report = run(engine, corpus)

        assert not canary.reached()
    assert len(report.outcomes) == len(POINTERS) + 2
    assert report.counts()["indexed"] >= len(POINTERS) - 2


def _docx_with_external_parts(path: Path, url: str) -> None:
    """A template, a picture and an entity of another machine's."""
    plain = path.with_suffix(".plain")
    document = Docx()
    document.add_paragraph("Text.")
    document.save(str(plain))
    kinds = ("attachedTemplate", "image", "hyperlink", "oleObject")
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(
        f'<Relationship Id="x{number}" Type="{base}/{kind}" Target="{url}" TargetMode="External"/>'
        for number, kind in enumerate(kinds)
    )
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/_rels/document.xml.rels":
                data = data.replace(b"</Relationships>", f"{relations}</Relationships>".encode())
            if name == "docProps/core.xml":
                data = data.replace(b"?>", f'?><!DOCTYPE a [<!ENTITY x SYSTEM "{url}">]>'.encode(), 1)
            new.writestr(name, data)
    plain.unlink()


def _pdf_with_actions(path: Path, url: str) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path))
    canvas.drawString(72, 700, "Text.")
    canvas.linkURL(url, (72, 690, 200, 720))
    canvas.save()
