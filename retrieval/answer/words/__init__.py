"""A passage's text as units that can be quoted. Reading order: `sentences`, `terms`, `kinds`, `quotable`, `wording`."""
