"""Makes the binary files of the sample corpus, byte for byte the same each time.

Read in this order: recipes (which file is made of what), markup (the sources' small Markdown),
pdf, scan, word, slides, sheets with workbooks, mail, and stable_zip (office files without a clock).
"""
