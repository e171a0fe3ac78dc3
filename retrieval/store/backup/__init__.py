"""A whole home in one file, and back.

Reading order: `archive` (the file's form), `exporting`, `importing`.
"""
