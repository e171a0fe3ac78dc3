"""Rank twice, fuse, join neighbours. Reading order: `searcher`, `fuse`, `passages`."""
