"""The truth and its two indexes.

Reading order: `schema` (tables), `catalog` (reads and transactions), `access` (who sees what, as a bitmap
over chunk rows), `index` (stage > publish > sweep), then the adapters `embed`, `vector`, `lexical`, `blobs`.
"""
