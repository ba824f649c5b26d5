"""Forms of batches, applications, joint review and titles."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.diagnosis.batchfile import batch_number
from denggao.diagnosis.calendar import deadline
from denggao.diagnosis.notices import KINDS as NOTICES
from denggao.diagnosis.notices import classify
from denggao.facts.errors import UserError
from denggao.facts.titles import KINDS, full_kind
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.assessments import texts
from denggao.web.casework.models import Announcement, Batch, Case, Department, TitleEvent
from denggao.web.casework.queries.batches import count_of
from denggao.web.kit.forms import DayInput
from denggao.web.ledger.search import named

_ENDINGS = (".xlsx", ".csv")
_MOST = 5 << 20


def _titles() -> list[tuple[str, str]]:
    return [(kind, kind) for kind in dict.fromkeys(KINDS.values())]


def _words(text: str, year: int) -> Any:
    try:
        return deadline(text, year)
    except UserError as error:
        raise forms.ValidationError(str(error)) from None


class VersionForm(forms.Form):
    """A form that knows which state of the row it was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class BatchForm(forms.Form):
    """A batch as it was announced."""

    region = forms.ModelChoiceField(label="地域", queryset=Region.objects.none())
    title = forms.ChoiceField(label="资格", initial="高新技术企业")
    year = forms.IntegerField(label="年度", min_value=1990, max_value=2100)
    number = forms.CharField(label="批次", max_length=10, help_text="第一批、2")
    words = forms.CharField(
        label="申报截止", max_length=60, help_text="照通知写：9月20日24时、6月底、8月15日17:00"
    )
    basis = forms.CharField(label="依据", max_length=200, help_text="通知名称或文号")
    note = forms.CharField(label="说明", max_length=300, required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        scope = user.region.path if user.region else "none"
        self.fields["region"].queryset = Region.objects.filter(path__startswith=scope)
        self.fields["region"].initial = user.region
        self.fields["title"].choices = _titles()
        self.fields["year"].initial = timezone.localdate().year

    def clean_number(self) -> int:
        """A batch of the year."""
        try:
            number = batch_number(self.cleaned_data["number"].strip())
        except UserError as error:
            raise forms.ValidationError(str(error)) from None
        if not number:
            raise forms.ValidationError("不设批次的年份，请在日历文件里写“无”后导入")
        return number

    def clean(self) -> dict[str, Any]:
        """The deadline as an instant of the year."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("words") and cleaned.get("year"):
            try:
                cleaned["deadline"] = _words(cleaned["words"], cleaned["year"])
            except forms.ValidationError as error:
                self.add_error("words", error)
        return cleaned


class MoveForm(VersionForm):
    """A deadline that a notice moves."""

    words = forms.CharField(
        label="新的截止", max_length=60, help_text="照通知写：9月20日24时、10月10日17:00"
    )
    notice = forms.CharField(label="改期的通知", max_length=200, help_text="名称、文号、日期")

    def __init__(self, year: int, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.year = year

    def clean(self) -> dict[str, Any]:
        """As an instant."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("words"):
            try:
                cleaned["deadline"] = _words(cleaned["words"], self.year)
            except forms.ValidationError as error:
                self.add_error("words", error)
        return cleaned


class BatchDetailForm(VersionForm):
    """What a batch is judged by, and the intents that others reported."""

    law = forms.ChoiceField(label="对照规范", required=False)
    told_intents = forms.CharField(
        label="上报意向数", required=False, max_length=40,
        help_text="街道、园区报来的意向家数：42、30余、*（不掌握）",
    )  # fmt: skip
    note = forms.CharField(label="说明", max_length=300, required=False)

    def __init__(self, batch: Batch, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = texts.judging(batch.last_day, batch.region)
        self.fields["law"].choices = [("", "不对照"), *((name, name) for name in names)]

    def clean_told_intents(self) -> str:
        """A count, or bounds of one."""
        text = self.cleaned_data["told_intents"].strip()
        try:
            self.bounds = count_of(text)
        except UserError as error:
            raise forms.ValidationError(str(error)) from None
        return text


def _upload(form: forms.Form, name: str = "file") -> Any:
    file = form.cleaned_data[name]
    if file is None:
        return None
    if not file.name.lower().endswith(_ENDINGS):
        raise forms.ValidationError("只收 .xlsx 和 .csv")
    if file.size > _MOST:
        raise forms.ValidationError(f"文件超过 {_MOST >> 20} MB")
    return file


class CalendarForm(forms.Form):
    """A calendar file."""

    file = forms.FileField(
        label="批次日历", help_text="表头：地域、资格、年度、批次、截止、原截止、依据、说明"
    )

    def clean_file(self) -> Any:
        """What can be a table, and is not too large."""
        return _upload(self)


class IntentForm(forms.Form):
    """Firms that want to apply: by name or code, one a line."""

    firms = forms.CharField(
        label="企业", widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一户，写名称或信用代码；可以从 Excel、WPS 整列粘贴",
    )  # fmt: skip
    adviser = forms.CharField(label="辅导人或机构", max_length=60, required=False)
    leader = forms.ModelChoiceField(
        label="责任领导", queryset=User.objects.none(), required=False,
        help_text="不选就按企业的责任人",
    )  # fmt: skip
    source = forms.CharField(
        label="意向来源", max_length=60, required=False, help_text="走访、街道上报、企业来电……"
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["leader"].queryset = _colleagues(user)


def _colleagues(user: User) -> Any:
    scope = user.region.path if user.region else "none"
    return User.objects.filter(is_active=True, unit__region__path__startswith=scope)


def firms_named(user: User, text: str) -> tuple[list[Any], list[str]]:
    """The firms of a pasted column, and the lines that mean none or several."""
    from denggao.facts.identity import normal_code, normal_name
    from denggao.web.ledger.models import Enterprise

    found, unclear = [], []
    mine = Enterprise.objects.for_user(user)
    for line in dict.fromkeys(filter(None, (part.strip() for part in text.splitlines()))):
        word = line.split("\t")[0].strip()
        exact = mine.filter(uscc=normal_code(word)) | mine.filter(name_key=normal_name(word))
        some = list(exact.distinct()[:2]) or list(mine.filter(named(word)).distinct()[:2])
        if len(some) == 1:
            found.append(some[0])
        else:
            unclear.append(f"{line}（{'不止一户' if some else '台账里没有'}）")
    return found, unclear


class CaseForm(VersionForm):
    """Who helps, in which field, who answers for it."""

    adviser = forms.CharField(label="辅导人或机构", max_length=60, required=False)
    field = forms.CharField(label="技术领域", max_length=60, required=False)
    leader = forms.ModelChoiceField(
        label="责任领导", queryset=User.objects.none(), required=False,
        help_text="不选就按企业的责任人",
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["leader"].queryset = _colleagues(user)


class RebatchForm(VersionForm):
    """Into which other batch of the year."""

    batch = forms.ModelChoiceField(label="换到", queryset=Batch.objects.none())
    why = forms.CharField(label="理由", max_length=300)

    def __init__(self, user: User, case: Case, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Batch.objects.for_user(user).filter(title=case.title, year=case.year)
        self.fields["batch"].queryset = others.exclude(pk=case.batch_id)


class WaiverForm(VersionForm):
    """Who lets an application pass a gate, and why."""

    gate = forms.ChoiceField(label="放行哪一关")
    agreed_by = forms.CharField(label="同意人", max_length=30)
    why = forms.CharField(label="理由", max_length=300)

    def __init__(self, gates: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["gate"].choices = [
            (g.code, f"{g.code} {g.name}：{g.why}") for g in gates if g.is_open and g.waivable
        ]


class SendForm(forms.Form):
    """A list for the departments."""

    due = forms.DateField(label="反馈期限", widget=DayInput())
    silence = forms.ChoiceField(
        label="逾期不反馈", choices=[(r.BLOCKS, r.BLOCKS), (r.AGREES, r.AGREES)]
    )
    silence_basis = forms.CharField(
        label="逾期规定", max_length=300, required=False,
        help_text="选“视为同意”时必填：哪个文件哪一条、哪一天印发的",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Silence never agrees without a rule."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("silence") == r.AGREES and not cleaned.get("silence_basis", "").strip():
            self.add_error("silence_basis", "逾期视为无意见，要写明规定的出处和日期")
        return cleaned


class ReturnForm(forms.Form):
    """A department's file, or one that corrects it."""

    department = forms.ChoiceField(label="哪个部门的")
    file = forms.FileField(label="返回的意见表")
    corrects = forms.CharField(
        label="更正理由", max_length=300, required=False,
        help_text="部门书面更正前一份意见时才写；写了，这一份代替前一份",
    )  # fmt: skip

    def __init__(self, departments: Any, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["department"].choices = [(name, name) for name in departments]

    def clean_file(self) -> Any:
        """What can be a table, and is not too large."""
        return _upload(self)


class DepartmentForm(forms.ModelForm):
    """A department, and what it is asked."""

    class Meta:
        model = Department
        fields: ClassVar = ["name", "question", "unit", "place", "is_asked"]

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        scope = user.region.path if user.region else "none"
        self.fields["unit"].queryset = Unit.objects.filter(region__path__startswith=scope)


class AnnouncementForm(forms.ModelForm):
    """A notice with its list, pasted or as a file."""

    text = forms.CharField(
        label="粘贴名单", required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="从 Word、WPS、网页整表粘贴；更名公告要有更名前、更名后两列",
    )  # fmt: skip
    file = forms.FileField(label="或上传名单", required=False)

    class Meta:
        model = Announcement
        fields: ClassVar = ["title", "kind", "subject", "number", "on"]
        widgets: ClassVar = {"on": DayInput()}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(kind, f"{kind}：{what}") for kind, what in NOTICES.items()]
        self.fields["kind"] = forms.ChoiceField(
            label="类别", required=False, choices=[("", "按题名判断"), *kinds]
        )
        self.fields["subject"] = forms.ChoiceField(
            label="资格", choices=_titles(), initial="高新技术企业"
        )

    def clean_file(self) -> Any:
        """What can be a table, and is not too large."""
        return _upload(self)

    def clean(self) -> dict[str, Any]:
        """A list, and a kind: what the title says, or what the person says of one cut off."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("text", "").strip() and not cleaned.get("file"):
            self.add_error("text", "请粘贴名单，或上传名单文件")
        if not cleaned.get("kind") and cleaned.get("title"):
            cleaned["kind"] = classify(cleaned["title"]).kind
        return cleaned


class EventForm(forms.Form):
    """One event of one firm's title."""

    kind = forms.ChoiceField(label="事项", choices=TitleEvent.Kind.choices)
    subject = forms.ChoiceField(label="资格", initial="高新技术企业")
    on = forms.DateField(
        label="生效日期", widget=DayInput(), help_text="发证日、更名核准日、迁入迁出日、取消日"
    )
    number = forms.CharField(label="证书编号", max_length=60, required=False)
    new_name = forms.CharField(label="新名称", max_length=120, required=False, help_text="更名才填")
    issued_on = forms.DateField(
        label="原发证日期",
        widget=DayInput(),
        required=False,
        help_text="整体迁入才填，有效期照原证书",
    )
    valid_to = forms.DateField(label="有效期至", widget=DayInput(), required=False)
    target = forms.CharField(
        label="迁到", max_length=60, required=False, help_text="整体迁出才填：区划代码或名称"
    )
    why = forms.CharField(label="依据", max_length=300, help_text="公告题名和文号、证书、企业说明")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["subject"].choices = _titles()

    def clean_subject(self) -> str:
        """In full."""
        return full_kind(self.cleaned_data["subject"])

    def clean_target(self) -> Region | None:
        """A region of the register."""
        text = self.cleaned_data["target"].strip()
        if not text:
            return None
        found = list(Region.objects.filter(pk=text)) or list(Region.objects.filter(name=text)[:2])
        if len(found) != 1:
            raise forms.ValidationError(f"“{text}”认不得或不止一处，请写六位区划代码")
        return found[0]
