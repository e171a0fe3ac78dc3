"""The file of language models: prices, limits, tokenizers; what is wrong in it is named."""

from pathlib import Path

import pytest

from api.errors import InvalidSetting
from api.model_list import KnownModel, known_model
from retrieval.settings import Price


def written(folder: Path, text: str) -> Path:
    path = folder / "models.toml"
    path.write_text(text)
    return path


def test_a_listed_model_has_its_limit_its_tokenizer_and_its_price(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    path = written(
        tmp_path,
        'currency = "EUR"\n[models."openai:small"]\ncontext_tokens = 8000\nprompt_price = 2.0\nanswer_price = 8.0\n'
        'tokenizer = "tokenizer.json"\n',
    )

    known = known_model(path, "openai:small")

    assert known == KnownModel(8000, tmp_path / "tokenizer.json", Price(2.0, 8.0, "EUR"))
    assert known_model(path, "openai:other") == KnownModel()


def test_a_price_is_for_a_million_tokens() -> None:
    """1,000 tokens read at 2 a million and 500 written at 8: 0.002 + 0.004."""
    assert Price(2.0, 8.0).cost(1000, 500) == pytest.approx(0.006)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("models = [", "can't be read"),
        ('[models."a:b"]\nprice = 1.0', "models.a:b.price"),
        ('[models."a:b"]\nprompt_price = -1.0', "models.a:b.prompt_price"),
        ('[models."a:b"]\nprompt_price = 1.0', "one of its two prices"),
        ('[models."a:b"]\ntokenizer = "none.json"', "none.json"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(InvalidSetting) as refusal:
        known_model(written(tmp_path, text), "a:b")

    assert named in refusal.value.message
    assert refusal.value.remedy


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"none\.toml can't be read"):
        known_model(tmp_path / "none.toml", "a:b")
