"""What drawing one page may cost, and how the process that draws says why it could not."""

MEMORY = 2**30
SECONDS = 20
"""Of processor time."""

SCALE = 2.0
"""Pixels for each point of the page: sharp on a screen of twice the usual density."""

LONGEST = 2_200
"""Pixels of the longer side at most, whatever size a page says it has."""

NO_SUCH_PAGE, NOT_READ = 3, 4
"""Exit codes: the file has no page of that number; it, or the page, can't be read."""
