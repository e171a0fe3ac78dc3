"""Readers of known sets; the only place in the product that knows a benchmark's name."""
