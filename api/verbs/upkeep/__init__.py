"""The verbs that look after a home as a whole."""
