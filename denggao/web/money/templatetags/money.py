"""Amounts in templates: whole 分 in, 元 or 万元 out, never rounded."""

from __future__ import annotations

from django import template

from denggao.rules.settling import yuan

register = template.Library()
register.filter("said", yuan)


@register.filter
def fen(amount: int | None) -> str:
    """「1,234,567.89」 (元); 「不详」 where nobody knows."""
    if amount is None:
        return "不详"
    whole, rest = divmod(abs(amount), 100)
    return f"{'−' if amount < 0 else ''}{whole:,}.{rest:02d}"
