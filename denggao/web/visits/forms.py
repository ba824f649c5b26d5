"""Forms of the department."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone

from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.errors import UserError
from denggao.web.accounts.models import Region, User
from denggao.web.kit.forms import ANY, DayInput
from denggao.web.ledger.forms import facts
from denggao.web.ledger.values import key_name, read_typed
from denggao.web.visits.actions.bringing import KINDS
from denggao.web.visits.actions.visiting import Learned, Raised
from denggao.web.visits.models import Clock, Duty, Interest, Member, Visit
from denggao.web.visits.queries import members

#: What firms ask about, as the forms of offices group it.
TOPICS = ("创新政策", "计划项目", "平台和人才", "成果转化", "科技金融", "营商环境", "其他")
_FREE, _ASKS = 2, 2
_YEARS_BACK = 4


class VisitForm(forms.ModelForm):
    """A visit on a phone: who, when, what was learned (``asked``: keys that the plan wants to
    know, each a line of its own), what the firm asks for. ``figures=False``: nothing learned."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields: ClassVar = [
            *("on", "way", "visitors", "met", "duty", "topic", "situation", "advice"),
        ]
        widgets: ClassVar = {
            "on": DayInput(),
            "situation": forms.Textarea(attrs={"rows": 3}),
            "advice": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(
        self, user: User, asked: Sequence[str], *args: Any, figures: bool = True, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.free = _FREE if figures else 0
        self.user, self.asked = user, [key for key in asked if _known(key)]
        self.fields["on"].initial = timezone.localdate()
        self.fields["on"].error_messages["required"] = "请填写走访日期"
        self.fields["visitors"].initial = user.name
        self.fields["visitors"].error_messages["required"] = "请填写走访人"
        self.fields["token"].initial = uuid.uuid4()
        duties = Duty.objects.for_user(user)
        self.fields["duty"].queryset = duties.filter(region=user.region) if user.region else duties
        self.fields["duty"].empty_label = "（日常走访）"
        self.fields["topic"].widget = forms.Select(choices=_choices(TOPICS, "（不分类）"))
        self._facts()
        self._asks()
        self.learned: list[Learned] = []
        self.raised: list[Raised] = []

    def _facts(self) -> None:
        for number, key in enumerate(self.asked):
            self.fields[f"asked{number}"] = forms.CharField(
                label=_labelled(key), required=False, max_length=200
            )
        this = timezone.localdate().year
        years = _choices([str(this - back) for back in range(_YEARS_BACK)], "不分年度")
        names = [("", "（选一项数据）"), *((code, fact.name) for code, fact in facts().items())]
        for number in range(self.free):
            self.fields[f"fact{number}"] = forms.ChoiceField(
                label="数据", choices=names, required=False
            )
            self.fields[f"year{number}"] = forms.ChoiceField(
                label="年度", choices=years, required=False
            )
            self.fields[f"value{number}"] = forms.CharField(
                label="数值", required=False, max_length=200
            )

    def _asks(self) -> None:
        for number in range(_ASKS):
            self.fields[f"ask{number}"] = forms.CharField(
                label=f"诉求{number + 1}", required=False, max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip
            self.fields[f"kind{number}"] = forms.ChoiceField(
                label="类型", choices=_choices(TOPICS, "（不分类）"), required=False
            )

    @property
    def parts(self) -> dict[str, Any]:
        """The fields as the page groups them."""
        plain = ("on", "way", "visitors", "met", "duty", "topic", "situation", "advice")
        return {
            "plain": [self[name] for name in plain],
            "asked": [self[f"asked{n}"] for n in range(len(self.asked))],
            "free": [
                [self[f"{f}{n}"] for f in ("fact", "year", "value")] for n in range(self.free)
            ],
            "asks": [[self[f"ask{n}"], self[f"kind{n}"]] for n in range(_ASKS)],
        }

    def clean_on(self) -> datetime.date:
        """Not a day to come."""
        on: datetime.date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError("走访日期还没有到，请核对")
        return on

    def clean(self) -> dict[str, Any]:
        """What was learned must fit its facts."""
        cleaned = super().clean() or self.cleaned_data
        for number, key in enumerate(self.asked):
            code, _, year = key.partition("@")
            self._learn(f"asked{number}", code, int(year or 0), cleaned)
        for number in range(self.free):
            code, year = cleaned.get(f"fact{number}"), cleaned.get(f"year{number}")
            if not code:
                if cleaned.get(f"value{number}"):
                    self.add_error(f"fact{number}", "写了数值，请选是哪一项数据")
                continue
            yearly = facts()[code].yearly
            if yearly and not year:
                self.add_error(f"year{number}", f"{facts()[code].name}是年度数据，要选年度")
            else:
                self._learn(f"value{number}", code, int(year) if yearly else 0, cleaned)
        for number in range(_ASKS):
            if text := (cleaned.get(f"ask{number}") or "").strip():
                self.raised.append(Raised(text, cleaned.get(f"kind{number}") or ""))
        told = any(cleaned.get(name) for name in ("situation", "advice"))
        tried = any(name.startswith(("asked", "fact", "year", "value")) for name in self.errors)
        if not (told or tried or self.learned or self.raised):
            self.add_error("situation", "请写了解到的情况；没有的，至少记一项数据或一件诉求")
        return cleaned

    def _learn(self, name: str, code: str, year: int, cleaned: dict[str, Any]) -> None:
        text = (cleaned.get(name) or "").strip()
        if not text:
            return
        try:
            self.learned.append(Learned(facts()[code], year, read_typed(facts()[code], text)))
        except UserError as error:
            self.add_error(name, str(error))

    @property
    def values(self) -> dict[str, Any]:
        """What the visit itself keeps."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _known(key: str) -> bool:
    return key.partition("@")[0] in facts()


def _labelled(key: str) -> str:
    fact = catalogue()[key.partition("@")[0]]
    unit = "万元" if fact.unit == "元" else "是或否" if fact.unit == "是否" else fact.unit
    return f"{key_name(key)}（{unit}）"


def _choices(words: Sequence[str], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *((word, word) for word in words)]


class MemberForm(forms.ModelForm):
    """Somebody of the teams."""

    fields_of = forms.MultipleChoiceField(
        label="技术领域（专家）", required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Member
        fields: ClassVar = ["kind", "name", "unit", "post", "phone", "most", "user", "is_active"]

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        first = [(c, f"{c} {name}") for c, name in technical_fields().items() if "." not in c]
        self.fields["fields_of"].choices = first
        self.fields["fields_of"].initial = self.instance.fields
        path = user.region.path if user.region else "none"
        self.fields["user"].queryset = User.objects.filter(
            is_active=True, unit__region__path__startswith=path
        )
        self.fields["user"].help_text = "自己登录的专家才选；角色为“专家”的，只看得到指派给他的企业"
        self.fields["most"].help_text = "只用于专家；不填为不限"

    def save(self, commit: bool = True) -> Any:
        """Not yet written; ``actions`` does."""
        self.instance.fields = self.cleaned_data["fields_of"]
        return super().save(commit=False)


def _of_teams(form: forms.BaseForm, user: User) -> None:
    for name in ("leader", "head", "adviser", "specialist", "liaison"):
        form.fields[name].queryset = members(user, name)


class ChainForm(forms.Form):
    """The chain of one firm, or what is to change for many. Nothing chosen: 不变 for many."""

    leader = forms.ModelChoiceField(Member.objects.none(), label="包抓领导", required=False)
    unit = forms.CharField(label="专班负责单位", max_length=60, required=False)
    head = forms.ModelChoiceField(Member.objects.none(), label="专班班长", required=False)
    adviser = forms.ModelChoiceField(Member.objects.none(), label="政策辅导员", required=False)
    specialist = forms.ModelChoiceField(Member.objects.none(), label="科技专员", required=False)
    liaison = forms.ModelChoiceField(Member.objects.none(), label="联络员", required=False)
    since = forms.DateField(label="从哪一天起", widget=DayInput())

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _of_teams(self, user)
        self.fields["since"].initial = timezone.localdate()

    @property
    def chosen(self) -> dict[str, Any]:
        """Only what was filled in."""
        told = {k: v for k, v in self.cleaned_data.items() if k != "since"}
        return {k: v for k, v in told.items() if v}


class OneChainForm(ChainForm):
    """Also with the firm's own people."""

    firm_head = forms.CharField(label="企业负责人", max_length=30, required=False)
    firm_phone = forms.CharField(label="企业联系电话", max_length=40, required=False)
    products = forms.CharField(label="主要产品", max_length=300, required=False)
    note = forms.CharField(label="备注", max_length=300, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class WhichForm(forms.Form):
    """Which firms a bulk assignment is about."""

    place = forms.ModelChoiceField(
        Region.objects.none(), label="区县或功能区", required=False, empty_label=ANY
    )
    address = forms.CharField(
        label="注册地址含", max_length=60, required=False, help_text="乡镇、街道、园区"
    )
    field = forms.ChoiceField(label="技术领域", required=False)
    industry = forms.CharField(
        label="行业含", max_length=60, required=False, help_text="行业名称或代码的一部分"
    )
    text = forms.CharField(label="名称含", max_length=60, required=False)
    only_uncovered = forms.BooleanField(label="只选还没有包抓领导的", required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        scope = user.region
        parts = Region.objects.filter(path__startswith=scope.path) if scope else None
        self.fields["place"].queryset = parts if parts is not None else Region.objects.none()
        first = [(c, name) for c, name in technical_fields().items() if "." not in c]
        self.fields["field"].choices = [("", "全部"), *first]


class TerritoryForm(forms.Form):
    """Which leader answers for a district."""

    leader = forms.ModelChoiceField(Member.objects.none(), label="挂钩领导", required=False)
    since = forms.DateField(label="从哪一天起", widget=DayInput())

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["leader"].queryset = members(user, "leader")
        self.fields["since"].initial = timezone.localdate()


class ClockForm(forms.ModelForm):
    """The terms of a bureau."""

    class Meta:
        model = Clock
        fields: ClassVar = ["answer", "first", "second", "third", "working"]

    def clean(self) -> dict[str, Any]:
        """Each level later than the one before."""
        cleaned = super().clean() or self.cleaned_data
        steps = [cleaned.get(name) for name in ("first", "second", "third")]
        if None not in steps and not 1 <= steps[0] < steps[1] < steps[2]:
            self.add_error(None, "三级催办的天数应一级比一级多，如 9、21、45")
        if cleaned.get("answer") == 0:
            self.add_error("answer", "至少 1 天")
        return cleaned


class TicketForm(forms.Form):
    """A 诉求 that came otherwise than at a visit."""

    text = forms.CharField(
        label="企业反映的问题", max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    kind = forms.ChoiceField(
        label="问题类型", choices=_choices(TOPICS, "（不分类）"), required=False
    )


class DutyForm(forms.ModelForm):
    """One of the six."""

    class Meta:
        model = Duty
        fields: ClassVar = ["name", "every", "scope", "since"]
        widgets: ClassVar = {"since": DayInput()}


class PlanForm(forms.Form):
    """What the plan of a week is for."""

    deadline = forms.DateField(label="申报截止日", widget=DayInput())
    most = forms.IntegerField(label="排多少户", min_value=1, max_value=60, initial=20)


class RoundForm(forms.Form):
    """Who is to be sent where."""

    name = forms.CharField(label="方案名称", max_length=60)
    experts = forms.ModelMultipleChoiceField(
        Member.objects.none(), label="专家", widget=forms.CheckboxSelectMultiple
    )
    place = forms.ModelChoiceField(
        Region.objects.none(), label="区县或功能区", required=False, empty_label=ANY
    )
    text = forms.CharField(label="企业名称含", max_length=60, required=False)
    tier = forms.ChoiceField(label="梯队", required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        from denggao.web.ledger.search import LADDER

        super().__init__(*args, **options)
        self.fields["experts"].queryset = members(user, "expert")
        scope = user.region
        parts = Region.objects.filter(path__startswith=scope.path if scope else "none")
        self.fields["place"].queryset = parts
        tiers = [("", "全部"), ("none", "没有有效资格"), *((kind, kind) for kind in LADDER)]
        self.fields["tier"].choices = tiers


class InterestForm(forms.ModelForm):
    """Why an expert must not go to a firm."""

    firm = forms.CharField(label="企业名称或信用代码", max_length=120)

    class Meta:
        model = Interest
        fields: ClassVar = ["kind", "why"]


class EndForm(forms.Form):
    """An expert leaves a firm."""

    until = forms.DateField(label="从哪一天起不再辅导", widget=DayInput())
    why = forms.CharField(label="原因", max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].initial = timezone.localdate()


class BringForm(forms.Form):
    """A ledger of the office's."""

    kind = forms.ChoiceField(label="哪一本", choices=[(kind, kind) for kind in KINDS])
    file = forms.FileField(label="文件", help_text=".xlsx 或 .csv，表头照原样")
    since = forms.DateField(
        label="包抓联从哪一天起", widget=DayInput(), help_text="只用于包抓联台账"
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["since"].initial = timezone.localdate()

    def clean_file(self) -> Any:
        """What can be a ledger, and is not too large."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".xlsx", ".csv")):
            raise forms.ValidationError("只收 .xlsx 和 .csv；别的格式请先另存为 .xlsx")
        if file.size > settings.MOST_UPLOADED:
            raise forms.ValidationError(f"文件超过 {settings.MOST_UPLOADED >> 20} MB")
        return file
