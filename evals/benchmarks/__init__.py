"""Known sets: the only place in the product that knows a benchmark's name.

Reading order: `question_sets` and `piece_sets` (readers), `retrieval_table`, `ingest_cost` (each run with `python -m`).
Sets are data for measuring, in a folder outside this project; nothing of them is copied into it.
"""
