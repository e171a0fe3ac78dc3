"""Turns sources into staged versions.

Reading order: `models`, `errors`; `settings` and `globs` (what `footnote.toml` says), `places` and `sources` (what
there is), `plan` (what changed), `access` (who may see it), `convert` (media type to converter, one file each in
`formats`), `blocks`, `atoms` and `chunk` (Markdown to chunks), `workers` and `worker` (a process each, with limits),
`publishing` and `pipeline` (one pass), `ledger` (every outcome).
"""
