"""Another index beside the one that answers, for another model or other limits, and the switch to it.

Reading order: `kept` (what is to go into it), `making` (a batch of it in the catalogue), `reindexer` (all of it).
"""
