"""With a language model.

Reading order: `prompt` and `rewrite` (what it reads), `chat` and `retry` (who writes), `writer` (its tokens and their
cost), `cite` (what its markers stand for).
"""
