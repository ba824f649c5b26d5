"""申报材料: what has to be on the table for which title, as data (``materials.csv``)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Material(NamedTuple):
    """One item of the list: code, what it is, where that is asked for."""

    code: str
    name: str
    cite: str


@cache
def materials(title: str) -> tuple[Material, ...]:
    """What an application for the title needs; the usual three where no list is known."""
    text = files("denggao.diagnosis").joinpath("materials.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    own = [row for row in rows if row["资格"] == title] or [row for row in rows if not row["资格"]]
    return tuple(Material(row["代码"], row["材料"], row["依据"]) for row in own)
