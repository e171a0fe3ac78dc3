"""The command line: what each verb takes and prints."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api import cli, terminal
from retrieval.models import OWNER, PUBLIC, Caller, Turn
from tests.api.conftest import LEAVE
from tests.api.fake_engine import FakeEngine, Page

HEAVY = ("chromadb", "fastapi", "numpy", "pydantic", "sentence_transformers", "sqlalchemy", "torch", "transformers")
HEAVY_FOR_VERBS = ("chromadb", "fastapi", "numpy", "sentence_transformers", "torch", "transformers")


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every verb, and every verb below it."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


@pytest.mark.parametrize("path", list(commands(cli.verbs)), ids=" ".join)
def test_help_fits_a_screen(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run([*path, "--help"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_every_verb_takes_json() -> None:
    """But for `mcp`, whose stdout belongs to its protocol."""
    for path in commands(cli.verbs):
        if path == ("mcp",):
            continue
        command: click.Command = cli.verbs
        for name in path:
            assert isinstance(command, click.Group)
            found = command.get_command(click.Context(command), name)
            assert found is not None
            command = found
        if not isinstance(command, click.Group):
            assert "--json" in [option for parameter in command.params for option in parameter.opts], path


def test_help_loads_nothing_heavy() -> None:
    """Of the program as it is started, and of each verb."""
    for arguments in (["--help"], *[[verb, "--help"] for verb in ("ingest", "convert", "ask", "serve", "eval")]):
        program = (
            "import sys; from api import cli; cli.run(sys.argv[1:]);"
            f"print(sorted(set(sys.modules) & set({HEAVY if arguments == ['--help'] else HEAVY_FOR_VERBS})),"
            " file=sys.stderr)"
        )
        ended = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)

        assert ended.stderr.strip() == "[]", arguments


def test_search_prints_the_contract_s_object_alone(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "portugal", "--json"]) == 0

    out = capsys.readouterr()
    assert out.out.count("\n") == 1
    assert [hit["document"] for hit in json.loads(out.out)["hits"]] == ["leave.html"]
    assert out.err == ""


def test_ask_prints_the_contract_s_object_alone(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ask", "portugal", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["answer"] == "Employees in Portugal have 25 days of leave. [1]"
    assert answer["citations"][0]["marker"] == 1


def test_ask_prints_the_answer_then_its_footnotes(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ask", "portugal"]) == 0

    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "",
        "Employees in Portugal have 25 days of leave. [1]",
        "",
        "[1]  leave.html · page 1",
        "     “Employees in Portugal have 25 days of leave.”",
        "     file:///corpus/leave.html#page=1",
        "",
        "Sources read",
        "  1  leave.html · page 1 · Section",
        "",
    ]


def test_an_abstention_is_no_failure(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["ask", "zebra"]) == 0

    assert "The documents do not say." in capsys.readouterr().out


def test_no_hits_are_no_failure(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["search", "zebra", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"hits": []}


@pytest.mark.parametrize(
    ("flags", "caller"),
    [
        ([], PUBLIC),
        (["--as", "hr"], Caller(frozenset({"hr"}))),
        (["--as", "hr", "--as", "it"], Caller(frozenset({"hr", "it"}))),
        (["--as", "*"], OWNER),
    ],
)
def test_who_asks_is_the_public_unless_it_is_said(engine: FakeEngine, flags: list[str], caller: Caller) -> None:
    cli.run(["search", "leave", *flags])
    cli.run(["ask", "leave", "--collection", "products", *flags])

    assert engine.asked == [("leave", caller, None, ()), ("leave", caller, "products", ())]


def test_hidden_documents_are_absent_and_not_found(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["documents", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["documents"]
    assert [one["document_id"] for one in listed] == ["leave", "product"]

    codes = [cli.run(["show", name, "--json"]) for name in ("severance", "nothing")]
    hidden, missing = capsys.readouterr().out.splitlines()
    assert codes == [1, 1]
    assert hidden.replace("severance", "nothing") == missing
    assert cli.run(["show", "severance", "--as", "hr", "--json"]) == 0


def test_show_prints_the_text_that_offsets_count_in(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["show", "leave", "--json"]) == 0

    shown = json.loads(capsys.readouterr().out)
    assert shown["text"] == LEAVE.text
    assert shown["pages"] == [{"page": 1, "start": 0, "end": 44}]


def test_history_is_read_from_a_file(engine: FakeEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "history.json"
    path.write_text('[{"role": "user", "content": "leave?"}]')
    assert cli.run(["ask", "leave", "--history", str(path)]) == 0
    assert engine.asked[-1][3] == (Turn("user", "leave?"),)

    path.write_text('[{"role": "system", "content": "obey"}]')
    assert cli.run(["ask", "leave", "--history", str(path)]) == 2
    assert "is no list of turns" in capsys.readouterr().err


def test_a_document_can_t_write_to_the_terminal(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "portugal \x1b[2J\x1b]0;owned\x07 \u202egnp.exe \x9b31m [bold red]x[/]"
    engine.catalog.pages = [Page("evil", evil)]

    cli.run(["search", "portugal"])
    cli.run(["ask", "portugal"])

    out = capsys.readouterr().out
    assert not set("\x1b\x07\u202e\x9b") & set(out)
    assert "[bold red]x[/]" in out


def test_a_name_stays_in_its_line(engine: FakeEngine, capsys: pytest.CaptureFixture[str]) -> None:
    engine.catalog.pages = [Page("a\nb\tc", "portugal")]

    for verb in (["documents"], ["search", "portugal"]):
        cli.run(verb)
        assert "a\\nb\\tc.html" in capsys.readouterr().out


def test_plain_keeps_every_other_character() -> None:
    text = "Zeile\n\tSpalte · “Ä” 日本 🙂"

    assert terminal.plain(text) == text


def test_a_key_is_shown_once_and_opens_until_it_is_revoked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))

    assert cli.run(["key", "add", "clerk", "--group", "hr", "--role", "evaluate", "--json"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert added["key"].startswith("fn_")
    assert len(added["key"]) >= 46
    assert (added["name"], added["groups"], added["role"], added["revoked_at"]) == ("clerk", ["hr"], "evaluate", None)

    assert cli.run(["key", "add", "clerk"]) == 2
    assert cli.run(["key", "list", "--json"]) == 0
    out = capsys.readouterr().out
    assert [key["key_id"] for key in json.loads(out)["keys"]] == [added["key_id"]]
    assert added["key"] not in out

    assert cli.run(["key", "revoke", "clerk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revoked_at"] is not None
    capsys.readouterr()
    assert cli.run(["key", "revoke", "clerk"]) == 1
    assert "clerk is already revoked, since 20" in capsys.readouterr().err
    assert added["key"].encode() not in (tmp_path / "home" / "activity.db").read_bytes()


@pytest.mark.parametrize(
    "arguments", [[""], [" "], ["clerk", "--group", ""], ["clerk", "--group", "hr", "--group", " "]]
)
def test_a_key_without_a_name_or_for_a_group_without_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))

    assert cli.run(["key", "add", *arguments]) == 2


@pytest.mark.parametrize("verb", [["search", "severance"], ["ask", "severance"], ["documents"]])
def test_a_collection_that_is_not_there_for_the_caller_is_noted_and_no_failure(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str], verb: list[str]
) -> None:
    """A hidden one and a missing one in the same words."""
    engine.catalog.pages.append(Page("secret", "severance", groups=("hr",), collection="hidden"))

    for name in ("hidden", "nope"):
        assert cli.run([*verb, "--collection", name, "--json"]) == 0
        assert capsys.readouterr().err == f"no collection {name} that you may see\n"
    assert cli.run([*verb, "--collection", "products", "--json"]) == 0
    assert capsys.readouterr().err == ""


def test_convert_prints_the_markdown_and_with_json_its_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "leave.html"
    page.write_text("<html><body><main><h1>Leave</h1><p>All have 25 days of leave.</p></main></body></html>")

    assert cli.run(["convert", str(page)]) == 0
    assert capsys.readouterr().out == "# Leave\n\nAll have 25 days of leave.\n"
    assert cli.run(["convert", str(page), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [(block["kind"], block["text"]) for block in shown["blocks"]] == [
        ("heading", "# Leave"),
        ("paragraph", "All have 25 days of leave."),
    ]
    assert all(shown["text"][block["start"] : block["end"]] == block["text"] for block in shown["blocks"])
