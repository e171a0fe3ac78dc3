"""The versions of a document that are kept: looked at, compared, put back, forgotten.

Reading order: `versions` (what there is), `differing` (what changed), `forgetting` (nothing is left).
"""
