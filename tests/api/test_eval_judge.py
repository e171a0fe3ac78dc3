"""`footnote eval judge` asks the model that FOOTNOTE_JUDGE names, and only where it is named."""

import json
from pathlib import Path

import pytest

from api import cli, settings
from evals import kept
from retrieval.settings import LanguageModelSettings
from tests.evals.report.results import answered, searched
from tests.fakes import ScriptedChatModel


def test_kept_answers_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mean, rounds and spread; the model is the configured one."""
    chosen: list[LanguageModelSettings] = []

    def model(settings: LanguageModelSettings) -> ScriptedChatModel:
        chosen.append(settings)
        return ScriptedChatModel('{"score": 5, "supported": [true]}')

    monkeypatch.setattr("retrieval.answer.making.chat_model", model)
    monkeypatch.setenv("FOOTNOTE_JUDGE", "openai:judge")
    monkeypatch.setenv("FOOTNOTE_JUDGE_BASE_URL", "http://127.0.0.1:1/v1")
    kept.write(tmp_path / "answers.json", answered([1.0, 1.0]))

    assert cli.run(["eval", "judge", str(tmp_path / "answers.json"), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["judgements"]["faithfulness"]["replicate_means"] == [1.0, 1.0, 1.0]
    assert (chosen[0].model, chosen[0].options) == ("openai:judge", {"base_url": "http://127.0.0.1:1/v1"})


def test_no_judge_is_asked_unless_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The model that answers is not taken for it."""
    kept.write(tmp_path / "answers.json", answered([1.0, 1.0]))

    assert cli.run(["eval", "judge", str(tmp_path / "answers.json")]) == 2
    assert "no judge is configured" in capsys.readouterr().err


def test_results_of_search_hold_nothing_to_judge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told with the way to get answers."""
    monkeypatch.setenv("FOOTNOTE_JUDGE", "openai:judge")
    kept.write(tmp_path / "found.json", searched([1, 0]))

    assert cli.run(["eval", "judge", str(tmp_path / "found.json")]) == 2
    assert "holds no answers" in capsys.readouterr().err


def test_a_judges_key_may_lie_in_a_file_and_only_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of the model that answers."""
    (tmp_path / "key").write_text("secret\n")
    found = settings.load(judge="openai:judge", judge_api_key_file=tmp_path / "key").judging()

    assert found is not None
    assert found.options == {"api_key": "secret"}
    assert settings.load().judging() is None
    with pytest.raises(settings.InvalidSetting, match=r"FOOTNOTE_JUDGE_API_KEY_FILE: .* can't be read"):
        settings.load(judge="openai:judge", judge_api_key_file=tmp_path / "gone").judging()
