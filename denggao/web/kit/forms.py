"""How forms look: Bootstrap's classes, labels above, what is wrong beside the field."""

from __future__ import annotations

from django import forms
from django.forms.renderers import TemplatesSetting

_CLASSES = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
}


#: What Django writes into a list where nothing is chosen yet, and what people read there.
_DASHES, CHOOSE, ANY = "---------", "请选择", "不限"


class DayInput(forms.DateInput):
    """A day, in the only form that browsers take for one."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Renderer(TemplatesSetting):
    """Django's forms by the templates of ours."""

    form_template_name = "kit/form.html"
    field_template_name = "kit/field.html"


def dressed(field: forms.BoundField) -> str:
    """The field's widget with the class that it needs."""
    widget = field.field.widget
    _say_choose(field.field)
    kinds = [css for kind, css in _CLASSES.items() if isinstance(widget, kind)]
    css = kinds[0] if kinds else "form-control"
    return field.as_widget(attrs={"class": css + (" is-invalid" if field.errors else "")})


def _say_choose(field: forms.Field) -> None:
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == _DASHES:
            field.empty_label = CHOOSE
    elif isinstance(field.widget, forms.Select):
        field.widget.choices = [
            (value, CHOOSE if words == _DASHES else words) for value, words in field.widget.choices
        ]
