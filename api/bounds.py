"""How long and how large what is asked may be, the same over HTTP and on the command line. Nothing heavy is loaded."""

MAX_QUESTION = 2000
"""Characters, stripped. The searcher's own limit, written down once more because that one comes with the engine."""

LARGEST_NUMBER = 2**63 - 1
"""A version or a run has no larger number: the database's integers end here."""
