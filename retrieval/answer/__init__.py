"""Grounded answers, with or without a language model.

Reading order: `answerer` (the flow), `followup` and `replies` (what is asked), `words` (what can be quoted), `extract`
(which of it answers), `disagree`, `abstain` (when to say that the documents do not hold the answer), `model` (with a
language model), `support` (whether a sentence says what its quotes say), `work`, `compose` and `tracing` (what is
handed back), `making` (the one that the settings ask for).
"""
