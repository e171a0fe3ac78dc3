"""With a language model. Reading order: `prompt` (what it is given), `chat` (who writes), `cite` (markers)."""
