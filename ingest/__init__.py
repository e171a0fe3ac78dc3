"""Turns sources into staged versions.

Reading order: `models`, `errors`; `sources` (what there is), `plan` (what changed), `convert` (media type to
converter, one file each in `formats`), `blocks` and `chunk` (Markdown to chunks), `workers` (a process each, with
limits), `pipeline` (one pass), `ledger` (every outcome).
"""
