"""The outer skin: HTTP, the command line, settings, keys, jobs.

Reading order: `settings`, `errors` (with the one table of HTTP statuses), `objects` (the contract's JSON). Then for the
command line `cli`, `verbs`, `terminal`, `opening`, `feeding`, `remote`; for HTTP `serving` (puts a server together),
`app`, `middleware`, `auth`, `limits`, `deps`, `services`, `routes`, `sse`, `jobs`. `activity` keeps keys, answers and
jobs; `presence` is how a verb finds the server that holds its home.
"""
