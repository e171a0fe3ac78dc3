"""The sample corpus, its question set, and what makes them: start at README.md."""
