"""Whole ledgers at once on Polars, exact: integers up to 128 bits, never a double."""
