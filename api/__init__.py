"""The outer skin: HTTP, the command line, settings, keys, jobs.

Reading order: `settings`, `errors` (with the one table of HTTP statuses), `objects` (the contract's JSON). Then for the
command line `cli`, `verbs`, `terminal`, `opening`, `feeding`, `remote`; for HTTP `server` (what it stands on) and
`routes` (one file per resource), and `web`, the pages, served as they lie there. `activity` keeps keys, answers,
feedback and jobs; `presence` is how a verb finds the server that holds its home.
"""
