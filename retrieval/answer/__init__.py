"""Grounded answers, with or without a language model.

Reading order: `answerer` (the flow), `sentences` and `quotable` (what can be quoted), `extract` (which of it answers),
`abstain` (when to say that the documents do not hold the answer), `prompt`, `cite` and `chat` (with a model),
`followup`, `terms` and `wording`.
"""
