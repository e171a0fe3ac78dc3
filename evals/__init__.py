"""Measures the engine, in process.

Reading order: `models` (judged sets and what is measured on them), `errors`, `jsonl`, `beir`, `questions`, `trec`,
`dataset` (which of them a path is), `metrics`, `spans`, `intervals`, `paired`, then `records`, `vectors` and `homes`
(corpora to measure on), `quotes` and `evidence` (where quotes stand), `run` (searches over a set), `levels` (a run as
scores), `results` and `shown` (what a report holds), and `benchmark`, all of it in one call. On results work
`circumstances`, `kept`, `compare`, `baseline`, `gate` and `frames`. Rooms: `answers`, `experiments`, `report`,
`judging`, `making`, `benchmarks`.
"""
