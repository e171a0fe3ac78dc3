"""Grounded answers, with or without a language model.

Reading order: `answerer` (the flow), `extract` (sentences chosen from passages), `prompt` and `cite` (with a
model), `abstain` (when to say that the documents do not hold the answer).
"""
