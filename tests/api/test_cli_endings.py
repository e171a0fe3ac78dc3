"""How each way of ending is told, and the exit code that it becomes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api import cli, presence
from retrieval.errors import HomeError, HomeLocked
from tests.api.fake_engine import FakeEngine


def test_an_error_is_two_lines_on_stderr(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(settings: object, write: bool = False) -> FakeEngine:
        raise HomeError("there is no home here", remedy="run `footnote ingest FOLDER` first")

    monkeypatch.setattr("retrieval.engine.Engine.open", missing)

    assert cli.run(["ask", "leave"]) == 1

    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.splitlines() == ["footnote: there is no home here", "run `footnote ingest FOLDER` first"]


@pytest.mark.parametrize(
    "arguments",
    [["search"], ["search", "x", "-k", "0"], ["nothing"], ["ask", "x", "--history", "/nowhere"], ["show", "--frob"]],
)
def test_wrong_usage_ends_with_2_and_an_object_where_json_was_asked_for(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([*arguments, "--json"]) == 2

    error = json.loads(capsys.readouterr().out)["error"]
    assert set(error) == {"code", "message", "remedy", "request_id"}
    assert error["code"] == "usage"


def test_a_verb_that_needs_another_one_shows_its_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["key"]) == 2

    assert "revoke" in capsys.readouterr().err


def test_a_bad_setting_is_told_in_two_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_RATE_LIMIT", "none")

    assert cli.run(["documents"]) == 2

    assert capsys.readouterr().err.splitlines()[1] == "correct or unset FOOTNOTE_RATE_LIMIT"


def test_ctrl_c_ends_with_130_and_one_line(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.failure = KeyboardInterrupt()  # type: ignore[assignment]

    assert cli.run(["ask", "leave"]) == 130

    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.strip() == "footnote: stopped by Ctrl-C; nothing is half done"


def test_a_bug_is_told_as_one_with_its_place(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.failure = ZeroDivisionError("oops")

    assert cli.run(["ask", "leave", "--json"]) == 1

    out = capsys.readouterr()
    assert json.loads(out.out)["error"]["code"] == "internal"
    assert "fake_engine.py" in out.err


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    """`footnote ... | head -1`: nothing on stderr."""
    program = (
        "import sys; from api import cli, presence, terminal\n"
        "@cli.verbs.command()\n"
        "def flood():\n"
        "    for number in range(100_000): terminal.emit({'number': number})\n"
        "cli._VERBS['flood'] = 'floods'\n"
        "cli.Verbs.get_command = lambda self, ctx, name: flood\n"
        "sys.exit(cli.run(['flood']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as flood:
        assert flood.stdout is not None
        assert flood.stderr is not None
        assert flood.stdout.readline() == '{"number": 0}\n'
        flood.stdout.close()
        errors = flood.stderr.read()

    assert (flood.returncode, errors) == (1, "")


def test_an_open_house_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a key the server is for this machine alone; no engine is opened to say so."""
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))

    assert cli.run(["serve", "--host", "0.0.0.0", "--port", "0", "--json"]) == 2

    assert "no key was made" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_ingest_without_the_home_s_lock_and_without_a_server_says_who_holds_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a dead server said of itself is not believed."""

    def locked(settings: object, write: bool = False) -> FakeEngine:
        raise HomeLocked("another process is writing", remedy="wait until it is done")

    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    monkeypatch.setattr("retrieval.engine.Engine.open", locked)

    assert cli.run(["ingest", str(tmp_path), "--json"]) == 1
    presence.announce(tmp_path, presence.new("http://127.0.0.1:9"))
    assert cli.run(["ingest", str(tmp_path), "--json"]) == 1

    told = [json.loads(line)["error"]["code"] for line in capsys.readouterr().out.splitlines()]
    assert told == ["home_locked", "home_locked"]


def test_force_without_prune_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ingest", str(tmp_path), "--force"]) == 2


@pytest.mark.parametrize(("name", "code"), [("nothing.html", "unreadable"), ("empty.html", "no_text")])
def test_a_file_that_can_t_be_converted_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: str
) -> None:
    (tmp_path / "empty.html").touch()

    assert cli.run(["convert", str(tmp_path / name), "--json"]) == 1

    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
