"""文书: what a person reads — trees on a terminal, workbooks, tables."""
