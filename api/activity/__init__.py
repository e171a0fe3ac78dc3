"""What people do with the home, in a database of its own: keys, answers, feedback, jobs. It is kept for a limited time.

Reading order: `store` (opens it), `schema`, `keys`, `answers`, `feedback`, `jobs`.
"""
