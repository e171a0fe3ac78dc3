"""Answers measured without a judge: every figure comes from words, numbers, places and confidences alone.

Reading order: `numbers`, `agreement` (an answer against the expected one), `citing` (citations against evidence),
`grounded` (an answer against its own quotes), `refusal` (confidence), then `measure`, a whole set.
"""
