"""Links inside a line of Markdown."""

import re

_WEB = re.compile(r"(?:https?|mailto|ftp):", re.IGNORECASE)


def linked(text: str, target: str) -> str:
    """`[text](target)` for a web address that says more than the text; else the text alone."""
    words = text.strip()
    if not words or not _WEB.match(target) or target.removeprefix("mailto:").rstrip("/") == words.rstrip("/"):
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{words}]({target.replace(' ', '%20').replace(')', '%29')}){after}"
