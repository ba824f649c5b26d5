"""A paper as PDF, set by typst from ``paper.typ`` and the paper as JSON."""
