"""Question sets made from what there is: documents, and what people asked and thought of the answers.

Reading order: `drafts` (a question with the place of its answer), `passages` (what is asked about), `by_rules` and
`by_model` (how a question comes of a passage), `from_feedback`, `make` (a set in one call), `files` (writing one, and
a set as a BEIR folder).
"""
