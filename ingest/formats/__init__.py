"""One file per format behind one function, `convert(path, limits) -> Document`; `ingest.convert` lists them."""
