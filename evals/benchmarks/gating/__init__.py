"""Does the gate see damage, and only damage? Reading order: `corpora`, `changes`, `trial`."""
