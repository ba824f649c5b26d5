"""Rules → columns of no particular engine: what Polars and every dialect of SQL have in common."""
