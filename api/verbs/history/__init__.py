"""The verbs that look at a document's kept versions, and change which of them answers."""
