"""Attachments and members of archives: documents of their own that come and go with what they lie in."""

import io
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest import batch, publishing
from retrieval.engine import Engine
from retrieval.models import OWNER, Caller, Outcome
from tests.fakes import FakeEmbedder
from tests.ingest.runs import documents, found, run, told

CSV = b"item,price\nwalnut desk,410 EUR\noak shelf,95 EUR\n"


def mail(text: str = "The prices are attached.", **attached: bytes) -> bytes:
    """A mail; attachments by name, `_` for the dot."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Prices"
    message["Message-ID"], message["Date"] = "<1@example.org>", "Mon, 02 Mar 2026 10:00:00 +0000"
    message.set_content(text)
    for name, data in attached.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name.replace("_", "."))
    return message.as_bytes()


def packed(members: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def pdf(words: str) -> bytes:
    """One page with one line."""
    stream = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(data),
    )


def kinds(engine: Engine, *targets: Path, **options: object) -> dict[str, str]:
    """Each source below the first target, with how it ended."""
    ended = run(engine, *targets, **options).outcomes
    start = len(targets[0].as_uri()) + 1
    return {one.uri[start:]: one.outcome for one in ended}


def test_the_attachments_of_a_mail_are_documents_of_their_own(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV, terms_pdf=pdf("Delivery takes eleven weeks.")))

    assert kinds(engine, corpus) == {"m.eml": "indexed", "m.eml!/rates.csv": "indexed", "m.eml!/terms.pdf": "indexed"}
    assert found(engine, "price of a walnut desk")[0] == "m.eml!/rates.csv"
    (hit, *_) = engine.search("How long does delivery take?", caller=OWNER, mode="lexical")
    assert (hit.chunk.document, hit.chunk.page) == ("m.eml!/terms.pdf", 1)
    assert hit.chunk.uri == (corpus / "m.eml").as_uri() + "!/terms.pdf"


def test_the_original_of_an_attachment_is_kept(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus)

    stored = engine.catalog.version(documents(engine)["m.eml!/rates.csv"].document_id, OWNER)

    assert engine.index.original(stored.content_hash).read_bytes() == CSV
    assert "walnut desk" in stored.text


def test_an_unchanged_mail_reads_and_embeds_nothing_and_tells_of_each_part(
    engine: Engine, corpus: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture could not be read, which is told again."""
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV, logo_png=b"\x89PNG\r\n\x1a\n" + bytes(100)))
    first = run(engine, corpus)
    embedded = len(embedder.embedded)
    monkeypatch.setattr(publishing, "Workers", None)

    for _ in range(2):
        again = run(engine, corpus)

        assert {name: words.partition(":")[0] for name, words in told(again).items()} == {
            "m.eml": "unchanged",
            "rates.csv": "unchanged",
            "logo.png": "failed",
        }
        assert told(again)["logo.png"] == told(first)["logo.png"]
        assert (again.embedded, len(embedder.embedded)) == (0, embedded)


def test_an_attachment_that_a_new_version_lacks_is_removed_and_one_that_it_keeps_is_not_read_again(
    engine: Engine, corpus: Path
) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV, old_txt=b"The old terms of delivery."))
    run(engine, corpus)
    (corpus / "m.eml").write_bytes(mail("Only prices now.", rates_csv=CSV, new_txt=b"The new terms of delivery."))

    report = run(engine, corpus)

    assert told(report) == {
        "m.eml": "indexed",
        "rates.csv": "unchanged",
        "old.txt": "removed: it is not in m.eml any more",
        "new.txt": "indexed",
    }
    assert set(documents(engine)) == {"m.eml", "m.eml!/rates.csv", "m.eml!/new.txt"}
    assert documents(engine)["m.eml!/rates.csv"].version == 1


def test_the_last_attachment_goes_too(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus)
    (corpus / "m.eml").write_bytes(mail("Nothing is attached."))

    assert kinds(engine, corpus, atomic=True) == {"m.eml": "indexed", "m.eml!/rates.csv": "removed"}
    assert set(documents(engine)) == {"m.eml"}


