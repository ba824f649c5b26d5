"""Forms of the ledger."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.errors import UserError
from denggao.facts.identity import code_fault, normal_code, normal_name
from denggao.facts.titles import KINDS, full_kind
from denggao.web.accounts.models import Region, User
from denggao.web.accounts.roles import ROLES
from denggao.web.kit.forms import DayInput
from denggao.web.ledger.models import Enterprise, Import, Title
from denggao.web.ledger.sources import SOURCES
from denggao.web.ledger.values import Columns, read_typed

_ENDINGS = (".xlsx", ".csv")


class UploadForm(forms.Form):
    """A ledger to be read."""

    file = forms.FileField(label="台账文件", help_text=".xlsx 或 .csv，原样上传，不必先整理")
    mode = forms.ChoiceField(label="方式", choices=Import.Mode.choices)
    source = forms.ChoiceField(
        label="数据来源",
        choices=SOURCES,
        initial="ledger",
        help_text="两处说法不同时，来源级别高的算数；级别相同，后来的算数；两处都留着",
    )
    as_of = forms.DateField(
        label="申报日",
        widget=DayInput(),
        help_text="表头里的“上年”“前年”从这一天的年份往前数",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["as_of"].initial = timezone.localdate()

    def clean_file(self) -> Any:
        """What can be a ledger, and is not too large."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(_ENDINGS):
            raise forms.ValidationError("只收 .xlsx 和 .csv；别的格式请先另存为 .xlsx")
        if file.size > settings.MOST_UPLOADED:
            raise forms.ValidationError(
                f"文件超过 {settings.MOST_UPLOADED >> 20} MB，请分成几个文件"
            )
        return file


class UndoForm(forms.Form):
    """Why an import is taken back."""

    why = forms.CharField(label="理由", max_length=300)


def facts() -> dict[str, Fact]:
    """Those that can be stated by hand: not names and codes, certificates, personal data."""
    apart = {"uscc", "name", "former_names", "titles"}
    return {
        c: f for c, f in catalogue().items() if c not in apart and not (f.personal or f.of_unit)
    }


def told_columns(answers: QueryDict) -> dict[str, Any]:
    """What the page of an import was told about heads: 「fact:表头」 is a code or "ignore"."""
    told: dict[str, Any] = {}
    for key, code in answers.items():
        kind, _, head = key.partition(":")
        if kind != "fact" or not head or not code:
            continue
        fact, year = facts().get(code), answers.get(f"year:{head}", "")
        if code == "ignore":
            told[head] = None
        elif fact is not None:
            told[head] = {"fact": fact.name}
            if fact.yearly and year.isascii() and year.isdigit():
                told[head]["year"] = int(year)
            if fact.unit == "元" and answers.get(f"unit:{head}") in ("元", "万元"):
                told[head]["unit"] = answers[f"unit:{head}"]
    return told


