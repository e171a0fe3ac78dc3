"""What a chunk is, where it is kept, how it is found and how an answer is grounded in it.

Reading order: `models` (what flows), `errors`, `ports`, `settings`; then `store` (the catalogue is the only
truth; both indexes follow it), `search` (rank twice, fuse, join neighbours), `answer` (quotes first, words
second), and `engine`, the one place that picks concrete classes.
"""
