"""One module per verb; each holds `command`. Heavy parts are loaded when a verb runs, not when it shows its help."""
