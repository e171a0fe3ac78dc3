"""What is set in the environment."""

from pathlib import Path

import pytest

from api import settings
from api.errors import InvalidSetting
from retrieval.settings import EngineSettings, LanguageModelSettings, SearchSettings


def test_without_any_variable_the_home_is_a_folder_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    found = settings.load()

    assert found.engine().home == tmp_path / ".footnote"
    assert found.engine().language_model is None
    assert (found.host, found.port) == ("127.0.0.1", 8000)


def test_without_any_variable_the_engine_is_the_one_that_was_measured(tmp_path: Path) -> None:
    """Benchmarks open the engine with its own defaults: verbs and server must not search otherwise."""
    assert settings.load(home=tmp_path).engine() == EngineSettings(home=tmp_path)


def test_each_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "HOME": str(tmp_path),
        "MODEL": "/models/mine",
        "LLM": "openai:some-model",
        "LLM_BASE_URL": "http://127.0.0.1:9/v1",
        "LLM_API_KEY": "secret",
        "LLM_TIMEOUT": "5",
        "LLM_CONTEXT_TOKENS": "8192",
        "RATE_LIMIT": "7",
        "CHUNK_TOKENS": "120",
        "DENSE_WEIGHT": "0.25",
        "SPANS": "short",
        "NEAR_DUPLICATES": "shown",
        "RERANKER": "/models/reader",
        "RERANK_SECONDS": "0.2",
        "MAX_BODY_BYTES": "2000",
        "MAX_CONCURRENCY": "2",
        "MAX_QUEUE": "0",
        "WORKERS": "1",
        "LOG_LEVEL": "warning",
    }.items():
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)

    found = settings.load()

    assert found.engine().home == tmp_path
    assert found.engine().model == "/models/mine"
    assert found.engine().language_model == LanguageModelSettings(
        "openai:some-model", {"base_url": "http://127.0.0.1:9/v1", "api_key": "secret"}, 5.0, 8192
    )
    assert found.engine().chunks.max_tokens == 120
    assert found.engine().search == SearchSettings(
        dense_weight=0.25, spans="short", near_duplicates="shown", reranker="/models/reader", rerank_seconds=0.2
    )
    assert (found.rate_limit, found.max_body_bytes, found.max_concurrency) == (7, 2000, 2)
    assert (found.max_queue, found.workers, found.log_level) == (0, 1, "warning")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "openai:some-model")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", "secret-value")

    found = settings.load()

    assert "secret-value" not in repr(found) + str(found) + repr(found.engine())


def test_the_key_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    monkeypatch.setenv("FOOTNOTE_LLM", "openai:some-model")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY_FILE", str(tmp_path / "key"))

    found = settings.load().engine().language_model

    assert found is not None
    assert found.options == {"api_key": "from-file"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("RATE_LIMIT", "0"),
        ("LLM_TIMEOUT", "-1"),
        ("MAX_CONCURRENCY", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_is_one_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FOOTNOTE_{name}", value)

    with pytest.raises(InvalidSetting) as refused:
        settings.load()

    assert refused.value.message.startswith(f"FOOTNOTE_{name}: ")
    assert value not in refused.value.message


def test_a_bad_flag_is_named_as_the_flag() -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings.load(port=70000)

    assert refused.value.message.startswith("--port: ")


def test_two_ways_to_give_the_key_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY", "secret")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(InvalidSetting, match="both set") as refused:
        settings.load()

    assert "secret" not in str(refused.value)


def test_a_key_s_file_that_is_missing_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM", "openai:some-model")
    monkeypatch.setenv("FOOTNOTE_LLM_API_KEY_FILE", str(tmp_path / "nothing"))

    with pytest.raises(InvalidSetting, match="FOOTNOTE_LLM_API_KEY_FILE"):
        settings.load().engine()


def test_a_home_that_can_be_none_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for home, said in (("", "FOOTNOTE_HOME: it is empty"), (str(tmp_path / "file"), "is a file, not a folder")):
        monkeypatch.setenv("FOOTNOTE_HOME", home)
        with pytest.raises(InvalidSetting, match=said) as refused:
            settings.load()
        assert refused.value.message.startswith("FOOTNOTE_HOME: ")
