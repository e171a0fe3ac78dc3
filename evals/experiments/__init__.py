"""Experiments: a set measured under each setting of a grid, what is kept of it, and what it shows.

Reading order: `plan` (the file that a person writes), `cells` (one setting of the grid), `result`, `shelf` (what is
kept, and found again), `run`.
"""
