"""Numbers that forms and addresses carry as text."""

from __future__ import annotations

#: More digits than any key or version has; a longer number no database takes.
_MOST = 15


def key_of(text: str) -> int:
    """The key or version that was sent; 0, which nothing has, for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST else 0
