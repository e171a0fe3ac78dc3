"""How each way of ending is told, and the exit code that it becomes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api import cli, presence
from api.errors import ServerFailed
from api.presence import Presence
from ingest.places import place_of
from retrieval.answer.model.chat import LangChainChat
from retrieval.errors import HomeError, HomeLocked, UsageError
from retrieval.settings import LanguageModelSettings
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


def test_ctrl_c_under_json_is_one_object(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.failure = KeyboardInterrupt()  # type: ignore[assignment]

    assert cli.run(["ask", "leave", "--json"]) == 130

    out = capsys.readouterr()
    assert json.loads(out.out)["error"]["code"] == "interrupted"
    assert out.err.strip() == ""


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_sigterm_ends_a_verb_as_ctrl_c_does(tmp_path: Path, flags: list[str]) -> None:
    """Also what the verb made for the time being is gone: here the scratch folder of an ingest."""
    program = (
        "import os, signal, sys, time; from pathlib import Path; from api import cli, scratch\n"
        "@cli.verbs.command(context_settings={'ignore_unknown_options': True, 'allow_extra_args': True})\n"
        "def wait():\n"
        "    with scratch.inside(Path(sys.argv[1])):\n"
        "        Path(sys.argv[1], 'tmp', 'half').touch()\n"
        "        os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)\n"
        "cli.verbs.get_command = lambda ctx, name: wait\n"
        "sys.argv[2:] = ['wait', *sys.argv[2:]]\n"
        "home = sys.argv[1]; argv = sys.argv[2:]\n"
        "cli.run = lambda _, run=cli.run: run(argv)\n"
        "cli.main()\n"
    )

    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path), *flags], capture_output=True, text=True)

    assert ended.returncode == 143
    if flags:
        assert (json.loads(ended.stdout)["error"]["code"], ended.stderr.strip()) == ("interrupted", "")
    else:
        assert (ended.stdout, ended.stderr.strip()) == ("", "footnote: stopped by SIGTERM; nothing is half done")
    assert not (tmp_path / "tmp").exists()


@pytest.mark.parametrize("arguments", [["key", "list"], ["key", "list", "--json"], ["nothing", "--json"], ["--help"]])
def test_a_full_disk_behind_stdout_is_one_line_and_no_traceback(tmp_path: Path, arguments: list[str]) -> None:
    program = "from api import cli; cli.main()"
    environment = {**os.environ, "FOOTNOTE_HOME": str(tmp_path)}
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, env=environment
        )

    said = "footnote: the output can't be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (1, said)


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
        "cli.verbs.get_command = lambda ctx, name: flood\n"
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


def test_a_file_that_can_t_be_converted_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.html").touch()

    assert cli.run(["convert", str(tmp_path / "empty.html"), "--json"]) == 1

    assert json.loads(capsys.readouterr().out)["error"]["code"] == "no_text"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shut.html").touch(mode=0)

    assert cli.run(["convert", str(tmp_path / "shut.html"), "--json"]) == 1

    assert json.loads(capsys.readouterr().out)["error"]["code"] == "unreadable"


@pytest.mark.parametrize("verb", ["ingest", "convert"])
def test_a_path_where_nothing_is_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        place_of(str(tmp_path / "nothing.html"))

    monkeypatch.setattr("api.feeding.ingest", refused)

    assert cli.run([verb, str(tmp_path / "nothing.html"), "--json"]) == 2

    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


@pytest.mark.parametrize("name", ["openai:gpt", "nobody:model", "openai:"])
def test_a_language_model_that_can_t_be_used_is_told_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """For want of a key, too, and without reaching any network."""
    for variable in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(variable, raising=False)

    with pytest.raises(UsageError, match=r"^FOOTNOTE_LLM: ") as refused:
        LangChainChat(LanguageModelSettings(name))

    assert "FOOTNOTE_LLM_API_KEY" in refused.value.remedy


def test_a_second_server_is_told_of_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    monkeypatch.setattr("api.remote.Remote.alive", lambda _: True)
    presence.announce(tmp_path, Presence("http://127.0.0.1:8123", 4711, "token"))

    assert cli.run(["serve", "--json"]) == 1

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "home_locked"
    assert "http://127.0.0.1:8123 by process 4711" in error["message"]


@pytest.mark.parametrize("code", ["usage", "invalid_request"])
def test_what_a_server_calls_wrong_usage_is_wrong_usage(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    engine.failure = ServerFailed("addresses can't be ingested yet", code=code)

    assert cli.run(["ask", "leave"]) == 2
