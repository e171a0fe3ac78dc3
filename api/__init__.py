"""The outer skin: HTTP, the command line, settings, keys, jobs. Reading order: `settings`, `cli`, `app`."""
