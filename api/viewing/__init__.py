"""Documents as a browser shows them, rendered here so that nothing of theirs runs there.

Reading order: `shown` (a stretch of a version), `windows` (how much of a long text at once), `marks` (quotes found
again after rendering), `markup` (Markdown to safe HTML); `page_images` (pages of a PDF), `raster` (the process
that draws one), `limits` (what that may cost).
"""
