"""Facts that only certain words can state (技术领域, 是否): read alike wherever a table is."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from denggao.facts import cells
from denggao.facts.catalogue import Fact, is_technical_field, technical_fields
from denggao.facts.celltext import NO, OWN_WORDS, YES, BadCell

Word = bool | str | None


def is_closed(fact: Fact) -> bool:
    """Can only certain words state it?"""
    return fact.unit == "是否" or fact.code == "field_code"


@cache
def usual(fact: Fact) -> dict[str, Word]:
    """The plain words, in small letters: what a database knows without being asked."""
    if fact.unit != "是否":
        codes = filter(is_technical_field, technical_fields())
        return {"": None, "无": None, **{code: code for code in codes}}
    own_yes, own_no = OWN_WORDS.get(fact.code, (frozenset(), frozenset()))
    yes, no = dict.fromkeys(sorted(YES | own_yes), True), dict.fromkeys(sorted(NO | own_no), False)
    return {"": None, **yes, **no}


def read(fact: Fact, cell: object) -> tuple[Word, bool]:
    """(what the cell states, is it refused?), as of a cell of a workbook."""
    if cell is None:
        return None, False
    try:
        if fact.unit != "是否":
            return cells.field_code(cell), False
        return cells.yes_no(float(cell) if isinstance(cell, Decimal) else cell, fact), False
    except BadCell:
        return None, True
