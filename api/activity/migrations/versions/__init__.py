"""The numbered steps, oldest first."""