class CorrectForm(forms.Form):
    """One value, typed by a person."""

    fact = forms.ChoiceField(label="事实")
    year = forms.IntegerField(
        label="年度", required=False, min_value=1990, max_value=2100, help_text="不分年度的不填"
    )
    value = forms.CharField(
        label="数值",
        required=False,
        max_length=1000,
        help_text="金额按万元填；是否类填“是”或“否”；留空表示不掌握",
    )
    source = forms.ChoiceField(label="依据", choices=SOURCES, initial="corrected")
    why = forms.CharField(label="理由", max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["fact"].choices = [
            (code, f"{fact.name}（{_unit(fact)}）") for code, fact in facts().items()
        ]
        self.columns = Columns()

    def clean(self) -> dict[str, Any]:
        """The value must fit its fact, and the year too."""
        cleaned = super().clean() or self.cleaned_data
        fact = facts().get(cleaned.get("fact", ""))
        if fact is None:
            return cleaned
        if fact.yearly and not cleaned.get("year"):
            self.add_error("year", f"{fact.name}是年度数据，要填年度")
        if not fact.yearly and cleaned.get("year"):
            self.add_error("year", f"{fact.name}不分年度，这里不填")
        try:
            self.columns = read_typed(fact, cleaned.get("value") or "")
        except UserError as error:
            self.add_error("value", str(error))
        return cleaned


def _unit(fact: Fact) -> str:
    year = "每年，" if fact.yearly else ""
    return year + ("万元" if fact.unit == "元" else fact.unit)


class EnterpriseForm(forms.ModelForm):
    """What tells an enterprise apart, places it, and who looks after it."""

    why = forms.CharField(label="理由", max_length=300)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Enterprise
        fields: ClassVar = ["name", "uscc", "region", "zone", "owner"]

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        scope = user.region
        places = Region.objects.filter(path__startswith=scope.path if scope else "none")
        if scope is not None and scope.kind == Region.Kind.ZONE:
            places = places | Region.objects.filter(pk=self.instance.region_id)
        self.fields["region"].queryset = places.filter(kind=Region.Kind.DIVISION)
        zones = Region.objects.filter(kind=Region.Kind.ZONE)
        around = scope.path if scope and scope.kind != Region.Kind.ZONE else ""
        self.fields["zone"].queryset = zones.filter(path__startswith=around[:14])
        people = User.objects.filter(is_active=True)
        self.fields["owner"].queryset = people.filter(
            unit__region__path__startswith=scope.path if scope else "none"
        )

    def clean_uscc(self) -> str | None:
        """Right, or none."""
        code = normal_code(self.cleaned_data["uscc"] or "")
        if code and (fault := code_fault(code)):
            raise forms.ValidationError(fault)
        return code or None


class NewEnterpriseForm(EnterpriseForm):
    """A firm that is not in the ledger yet: a lead, a newcomer."""

    why = forms.CharField(
        label="来历", max_length=300, help_text="走访发现、企业来电、街道上报、招商引进……"
    )

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(user, *args, **options)
        del self.fields["seen"]
        self.fields["uscc"].help_text = "十八位；还不掌握就空着，以后在“变更企业”里补"
        self.fields["zone"].empty_label = "不在功能区"
        self.fields["owner"].empty_label = "还没有定"
        self.initial["owner"] = user.pk
        self.user, scope = user, user.region
        if scope is not None and scope.kind == Region.Kind.ZONE:
            self.fields["region"].queryset = Region.objects.filter(pk=scope.parent_id)
            self.initial |= {"region": scope.parent_id, "zone": scope.pk}
            self.fields["zone"].required = True  # else nobody of the zone would see the firm
        elif scope is not None:
            self.initial["region"] = scope.pk

    def clean(self) -> dict[str, Any]:
        """Not a firm that the person has already, by name."""
        cleaned = super().clean() or self.cleaned_data
        key = normal_name(cleaned.get("name") or "")
        if key and Enterprise.objects.for_user(self.user).filter(name_key=key).exists():
            self.add_error("name", "台账里已有这个名称的企业，请在企业台账里查询")
        return cleaned


class AccessForm(forms.Form):
    """Who may see a firm from outside the bureau: its own people, and experts sent to it."""

    users = forms.ModelMultipleChoiceField(
        label="企业人员和专家",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只列出角色是“企业”或“专家”的账号；没有的先请系统管理员开账号",
    )
    why = forms.CharField(label="理由", max_length=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        outside = [
            user.pk
            for user in User.objects.filter(is_active=True)
            if any(ROLES[code].scope == "own" for code in user.roles if code in ROLES)
        ]
        self.fields["users"].queryset = User.objects.filter(pk__in=outside)


class TitleForm(forms.ModelForm):
    """A certificate."""

    why = forms.CharField(label="依据", max_length=300, help_text="公告文号、证书原件……")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Title
        fields: ClassVar = [
            *("kind", "number", "issued_on", "valid_to", "cancelled_on", "issuer", "event")
        ]
        widgets: ClassVar = {day: DayInput() for day in ("issued_on", "valid_to", "cancelled_on")}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(kind, kind) for kind in dict.fromkeys(KINDS.values())]
        self.fields["kind"] = forms.ChoiceField(label="资格类型", choices=kinds)
        events = ["", "首次", "重新", "更名", "迁入", "取消"]
        self.fields["event"] = forms.ChoiceField(
            label="类别", choices=[(event, event or "—") for event in events], required=False
        )

    def clean_kind(self) -> str:
        """In full."""
        return full_kind(self.cleaned_data["kind"])

    def clean(self) -> dict[str, Any]:
        """Ends after it begins."""
        cleaned = super().clean() or self.cleaned_data
        issued, until = cleaned.get("issued_on"), cleaned.get("valid_to")
        if issued and until and until < issued:
            self.add_error("valid_to", "早于发证日期，请核对哪一个写错了")
        return cleaned
