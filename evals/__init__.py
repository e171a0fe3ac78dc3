"""Measures the engine in process. Reading order: `dataset`, `run`, `metrics`, `benchmark`."""
