"""RapidOCR: PaddleOCR's models under onnxruntime; the wheel holds them, so that nothing is downloaded.

Measured on three dense pages of filings drawn at 150 dots: 0.990-0.998 of the words, 4-7 s of processor time.
Lines one by one, for six at once take 0.4 GB more and no less time. The sessions are our own: those that rapidocr makes
keep a plan of memory for each width of a line, and hold more than a worker may.
"""

import os
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import cv2
import rapidocr
from omegaconf import flag_override
from onnxruntime import GraphOptimizationLevel as _Level
from onnxruntime import InferenceSession, SessionOptions
from rapidocr import RapidOCR

from ingest import heap
from ingest.formats.ocr import Line, OcrFailed
from ingest.formats.pdf_geometry import Box
from retrieval.store import native_memory

_PARAMETERS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
    "Rec.rec_batch_num": 1,
}

_MODELS = Path(rapidocr.__file__).parent / "models"
_DETECTOR, _READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"

_ADDED = 0.2
"""Of a line's height: how far its box reaches beyond its text on each side."""


class _MappedSession(InferenceSession):  # type: ignore[misc]  # it has no types
    """One whose large blocks go back to the system as they are freed."""

    def run(self, *arguments: Any, **options: Any) -> Any:
        with heap.mapped():
            return super().run(*arguments, **options)


class _Best:
    """Of the scores for 18,710 characters at each place of a line only the highest: all that the decoder asks for.

    The scores themselves, 15 MB of them, would be held until the next line is read.
    """

    def __init__(self, scores: Any) -> None:
        self._which, self._how_sure = scores.argmax(axis=2), scores.max(axis=2)

    def argmax(self, axis: int) -> Any:
        assert axis == 2
        return self._which

    def max(self, axis: int) -> Any:
        assert axis == 2
        return self._how_sure


class _ReadingSession(InferenceSession):  # type: ignore[misc]
    def run(self, *arguments: Any, **options: Any) -> Any:
        return [_Best(scores) for scores in super().run(*arguments, **options)]


class RapidRecogniser:
    def __init__(self) -> None:
        _refuse_missing()
        cv2.setNumThreads(1)
        self._engine = RapidOCR(params=_PARAMETERS)
        with flag_override(self._engine.cfg, "allow_objects", values=True):
            self._engine.cfg.Det.session = _session(_MappedSession, _DETECTOR, _Level.ORT_ENABLE_ALL)
            self._engine.cfg.Rec.session = _session(_ReadingSession, _READER, _Level.ORT_ENABLE_EXTENDED)

    def lines(self, pixels: Any) -> list[Line]:
        found: Any = self._engine(pixels)
        native_memory.give_back()
        if found.boxes is None or found.txts is None or found.scores is None:
            return []
        return [
            Line(" ".join(text.split()), _box(corners), float(score))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if text.strip()
        ]


@cache
def loaded() -> RapidRecogniser:
    """Raises `OcrFailed`."""
    try:
        return RapidRecogniser()
    except (OSError, RuntimeError, ValueError) as exc:
        raise OcrFailed(f"rapidocr could not be loaded: {exc}") from exc


def _refuse_missing() -> None:
    """Their names are those of one release's wheel. Raises `OcrFailed`."""
    if missing := [name for name in (_DETECTOR, _READER) if not (_MODELS / name).is_file()]:
        raise OcrFailed(
            f"rapidocr {version('rapidocr')} does not hold {' and '.join(missing)}: "
            "install the release that Footnote was made for, `pip install --force-reinstall 'rapidocr>=3.10,<3.11'`"
        )


def _session(kind: type[InferenceSession], model: str, level: _Level) -> InferenceSession:
    """One thread, no arena, and no plan of memory kept for each shape that was seen; the highest level of optimising
    holds a second layout of every layer's values.
    """
    options = SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.graph_optimization_level = level
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return kind(str(_MODELS / model), sess_options=options, providers=["CPUExecutionProvider"])


def _box(corners: Any) -> Box:
    """Around the corners, less what the model adds at both ends."""
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    added = min(_ADDED * (bottom - top), (right - left) / 4)
    return Box(left + added, top, right - added, bottom)
