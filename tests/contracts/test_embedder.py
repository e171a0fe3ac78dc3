"""What every `Embedder` promises, on the fake and on the model that is installed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import EmbeddingFailed
from retrieval.ports import Embedder
from retrieval.store.embed import SPECIAL_TOKENS, SentenceTransformerEmbedder, resolve
from retrieval.store.tokens import TokenCounter
from tests.fakes import FakeEmbedder


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", params=["fake", "torch", "onnxruntime"])
def embedder(request: pytest.FixtureRequest, graphs: Path) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    return SentenceTransformerEmbedder(resolve("default"), graphs=graphs if request.param == "onnxruntime" else None)


def test_rows_have_the_shape_and_length_promised(embedder: Embedder) -> None:
    """(n, dim) float32 of length 1, (0, dim) for nothing."""
    matrix = embedder.embed_documents(["annual leave", "a much longer text about travel expenses"])

    assert matrix.shape == (2, embedder.dimension)
    assert matrix.dtype == np.float32
    assert np.linalg.norm(matrix, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert embedder.embed_documents([]).shape == (0, embedder.dimension)


def test_a_question_is_near_the_text_that_answers_it(embedder: Embedder) -> None:
    """Nearer than a text about something else."""
    texts = ["Employees get thirty days of annual leave.", "The car park closes at eight."]
    scores = embedder.embed_documents(texts) @ embedder.embed_query("how many days of annual leave?")

    assert scores[0] > scores[1]


def test_both_ways_of_computing_agree(graphs: Path) -> None:
    """The exported graph gives torch's vectors, also for a text beyond the limit."""
    by_torch = SentenceTransformerEmbedder(resolve("default"))
    by_onnx = SentenceTransformerEmbedder(resolve("default"), graphs=graphs)

    for text in ("leave", "How many days of annual leave are there?", "days of leave " * 300):
        assert by_torch.embed_query(text) @ by_onnx.embed_query(text) == pytest.approx(1, abs=1e-5)


def test_a_process_that_only_asks_never_loads_torch(tmp_path: Path) -> None:
    """Not even at the first question of a home: a server would hold its memory for good."""
    asked = (
        "import sys; from pathlib import Path; from retrieval.store.embed import *; "
        "SentenceTransformerEmbedder(resolve('default'), graphs=Path(sys.argv[1])).embed_query('annual leave'); "
        "print('torch' in sys.modules)"
    )

    run = subprocess.run([sys.executable, "-c", asked, str(tmp_path)], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
    assert len(list(tmp_path.glob("*.onnx"))) == 1


def test_the_installed_model_is_described_without_being_loaded() -> None:
    """Dimension and limit are read from its files."""
    model = SentenceTransformerEmbedder(resolve("default"))

    assert (model.dimension, model.max_tokens, len(model.fingerprint)) == (384, 256, 32)
    assert TokenCounter.from_file(model.tokenizer).count("annual leave") == 2
    assert "_query_model" not in vars(model)


def test_special_tokens_are_counted_as_the_model_adds_them() -> None:
    """[CLS] and [SEP]."""
    model = SentenceTransformerEmbedder(resolve("default"))
    with_special = model._query_model.tokenizer("annual leave")["input_ids"]

    assert len(with_special) == 2 + SPECIAL_TOKENS


def test_a_model_that_is_not_on_this_machine_is_one_clear_error() -> None:
    """Nothing is downloaded."""
    with pytest.raises(EmbeddingFailed, match="'acme/no-such-model' is not on this machine"):
        resolve("acme/no-such-model")
