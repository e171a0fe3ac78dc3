"""A measurement as one page that anyone can open, print or read as Markdown.

Reading order: `content` (what a report says), `from_results` (kept results as that), `wording`, `svg` (shapes and
scales), `plots`, `page` (HTML) and `markdown`.
"""
