"""EML and MSG to Markdown, exactly."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.errors import Encrypted, Malformed
from ingest.formats import from_email
from ingest.formats.internet_mail import read_mail
from ingest.models import Attachment, Document


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {"Subject": "New limits", "From": "Ann Lee <ann@example.org>", "To": "all@example.org"}
    for key, value in {**usual, "Date": "Tue, 05 Mar 2024 14:30:00 +0100", **headers}.items():
        if value:
            message[key] = value
    return message


def convert(folder: Path, message: EmailMessage | bytes, name: str = "new_limits.eml") -> Document:
    path = folder / "copy"
    path.write_bytes(message if isinstance(message, bytes) else message.as_bytes())
    return from_email.convert(path, name)


HEAD = "# New limits\n\nFrom: Ann Lee <ann@example.org>\nTo: all@example.org\nDate: Tue, 05 Mar 2024 14:30:00 +0100"


def test_subject_addresses_and_paragraphs_are_kept(tmp_path: Path) -> None:
    message = mail()
    message.set_content("Hello all,\n\nthe limit is 80 EUR.\nFrom May on.\n")
    document = convert(tmp_path, message)

    assert document.text == f"{HEAD}\n\nHello all,\n\nthe limit is 80 EUR.\nFrom May on."
    assert document.title == "New limits"
    assert document.metadata == {"author": "Ann Lee <ann@example.org>", "date": "2024-03-05"}
    assert document.notes == ()
    assert document.pages == ()


def test_an_attachment_is_named_and_given_as_it_is(tmp_path: Path) -> None:
    message = mail()
    message.set_content("See the table.")
    message.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="rates.csv")
    document = convert(tmp_path, message)

    assert document.text == f"{HEAD}\n\nSee the table.\n\nAttachments: rates.csv"
    assert document.attachments == (Attachment("rates.csv", "text/csv", b"a,b\n"),)
    assert document.notes == ()


def test_an_attached_text_is_no_part_of_the_message(tmp_path: Path) -> None:
    message = mail()
    message.set_content("See the file.")
    message.add_attachment("secret words", filename="words.txt")

    assert "secret" not in convert(tmp_path, message).text


def test_an_attached_mail_is_named_by_its_subject(tmp_path: Path) -> None:
    message = mail()
    message.set_content("Forwarded.")
    message.add_attachment(mail(Subject="Old limits"))

    document = convert(tmp_path, message)

    assert document.text.endswith("Attachments: Old limits.eml")
    (attached,) = document.attachments
    assert (attached.name, attached.media_type) == ("Old limits.eml", "message/rfc822")
    assert attached.data.startswith(b"Subject: Old limits\n")


def test_plain_text_is_preferred_to_html(tmp_path: Path) -> None:
    message = mail()
    message.set_content("The limit is 80 EUR.")
    message.add_alternative("<p>The <b>limit</b> is 80 EUR.</p>", subtype="html")

    assert convert(tmp_path, message).text == f"{HEAD}\n\nThe limit is 80 EUR."


def test_a_plain_part_that_only_points_to_the_html_gives_way(tmp_path: Path) -> None:
    message = mail()
    message.set_content("Please view this message in a browser.")
    message.add_alternative(f"<p>{'The limit is 80 EUR. ' * 60}</p>", subtype="html")

    assert "The limit is 80 EUR." in convert(tmp_path, message).text


def test_html_alone_becomes_markdown_with_its_tables(tmp_path: Path) -> None:
    message = mail()
    table = "<table><tr><th>City</th><th>EUR</th></tr><tr><td>Bonn</td><td>80</td></tr></table>"
    message.set_content(f"<html><body><p>Limits:</p>{table}<script>track()</script></body></html>", subtype="html")

    assert convert(tmp_path, message).text == f"{HEAD}\n\nLimits:\n\n| City | EUR |\n| --- | --- |\n| Bonn | 80 |"


def test_quoted_replies_stay(tmp_path: Path) -> None:
    message = mail()
    message.set_content("Yes.\n\nBob wrote:\n> Is it 80?\n>\n> Bob\n")

    assert convert(tmp_path, message).text.endswith("Yes.\n\nBob wrote:\n> Is it 80?\n\n> Bob")


def test_lines_that_all_begin_with_a_bullet_are_a_list(tmp_path: Path) -> None:
    message = mail()
    message.set_content("Please:\n\n* book early\n* keep receipts\n\nThanks")
    document = convert(tmp_path, message)

    assert [block.kind for block in document.blocks] == ["heading", "paragraph", "paragraph", "list", "paragraph"]


def test_flowed_lines_are_joined(tmp_path: Path) -> None:
    """RFC 3676: a space at the end of a line says that it goes on."""
    raw = (
        "Subject: New limits\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n"
        "The limit \nis 80 EUR.\n> Is \n> it?\nYes.\n"
    )

    assert convert(tmp_path, raw.encode()).text == "# New limits\n\nThe limit is 80 EUR.\n> Is it?\nYes."


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "no-such-charset"])
def test_the_declared_encoding_is_used_and_a_false_one_survived(tmp_path: Path, charset: str) -> None:
    encoding = "iso-8859-1" if charset == "iso-8859-1" else "utf-8"
    head = f"Subject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"

    assert convert(tmp_path, head.encode() + "Grüße aus Köln".encode(encoding)).text == "# x\n\nGrüße aus Köln"


def test_encoded_headers_are_decoded(tmp_path: Path) -> None:
    message = mail(Subject="Größe")
    message.set_content("x")

    assert convert(tmp_path, message).title == "Größe"


def test_without_a_subject_the_file_name_is_the_title_and_no_heading_stands_in_the_text(tmp_path: Path) -> None:
    message = mail(Subject="")
    message.set_content("x")
    document = convert(tmp_path, message)

    assert document.title == "New limits"
    assert document.text.startswith("From: ")


def test_an_encrypted_mail_is_named_as_such(tmp_path: Path) -> None:
    raw = b"Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA"

    with pytest.raises(Encrypted):
        convert(tmp_path, raw)


def test_a_text_without_headers_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        convert(tmp_path, b"\nno mail at all\n")


def test_a_broken_outlook_message_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"x\.msg"):
        convert(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "x.msg")


def test_odd_dates_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_bytes(b"Subject: x\nDate: some day in May\n\nbody\n")
    message = read_mail(path, "x.eml")

    assert (message.date, message.day) == ("some day in May", "")


OUTLOOK = Path(__file__).parents[4] / "shared/benchmarks/docling-tests/email/sources/msg_with_attachment.msg"


@pytest.mark.skipif(not OUTLOOK.exists(), reason="no MSG can be written here: needs the shared benchmark files")
def test_an_outlook_message_is_read_like_any_mail() -> None:
    document = from_email.convert(OUTLOOK, OUTLOOK.name)

    assert document.title == "Email with Attachment"
    assert "To: Bob Example <bob@example.com>" in document.text
    assert document.text.endswith("This email contains an attachment.\n\nAttachments: test.txt, report.pdf")
    assert [(one.name, one.media_type) for one in document.attachments] == [
        ("test.txt", "text/plain"),
        ("report.pdf", "application/pdf"),
    ]
