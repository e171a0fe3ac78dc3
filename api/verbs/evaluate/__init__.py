"""The verbs of `footnote eval`, a file each; `group` knows them by name."""
