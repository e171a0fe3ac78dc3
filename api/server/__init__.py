"""The HTTP server: what the routes stand on.

Reading order: `serving` (opens, binds, announces), `app`, `middleware`, `auth`, `deps`, `services`, `limits`,
`schemas`, `respond`, `sse`, `jobs`, `uploads`, `metrics`.
"""