def test_attachments_are_for_those_whom_the_mail_is_for(engine: Engine, corpus: Path) -> None:
    """No rule can open `!/rates.csv` by its own name; a rule that closes the mail closes what lies in it at once."""
    (corpus / "hr").mkdir()
    (corpus / "hr" / "m.eml").write_bytes(mail(rates_csv=CSV))
    rules = '[[access]]\npath = "**/rates.csv"\ngroups = []\n\n[[access]]\npath = "hr/**"\ngroups = ["{}"]\n'
    (corpus / "footnote.toml").write_text(rules.format("hr"))
    run(engine, corpus)
    assert set(documents(engine, Caller(groups=frozenset({"hr"})))) == {"hr/m.eml", "hr/m.eml!/rates.csv"}
    assert documents(engine, Caller()) == {}

    (corpus / "footnote.toml").write_text(rules.format("board"))
    report = run(engine, corpus)

    assert report.embedded == 0
    assert documents(engine, Caller(groups=frozenset({"hr"}))) == {}
    assert len(documents(engine, Caller(groups=frozenset({"board"})))) == 2


def test_parts_open_with_the_new_version_of_their_mail(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus, allow=("hr",))
    (corpus / "m.eml").write_bytes(mail("For all.", rates_csv=CSV))

    run(engine, corpus, allow=())

    assert set(documents(engine, Caller())) == {"m.eml", "m.eml!/rates.csv"}


def test_parts_move_with_their_mail(engine: Engine, corpus: Path, embedder: FakeEmbedder) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus)
    before, embedded = documents(engine), len(embedder.embedded)
    (corpus / "m.eml").rename(corpus / "n.eml")

    assert kinds(engine, corpus) == {"n.eml": "unchanged", "n.eml!/rates.csv": "unchanged"}
    after = documents(engine)
    assert after["n.eml!/rates.csv"].document_id == before["m.eml!/rates.csv"].document_id
    assert after["n.eml!/rates.csv"].uri == (corpus / "n.eml").as_uri() + "!/rates.csv"
    assert len(embedder.embedded) == embedded
    assert kinds(engine, corpus) == {"n.eml": "unchanged", "n.eml!/rates.csv": "unchanged"}


def test_parts_are_pruned_with_their_mail_and_never_without(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    (corpus / "a.md").write_text("# A\n\nText.")
    run(engine, corpus)
    assert "removed" not in kinds(engine, corpus, prune=True).values()
    (corpus / "m.eml").unlink()

    assert kinds(engine, corpus) == {"a.md": "unchanged"}
    assert kinds(engine, corpus, prune=True, force=True) == {
        "a.md": "unchanged",
        "m.eml": "removed",
        "m.eml!/rates.csv": "removed",
    }
    assert set(documents(engine)) == {"a.md"}


def forget(engine: Engine, name: str) -> None:
    document = documents(engine)[name]
    run_id = engine.index.begin_run("default", {})
    engine.index.forget(run_id, document.document_id, Outcome(document.uri, "removed"))


def test_a_mail_is_forgotten_with_its_parts(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus)

    forget(engine, "m.eml")

    assert documents(engine) == {}
    assert kinds(engine, corpus) == {"m.eml": "skipped"}
    assert kinds(engine, corpus, again=True) == {"m.eml": "indexed", "m.eml!/rates.csv": "indexed"}


def test_a_forgotten_attachment_stays_away_when_its_mail_changes(engine: Engine, corpus: Path) -> None:
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV))
    run(engine, corpus)
    forget(engine, "m.eml!/rates.csv")
    (corpus / "m.eml").write_bytes(mail("A new text.", rates_csv=CSV))

    assert kinds(engine, corpus) == {"m.eml": "indexed", "m.eml!/rates.csv": "skipped"}
    assert set(documents(engine)) == {"m.eml"}


