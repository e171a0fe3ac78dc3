"""Looking after a home: is all of it sound, make an index anew.

Reading order: `findings` (what can be wrong), `catalogue`, `originals`, `rows` (where it is looked for), `doctor`,
`upkeep` (what an admin asks for).
"""
