"""Measures the engine, in process.

Reading order: `models` (judged sets and what is measured on them), `errors`, `jsonl`, `beir`, `questions`, `trec`,
`dataset` (which of them a path is), `metrics`, `spans`, `intervals`, `paired`, then `records` and `homes` (corpora to
measure on), `quotes` and `evidence` (where quotes stand), `run` (searches over a set), `levels` (a run as scores), and
`benchmark`, all of it in one call.
"""
