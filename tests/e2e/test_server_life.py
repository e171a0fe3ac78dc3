"""A server's life beside the command line: one writer, hand-over of work, restarts, kills."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.conftest import SECRET, Footnote, serve, write_corpus


@pytest.fixture
def footnote(ingested: Footnote, tmp_path: Path) -> Footnote:
    """A home of the test's own, with the corpus in it. The model's exported form is not made again for each."""
    write_corpus(tmp_path / "corpus")
    footnote = Footnote(tmp_path / "home", tmp_path / "corpus")
    shutil.copytree(ingested.home / "models", footnote.home / "models")
    footnote.run("ingest", str(tmp_path / "corpus"), "--json")
    return footnote


def test_verbs_that_write_hand_their_work_to_the_server_and_both_see_it_at_once(footnote: Footnote) -> None:
    serving = serve(footnote)
    (footnote.corpus / "vpn.md").write_text("# VPN\n\nThe gateway for remote access is called heron.\n")

    report = footnote.json("ingest", ".")
    over_http = serving.client().post("/v1/search", json={"question": "gateway heron"}).json()
    beside = footnote.json("search", "gateway heron")
    again = footnote.json("ingest", str(footnote.corpus))

    assert (report["indexed"], report["unchanged"]) == (1, 4)
    assert over_http["hits"][0]["document"] == beside["hits"][0]["document"] == "vpn.md"
    assert (again["unchanged"], again["embedded"]) == (5, 0)
    assert serving.stop() == 0


def test_versions_are_rolled_back_and_forgotten_with_and_without_a_server(footnote: Footnote) -> None:
    """The same verbs; a forgotten source stays out until it is taken in again on purpose."""
    (footnote.corpus / "leave.html").write_text("<title>Leave</title><p>Employees in Portugal have 99 days.</p>")
    footnote.run("ingest", str(footnote.corpus))
    leave = next(one for one in footnote.json("documents")["documents"] if one["document"] == "leave.html")
    identity = leave["document_id"]

    assert "99 days" in footnote.run("diff", identity)
    assert footnote.json("rollback", identity, "1")["version"] == 3
    assert "25 working days" in footnote.run("show", identity)
    serving = serve(footnote)
    assert footnote.json("rollback", identity, "2")["version"] == 4
    assert "99 days" in footnote.run("show", identity)
    assert footnote.json("forget", identity)["versions"] == 4
    assert footnote.json("ingest", str(footnote.corpus))["skipped"] == 1
    assert serving.stop() == 0

    assert footnote.json("versions", identity, code=1)["error"]["code"] == "not_found"
    assert footnote.json("forget", identity, code=1)["error"]["code"] == "not_found"
    assert footnote.json("ingest", str(footnote.corpus), "--again")["indexed"] == 1


def test_a_home_is_examined_and_rebuilt_with_and_without_a_server(footnote: Footnote) -> None:
    """An index that lost its files is found and made anew; exit code 1 where a look alone finds something."""
    assert footnote.json("doctor")["findings"] == []
    (footnote.home / "blobs" / "stray").write_text("x")
    assert not footnote.json("doctor", "--check", code=1)["sound"]
    serving = serve(footnote)
    assert [one["repaired"] for one in footnote.json("doctor")["findings"]] == [True]
    assert [one["index"] for one in footnote.json("rebuild")["rebuilt"]] == ["vectors", "lexical"]
    assert "Portugal" in footnote.run("search", "annual leave Portugal")
    assert serving.stop() == 0
    assert footnote.json("rebuild", "lexical")["rebuilt"][0]["embedded"] == 0
    assert footnote.run("doctor").startswith("Sound: 4 documents")


def test_a_home_is_written_into_a_file_and_restored_elsewhere(footnote: Footnote, tmp_path: Path) -> None:
    """Beside a server and without one; the copy answers, and takes no second import."""
    serving = serve(footnote)
    served = footnote.json("export", str(tmp_path / "served.zip"))
    assert serving.stop() == 0
    alone = footnote.json("export", str(tmp_path / "alone.zip"))
    assert (served["documents"], served["originals"]) == (alone["documents"], alone["originals"]) == (4, 4)
    assert footnote.json("export", str(tmp_path / "alone.zip"), code=2)["error"]["code"] == "usage"

    other = Footnote(tmp_path / "other", footnote.corpus)
    shutil.copytree(footnote.home / "models", other.home / "models")
    assert other.json("import", str(tmp_path / "served.zip"))["embedded"] == 0

    assert "Portugal" in other.run("search", "annual leave Portugal")
    assert SECRET not in other.run("search", f"severance {SECRET}")
    assert SECRET in other.run("search", f"severance {SECRET}", "--as", "hr")
    assert other.json("import", str(tmp_path / "served.zip"), code=2)["error"]["code"] == "usage"
    (tmp_path / "cut.zip").write_bytes((tmp_path / "alone.zip").read_bytes()[:-50])
    third = Footnote(tmp_path / "third", footnote.corpus)
    assert third.json("import", str(tmp_path / "cut.zip"), code=1)["error"]["code"] == "bad_archive"


def test_an_upload_becomes_a_document_for_its_groups_and_can_be_removed(footnote: Footnote) -> None:
    serving = serve(footnote)
    client = serving.client()
    question = {"question": "heron gateway"}
    files = {"file": ("vpn.md", b"# VPN\n\nThe gateway for remote access is called heron.\n")}

    job = client.post("/v1/documents", files=files, data={"groups": "it", "collection": "uploads"}).json()
    while job["state"] in ("queued", "running"):
        job = client.get(f"/v1/jobs/{job['job_id']}").json()

    assert (job["state"], job["report"]["indexed"]) == ("done", 1), job
    hit = client.post("/v1/search", json=question).json()["hits"][0]
    assert (hit["document"], hit["collection"]) == ("vpn.md", "uploads")
    assert "heron" not in footnote.run("search", "heron gateway")
    assert "heron" in footnote.run("search", "heron gateway", "--as", "it")
    assert client.delete(f"/v1/documents/{hit['document_id']}").json()["removed"]
    assert "heron" not in client.post("/v1/search", json=question).text
    assert serving.stop() == 0


def test_a_stopped_server_leaves_the_home_to_the_next_writer(footnote: Footnote) -> None:
    serving = serve(footnote)
    told = json.loads((footnote.home / "server.json").read_text())

    assert told["address"] == serving.address
    assert (footnote.home / "server.json").stat().st_mode & 0o077 == 0
    assert serving.stop() == 0
    assert not (footnote.home / "server.json").exists()
    assert footnote.json("ingest", str(footnote.corpus))["unchanged"] == 4


def test_a_killed_server_costs_nothing(footnote: Footnote) -> None:
    """What it said of itself is still there, and nobody answers: the verb does the work itself."""
    serving = serve(footnote)
    serving.stop(signal.SIGKILL)

    assert (footnote.home / "server.json").exists()
    assert footnote.json("ingest", str(footnote.corpus))["unchanged"] == 4


def test_a_second_server_on_a_home_is_refused(footnote: Footnote) -> None:
    serving = serve(footnote)

    refused = footnote.json("serve", "--port", "0", code=1)

    assert refused["error"]["code"] == "home_locked"
    assert serving.stop() == 0


def test_ctrl_c_stops_a_server_cleanly(footnote: Footnote) -> None:
    serving = serve(footnote)

    assert serving.stop(signal.SIGINT) == 130
    assert not (footnote.home / "server.json").exists()


def test_a_port_that_is_taken_is_one_clear_error(footnote: Footnote) -> None:
    serving = serve(footnote)
    port = serving.address.rpartition(":")[2]
    other = Footnote(footnote.home.with_name("other"), footnote.corpus)

    refused = other.json("serve", "--port", port, code=2)

    assert f"127.0.0.1:{port} can't be listened on" in refused["error"]["message"]
    assert serving.stop() == 0


def test_reading_verbs_of_a_home_that_is_not_there_say_what_to_do(footnote: Footnote, tmp_path: Path) -> None:
    nowhere = Footnote(tmp_path / "nowhere", footnote.corpus)

    refused = nowhere.json("ask", "anything", code=1)

    assert "footnote ingest" in refused["error"]["remedy"]
    assert not nowhere.home.exists()
