"""Rank twice, fuse, join neighbours. Reading order: `requests`, `searcher`, `legs`, `fuse`, `passages`."""
