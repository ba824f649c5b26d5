"""Lines of a statement: what is indented, and what must stay one line."""

from __future__ import annotations

import re

#: A comment, or what is quoted, as one piece; quotes are doubled or after a backslash.
_PIECES = {
    True: re.compile(r"""--[^\n]*|'(?:[^'\\]|\\.)*'|"[^"]*"|`[^`]*`|\n""", re.DOTALL),
    False: re.compile(r"""--[^\n]*|'[^']*'|"[^"]*"|`[^`]*`|\n"""),
}


def indented(text: str, escapes: bool) -> str:
    """Every line two blanks in; a line break inside quotes stays as it is. ``escapes``: are
    backslashes in a literal escapes?"""
    return "  " + _PIECES[escapes].sub(lambda m: "\n  " if m[0] == "\n" else m[0], text)


def one_line(text: str) -> str:
    """Without any of the characters that somebody takes for the end of a line."""
    return " ".join(text.splitlines())
