"""Forms of the department: what comes in, and how an item is corrected."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils import timezone

from denggao.drafting.as_targets import OPS
from denggao.drafting.numerals import plain
from denggao.facts.numbers import exact
from denggao.web.accounts.models import Region, User
from denggao.web.kit.forms import DayInput
from denggao.web.ledger.search import LADDER
from denggao.web.planning import reading
from denggao.web.planning.models import Goal
from denggao.web.planning.wording import SORTS

_UNKNOWN = ("*", "＊", "未定", "待定")
_SPLIT = re.compile(r"[、,，;；\n]+")


class PlanForm(forms.Form):
    """A plan as a file or as pasted text."""

    file = forms.FileField(
        label="计划文件", required=False, help_text=".txt、.docx 或 .html，原样上传，原件留存"
    )
    text = forms.CharField(
        label="或粘贴正文", required=False, widget=forms.Textarea(attrs={"rows": 10})
    )

    def clean(self) -> Any:
        """One of the two."""
        told = super().clean() or {}
        file = told.get("file")
        if not file and not told.get("text"):
            raise forms.ValidationError("请选择一个文件，或粘贴正文")
        if file and file.size > settings.MOST_UPLOADED:
            raise forms.ValidationError(f"文件超过 {settings.MOST_UPLOADED >> 20} MB")
        return told


class PeriodForm(forms.Form):
    """From which to which year a plan goes."""

    first = forms.IntegerField(label="起年", min_value=2000, max_value=2100)
    last = forms.IntegerField(label="止年", min_value=2000, max_value=2100)


class AdoptForm(forms.Form):
    """From which day on it is in force."""

    since = forms.DateField(label="起", widget=DayInput())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["since"].initial = timezone.localdate


class ItemForm(forms.Form):
    """What an item says: ``initial_of`` reads it, ``said`` writes it. ``version`` is the one
    that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label="理由", max_length=300, required=False)

    @classmethod
    def initial_of(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Fields from the item."""
        return {key: said.get(key) for key in cls.base_fields if key in said}

    def said(self, old: dict[str, Any]) -> dict[str, Any]:
        """The item from the fields."""
        told = {k: v for k, v in self.cleaned_data.items() if k in old}
        return {**old, **told}


class TargetForm(ItemForm):
    """目标"""

    indicator = forms.CharField(label="指标", max_length=80)
    value = forms.CharField(label="数", max_length=30, help_text="未定的写 *；区间写 30-40")
    unit = forms.CharField(label="单位", max_length=12, required=False)
    op = forms.ChoiceField(label="比较", choices=[(code, word) for code, word in OPS.items()])
    year = forms.CharField(
        label="年度", max_length=20, help_text="年份、每年，或 2024-2027 这样的起止"
    )
    scope = forms.CharField(label="范围", max_length=40, required=False, help_text="全域的不填")
    industry = forms.CharField(label="行业", max_length=40, required=False)
    kind = forms.ChoiceField(label="性质", choices=list(SORTS.items()))
    tier = forms.ChoiceField(
        label="台账清点", required=False,
        choices=[("", "台账不能清点"), *((kind, kind) for kind in LADDER)],
    )  # fmt: skip
    how = forms.ChoiceField(label="口径", choices=Goal.How.choices)
    field_order: ClassVar = [
        "indicator", "op", "value", "unit", "year", "scope", "industry", "kind", "tier", "how",
        "why",
    ]  # fmt: skip

    @classmethod
    def initial_of(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Fields from the item."""
        low, high = reading.figure_of(said)
        value = "*" if low is None else f"{plain(low)}" + (f"-{plain(high)}" if high != low else "")
        return {**super().initial_of(said), "value": value, "indicator": said["indicator"]}

    def clean_value(self) -> Any:
        """A number, a range, or unknown."""
        told = self.cleaned_data["value"].strip()
        if told in _UNKNOWN:
            return None
        ends = [_number(end) for end in re.split(r"[-~—～]+", told)]
        if not 1 <= len(ends) <= 2:
            raise forms.ValidationError("应是一个数，或 30-40 这样的区间；未定的写 *")
        return ends[0] if len(ends) == 1 else ends

    def clean_year(self) -> Any:
        """A year as a number, a phrase as it stands."""
        told = self.cleaned_data["year"].strip().removesuffix("年") or None
        if self.cleaned_data["year"].strip() == "每年":
            return "每年"
        return int(told) if told and re.fullmatch(r"20\d\d", told) else told

    def said(self, old: dict[str, Any]) -> dict[str, Any]:
        """The item from the fields."""
        told = {k: v for k, v in self.cleaned_data.items() if k not in ("why", "version")}
        return {**old, **told, "scope": told["scope"] or None}


def _number(text: str) -> int | float:
    found = exact(text.strip())
    if found is None or found < 0 or Fraction(found * 10_000).denominator != 1:
        raise forms.ValidationError("应是不小于 0 的数，最多四位小数；未定的写 *")
    return plain(Fraction(found)) or 0


class TaskForm(ItemForm):
    """任务"""

    title = forms.CharField(label="任务", max_length=300)
    lead = forms.CharField(label="牵头单位", max_length=60, required=False)
    units = forms.CharField(
        label="责任单位", max_length=600, required=False, help_text="用顿号分开"
    )
    deadline = forms.CharField(label="期限（原文）", max_length=60, required=False)
    due = forms.DateField(label="完成日期", required=False, widget=DayInput())
    field_order: ClassVar = ["title", "lead", "units", "deadline", "due", "why"]

    @classmethod
    def initial_of(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Fields from the item."""
        names = dict.fromkeys(link["name"] for link in said["links"])
        lead = next((link["name"] for link in said["links"] if link["lead"]), "")
        return {**super().initial_of(said), "units": "、".join(names), "lead": lead}

    def said(self, old: dict[str, Any]) -> dict[str, Any]:
        """The item from the fields; units named anew have no words of the text behind them."""
        told = self.cleaned_data
        lead = told["lead"].strip()
        names = [lead, *(name.strip() for name in _SPLIT.split(told["units"]))]
        known = {link["name"]: link for link in old["links"]}
        links = [
            {**known.get(name, {"unit": name, "name": name}), "lead": name == lead}
            for name in dict.fromkeys(filter(None, names))
        ]
        links.sort(
            key=lambda link: list(known).index(link["name"]) if link["name"] in known else 99
        )
        found = {
            **old, "title": told["title"], "links": links, "lead": lead or None,
            "units": [link["unit"] for link in links], "deadline": told["deadline"] or None,
        }  # fmt: skip
        due = {"due": told["due"].isoformat()} if told["due"] else {}
        return {k: v for k, v in found.items() if k != "due"} | due


class AwardForm(ItemForm):
    """奖补"""

    beneficiary = forms.CharField(label="对象", max_length=200)
    condition = forms.CharField(label="情形", max_length=300, required=False)
    amount = forms.CharField(label="金额", max_length=30, help_text="没有写明的写 *")
    unit = forms.CharField(label="单位", max_length=12, required=False)

    @classmethod
    def initial_of(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Fields from the item."""
        amount = said["amount"]
        told = (
            "*"
            if amount is None
            else "-".join(map(str, amount if isinstance(amount, list) else [amount]))
        )
        return {**super().initial_of(said), "amount": told}

    def clean_amount(self) -> Any:
        """A number, a range, or unknown."""
        told = self.cleaned_data["amount"].strip()
        if told in _UNKNOWN:
            return None
        ends = [_number(end) for end in told.split("-")]
        return ends[0] if len(ends) == 1 else ends[:2]


class DeadlineForm(ItemForm):
    """期限"""

    what = forms.CharField(label="事项", max_length=200)
    when = forms.CharField(label="期限", max_length=60)


class CitedForm(ItemForm):
    """依据"""

    name = forms.CharField(label="文件", max_length=200)
    doc_no = forms.CharField(label="文号", max_length=60, required=False)
    role = forms.ChoiceField(label="关系", choices=[("依据", "依据"), ("提及", "提及")])

    def said(self, old: dict[str, Any]) -> dict[str, Any]:
        """The item from the fields."""
        return {**super().said(old), "doc_no": self.cleaned_data["doc_no"] or None}


class BodyForm(ItemForm):
    """成员"""

    name = forms.CharField(label="机构", max_length=100)
    members = forms.CharField(label="成员", max_length=2000, required=False, help_text="用顿号分开")

    @classmethod
    def initial_of(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Fields from the item."""
        return {**super().initial_of(said), "members": "、".join(said["members"])}

    def clean_members(self) -> list[str]:
        """As a list."""
        return [name.strip() for name in _SPLIT.split(self.cleaned_data["members"]) if name.strip()]


#: A contradiction is looked at, not corrected.
FORMS: dict[str, type[ItemForm]] = {
    "target": TargetForm, "task": TaskForm, "award": AwardForm, "deadline": DeadlineForm,
    "cited": CitedForm, "body": BodyForm,
}  # fmt: skip


class MissedForm(forms.Form):
    """A target or a task that the reading missed."""

    kind = forms.ChoiceField(label="补录", choices=[("target", "目标"), ("task", "任务")])
    quote = forms.CharField(label="原文（照抄一段）", max_length=500)


def blank(kind: str, quote: str) -> dict[str, Any]:
    """An item with nothing said yet, to be corrected at once."""
    if kind == "task":
        return {
            "no": None, "title": quote[:300], "units": [], "lead": None, "deadline": None,
            "links": [],
        }  # fmt: skip
    return {
        "indicator": quote[:80], "value": None, "unit": "家", "year": None, "region": None,
        "op": ">=", "kind": "stock", "scope": None, "tier": "", "how": "stock", "industry": "",
    }  # fmt: skip


class QuotaFileForm(forms.Form):
    """A quota file, and from which day on it is to count."""

    file = forms.FileField(label="分解表", help_text=".xlsx 或 .csv，可先导出再改")
    since = forms.DateField(label="起", widget=DayInput())
    why = forms.CharField(label="说明", max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["since"].initial = timezone.localdate

    def clean_file(self) -> Any:
        """Not too large."""
        file = self.cleaned_data["file"]
        if file.size > settings.MOST_UPLOADED:
            raise forms.ValidationError(f"文件超过 {settings.MOST_UPLOADED >> 20} MB")
        return file


class GoalForm(forms.Form):
    """A goal that no plan text states, and the document that does."""

    name = forms.CharField(label="指标", max_length=80)
    tier = forms.ChoiceField(
        label="台账清点", required=False,
        choices=[("", "台账不能清点"), *((kind, kind) for kind in LADDER)],
    )  # fmt: skip
    how = forms.ChoiceField(label="口径", choices=Goal.How.choices)
    scope = forms.ChoiceField(label="范围", required=False)
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    op = forms.ChoiceField(label="比较", choices=Goal.Op.choices)
    value = forms.CharField(label="数（未定的写 *）", max_length=20)
    unit = forms.CharField(label="单位", max_length=12, initial="家")
    source = forms.CharField(label="依据文件", max_length=300)
    since = forms.DateField(label="起", widget=DayInput())

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="goal_%s", **options)
        self.fields["since"].initial = timezone.localdate
        parts = Region.objects.filter(parent=user.region) if user.region else ()
        scope: Any = self.fields["scope"]
        scope.choices = [("", "全域"), *((part.code, part.name) for part in parts)]
