"""Forms of the department."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from denggao.diagnosis.weekly.stand import PLACES
from denggao.web.kit.forms import DayInput
from denggao.web.ledger.search import LADDER
from denggao.web.supervision.actions.meetings import names
from denggao.web.supervision.models import Escalation, Meeting, Task

_WAYS = ["电话", "微信", "短信", "当面", "书面催办单"]


class TaskForm(forms.Form):
    """A task by hand."""

    text = forms.CharField(label="任务", max_length=500, widget=forms.Textarea({"rows": 3}))
    units = forms.CharField(
        label="责任单位", max_length=200, help_text="几个单位用“、”隔开，第一个牵头"
    )
    leader = forms.CharField(label="责任领导", max_length=30, required=False)
    due = forms.DateField(
        label="期限", required=False, widget=DayInput(), help_text="没有期限的留空，会单独统计"
    )
    source = forms.CharField(
        label="来源", max_length=200, initial="领导交办", help_text="文件名和条款、会议或交办人"
    )

    def clean_units(self) -> list[str]:
        """As names."""
        return names(self.cleaned_data["units"])


class ProgressForm(forms.Form):
    """How far a task is."""

    text = forms.CharField(label="进展", max_length=2000, widget=forms.Textarea({"rows": 3}))
    state = forms.ChoiceField(label="状态", choices=Task.State.choices)
    reason = forms.CharField(
        label="原因", max_length=300, required=False, help_text="暂无法完成的必须写明"
    )
    evidence = forms.FileField(label="佐证材料", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A reason where it is stuck."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("state") == Task.State.STUCK and not cleaned.get("reason", "").strip():
            self.add_error("reason", "暂无法完成的要写明原因")
        return cleaned


class ChangeForm(forms.Form):
    """Another leader, another day."""

    leader = forms.CharField(label="责任领导", max_length=30, required=False)
    due = forms.DateField(label="期限", required=False, widget=DayInput())
    why = forms.CharField(label="理由", max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReminderForm(forms.Form):
    """催办."""

    unit = forms.ChoiceField(label="单位")
    way = forms.ChoiceField(label="方式", choices=[(way, way) for way in _WAYS])
    answer = forms.CharField(label="答复", max_length=300, required=False)

    def __init__(self, *args: Any, units: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [(name, name) for name in units]


class EscalationForm(forms.ModelForm):
    """Days by which a task becomes urgent."""

    class Meta:
        model = Escalation
        fields: ClassVar = ["remind", "supervise", "circulate"]


class MemberForm(forms.Form):
    """Departments that join the joint meeting."""

    units = forms.CharField(
        label="成员单位", max_length=500, help_text="几个单位用“、”隔开",
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip
    duty = forms.ChoiceField(
        label="职责", choices=[(d, d) for d in ("成员", "召集人", "副召集人", "办公室")]
    )
    person = forms.CharField(label="联络员", max_length=30, required=False)
    since = forms.DateField(label="自", widget=DayInput())

    def clean_units(self) -> list[str]:
        """As names."""
        return names(self.cleaned_data["units"])


class MeetingForm(forms.ModelForm):
    """A meeting and its minutes."""

    class Meta:
        model = Meeting
        fields: ClassVar = ["title", "on", "place", "chair", "present", "minutes"]
        widgets: ClassVar = {"on": DayInput(), "minutes": forms.Textarea({"rows": 8})}


class DecisionForm(forms.Form):
    """What was decided."""

    text = forms.CharField(label="议定事项", max_length=500, widget=forms.Textarea({"rows": 2}))
    units = forms.CharField(label="责任单位", max_length=200, help_text="第一个牵头")
    leader = forms.CharField(label="责任领导", max_length=30, required=False)
    due = forms.DateField(label="期限", required=False, widget=DayInput())


class BasisForm(forms.Form):
    """口径 of the weekly report."""

    since = forms.DateField(label="起", widget=DayInput())
    place = forms.ChoiceField(label="归口", choices=list(PLACES.items()))
    kinds = forms.MultipleChoiceField(
        label="统计的资格", choices=[(kind, kind) for kind in LADDER],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    laws = forms.MultipleChoiceField(
        label="另数“可核实条件都符合”的", required=False, widget=forms.CheckboxSelectMultiple
    )
    why = forms.CharField(label="理由", max_length=300)

    def __init__(self, *args: Any, laws: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["laws"].choices = [(law, law) for law in laws]
        self.fields["since"].initial = timezone.localdate()
        self.fields["kinds"].initial = list(LADDER)
