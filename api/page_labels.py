"""What a document's pages call themselves (iii, A-3), from the metadata that its converter kept."""

import json
from collections.abc import Mapping


def page_labels(metadata: Mapping[str, str]) -> dict[int, str]:
    """By 1-based page, those alone that say something else than its number."""
    try:
        labels = json.loads(metadata.get("page_labels", "[]"))
    except ValueError:  # front matter may use the name for something of its own
        return {}
    if not isinstance(labels, list):
        return {}
    return {
        page: label for page, label in enumerate(labels, 1) if isinstance(label, str) and label not in ("", str(page))
    }
