"""Numbered steps, applied in order and never edited afterwards."""
