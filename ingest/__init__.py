"""Turns sources into staged versions.

Reading order: `models`, `errors`; `settings` and `globs` (what `footnote.toml` says), `sources` (what there is), `plan`
(what changed), `convert` (media type to converter, one file each in `formats`), `blocks`, `atoms` and `chunk` (Markdown
to chunks), `workers` and `worker` (a process each, with limits), `publishing` and `pipeline` (one pass), `ledger`
(every outcome).
"""
