"""Small things that the department's templates need."""

from __future__ import annotations

from typing import Any

from django import template

from denggao.rules.outcome import TRUTH_NAMES, TRUTH_WORDS, Result
from denggao.web.ledger.models import Statement

register = template.Library()


@register.filter
def get(mapping: Any, key: str) -> Any:
    """The mapping's value for a key that is itself a variable."""
    return mapping.get(key) if mapping else None


@register.filter
def truth_of(result: Result) -> str:
    """``pass``, ``fail`` or ``unknown``."""
    return TRUTH_NAMES[result.truth]


@register.filter
def truth_word(result: Result) -> str:
    """符合、不符合、未知."""
    return TRUTH_WORDS[result.truth]


@register.filter
def word_of(truth: str) -> str:
    """``pass`` → 符合."""
    return _WORDS.get(truth, "")


_WORDS = {TRUTH_NAMES[truth]: word for truth, word in TRUTH_WORDS.items()}


@register.filter
def cell(statement: Statement) -> str:
    """「《六月台账.xlsx》 Sheet1!D12」, or who typed it and why."""
    source = statement.source
    if source is None:
        return f"{statement.by} {statement.at:%Y-%m-%d} 更正：{statement.why}"
    tables = source.tables or []
    number = statement.sheet
    sheet = tables[number]["sheet"] if number < len(tables) else ""
    return f"《{source.file}》 {sheet}!{statement.column}{statement.row}"
