"""Small things that templates need."""

from __future__ import annotations

from django import forms, template

from denggao.web.kit import forms as dressing

register = template.Library()
register.filter("dressed", dressing.dressed)


@register.filter
def is_choices(field: forms.BoundField) -> bool:
    """Is this a list of boxes to tick?"""
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect)


@register.filter
def is_box(field: forms.BoundField) -> bool:
    """Is this a single box to tick?"""
    return type(field.field.widget) is forms.CheckboxInput


@register.filter
def count_from(position: int, first: int) -> int:
    """序号: the position on the page (from 0) counted from the page's first row."""
    return position + first
