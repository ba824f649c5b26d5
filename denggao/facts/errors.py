"""Errors a person can act on. Everything else is a bug and may show its traceback."""

from __future__ import annotations


class UserError(Exception):
    """What went wrong and how to mend it, in Chinese; the command line prints it and exits 2."""
