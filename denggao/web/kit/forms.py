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
    kinds = [css for kind, css in _CLASSES.items() if isinstance(widget, kind)]
    css = kinds[0] if kinds else "form-control"
    return field.as_widget(attrs={"class": css + (" is-invalid" if field.errors else "")})