def test_an_archive_is_listed_and_its_members_are_documents(engine: Engine, corpus: Path) -> None:
    """A mail in it is opened, an archive in it is not; an odd name is led back."""
    inner = packed({"deep.txt": b"Too deep."})
    letter = mail(rates_csv=CSV, more_zip=inner)
    members = {"dir/a.txt": b"The lease ends in June.", "../b.md": b"# B\n\nBees.", "in.zip": inner, "m.eml": letter}
    (corpus / "a.zip").write_bytes(packed(members))

    expected = {
        "a.zip": "indexed",
        "a.zip!/dir/a.txt": "indexed",
        "a.zip!/b.md": "indexed",
        "a.zip!/in.zip": "skipped",
        "a.zip!/m.eml": "indexed",
        "a.zip!/m.eml!/rates.csv": "indexed",
        "a.zip!/m.eml!/more.zip": "skipped",
    }
    assert kinds(engine, corpus) == expected
    assert found(engine, "When does the lease end?")[0] == "a.zip!/dir/a.txt"
    again = {name: "unchanged" if kind == "indexed" else kind for name, kind in expected.items()}
    assert kinds(engine, corpus) == again

    (corpus / "a.zip").write_bytes(packed({**members, "c.txt": b"Something new."}))
    assert kinds(engine, corpus) == {**again, "a.zip": "indexed", "a.zip!/c.txt": "indexed"}
    assert kinds(engine, corpus) == {**again, "a.zip!/c.txt": "unchanged"}


def test_a_member_that_can_not_be_read_costs_itself_alone_and_is_read_by_a_retry(engine: Engine, corpus: Path) -> None:
    (corpus / "a.zip").write_bytes(packed({"torn.pdf": b"%PDF-1.4\nnothing", "b.txt": b"Bees."}))
    first = run(engine, corpus)
    assert {one.uri.rsplit("/")[-1]: one.outcome for one in first.outcomes} == {
        "a.zip": "indexed",
        "torn.pdf": "failed",
        "b.txt": "indexed",
    }

    again = run(engine, corpus)
    assert told(again)["torn.pdf"] == told(first)["torn.pdf"]

    retried = run(engine, retry=again.run_id)
    assert told(retried)["torn.pdf"] == told(first)["torn.pdf"]
    assert told(retried)["b.txt"] == "unchanged"


def test_an_empty_archive_is_skipped(engine: Engine, corpus: Path) -> None:
    (corpus / "a.zip").write_bytes(packed({}))

    assert kinds(engine, corpus) == {"a.zip": "skipped"}


def test_a_part_never_takes_the_name_of_a_file(engine: Engine, corpus: Path) -> None:
    (corpus / "a.zip").write_bytes(packed({"x.txt": b"From the archive."}))
    (corpus / "a.zip!").mkdir()
    (corpus / "a.zip!" / "x.txt").write_text("From the folder.")

    outcomes = [(one.uri.rpartition("corpus/")[2], one.outcome) for one in run(engine, corpus).outcomes]

    assert ("a.zip", "indexed") in outcomes
    assert documents(engine)["a.zip!/x.txt"].size == len("From the folder.")


def test_a_part_does_not_inherit_what_is_kept_of_a_file_with_its_name(engine: Engine, corpus: Path) -> None:
    """The file was for hr alone, and is removed; the archive is for everyone."""
    (corpus / "a.zip!").mkdir()
    (corpus / "a.zip!" / "x.txt").write_text("The secret of the folder.")
    run(engine, corpus / "a.zip!", allow=("hr",))
    before = documents(engine)["x.txt"].document_id
    (corpus / "a.zip!" / "x.txt").unlink()
    (corpus / "a.zip").write_bytes(packed({"x.txt": b"From the archive."}))

    run(engine, corpus, prune=True, force=True)

    part = documents(engine, Caller())["a.zip!/x.txt"]
    assert part.document_id != before
    assert [one.version for one in engine.history.versions(part.document_id, Caller())] == [1]


def test_a_mail_and_its_attachments_are_published_in_one_transaction(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where each batch holds one document at most."""
    monkeypatch.setattr(batch, "BATCH_DOCUMENTS", 1)
    (corpus / "m.eml").write_bytes(mail(rates_csv=CSV, terms_txt=b"Terms."))
    (corpus / "n.eml").write_bytes(mail("Another.", more_txt=b"More."))
    run(engine, corpus)

    with engine._database.read() as connection:
        query = "SELECT d.path, v.published FROM versions v JOIN documents d ON d.id = v.document_id"
        published = {row.path: row.published for row in connection.exec_driver_sql(query)}
    assert published["m.eml"] == published["m.eml!/rates.csv"] == published["m.eml!/terms.txt"]
    assert published["n.eml"] == published["n.eml!/more.txt"] != published["m.eml"]
