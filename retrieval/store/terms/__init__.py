"""Text to the terms it is indexed and searched under. Reading order: `languages`, `exact`, `text`, `question`."""
