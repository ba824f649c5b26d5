"""登高: a local science bureau's ledger, law book and diagnosis."""

__version__ = "0.1.0"
