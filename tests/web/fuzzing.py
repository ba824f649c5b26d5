"""What the tests of the interface share."""

from __future__ import annotations

import re

FILL = {"fact": "staff", "year": "2025", "number": "0"}


def filled_in(address: str, key: int) -> str:
    """An address of the description with an object in it."""
    return re.sub(r"{(\w+)}", lambda m: FILL.get(m[1], str(key)), address)
