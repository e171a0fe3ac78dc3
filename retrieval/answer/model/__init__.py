"""With a language model. Reading order: `prompt` (what it reads), `chat` and `retry` (who writes), `cite` (markers)."""
