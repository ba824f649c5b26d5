"""Forms of the department. Amounts are typed in 元 (budgets in 万元) and come out as whole 分."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from denggao.facts.eventwords import event_kinds
from denggao.rules.award import LEVELS
from denggao.web.accounts.models import Region, User
from denggao.web.assessments import measures
from denggao.web.kit.forms import DayInput
from denggao.web.ledger.models import Enterprise
from denggao.web.money import schemes
from denggao.web.money.models import Objection, Relief, Run

_ENDINGS = (".xlsx", ".csv")
_MOST_PASTED = 2 << 20


class FenField(forms.DecimalField):
    """An amount in ``unit`` 元 (1) or 万元 (10 000), exact to the 分; a whole number of 分."""

    def __init__(self, *, unit: int = 1, **options: Any) -> None:
        self.factor = 100 * unit
        places = len(str(self.factor)) - 1
        super().__init__(max_digits=15, decimal_places=places, min_value=0, **options)

    def clean(self, value: Any) -> int | None:
        """分, ``None`` for nothing."""
        told = super().clean(value)
        return None if told is None else int(told * Decimal(self.factor))


def day(label: str, **options: Any) -> forms.DateField:
    """A day; today where nothing else is said."""
    options.setdefault("initial", timezone.localdate)
    return forms.DateField(label=label, widget=DayInput(), **options)


def checked_file(file: Any) -> Any:
    """An upload that can be a list, and is not too large."""
    if file is None:
        return None
    if not file.name.lower().endswith(_ENDINGS):
        raise forms.ValidationError("只收 .xlsx 和 .csv；别的格式请先另存为 .xlsx")
    if file.size > settings.MOST_UPLOADED:
        raise forms.ValidationError(f"文件超过 {settings.MOST_UPLOADED >> 20} MB")
    return file


class RunForm(forms.Form):
    """A pay run: which events, which schemes, which day."""

    name = forms.CharField(label="名称", max_length=80)
    as_of = day("兑付日", help_text="有事项日期的，按那一天施行的办法算；没有的，按兑付日")
    source = forms.ChoiceField(label="事项来自", choices=Run.Source.choices, initial="titles")
    file = forms.FileField(
        label="名单文件", required=False,
        help_text="企业名称、统一社会信用代码、事项、事项日期，另按办法需要",
    )  # fmt: skip
    text = forms.CharField(
        label="粘贴名单", required=False, widget=forms.Textarea({"rows": 5}),
        help_text="从 Excel 连表头一起复制过来",
    )  # fmt: skip
    usual = forms.ChoiceField(
        label="没有写事项的按", required=False,
        help_text="名单没有“事项”一列，或企业只有一张证书、看不出首次还是重新认定时",
    )  # fmt: skip
    since = forms.DateField(
        label="只看这一天以后发的证书",
        required=False,
        widget=DayInput(),
        help_text="只对台账里的证书",
    )
    laws = forms.MultipleChoiceField(
        label="办法", required=False, widget=forms.SelectMultiple({"size": 6}),
        help_text="不选就是本辖区施行的全部办法，本局启用的也在内；按住 Ctrl 可多选",
    )  # fmt: skip
    before = forms.FileField(
        label="以前的发放记录",
        required=False,
        help_text="系统之外发过的，不再发；系统里发过的自动核对",
    )

    def __init__(self, *args: Any, region: Region | None, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [("", "（不指定）"), *((k, k) for k in event_kinds())]
        self.fields["usual"].choices = kinds
        self.fields["laws"].choices = list(schemes.known_schemes(region))

    def clean_file(self) -> Any:
        """As any upload."""
        return checked_file(self.cleaned_data["file"])

    def clean_before(self) -> Any:
        """As any upload."""
        return checked_file(self.cleaned_data["before"])

    def clean_text(self) -> str:
        """Not more than can be meant."""
        text: str = self.cleaned_data["text"]
        if len(text) > _MOST_PASTED:
            raise forms.ValidationError("粘贴的太多，请存成文件上传")
        return text

    def asked(self) -> dict[str, Any]:
        """As ``actions.start`` takes it."""
        told = dict(self.cleaned_data)
        file, text, before = told.pop("file"), told.pop("text"), told.pop("before")
        if told["source"] == "list" and file is not None:
            told |= {"list_name": file.name, "content": file.read()}
        elif told["source"] == "paste":
            told |= {"list_name": "粘贴.csv", "content": text.strip().encode()}
        if before is not None:
            told |= {"before_name": before.name, "before": before.read()}
        return told


class WhyForm(forms.Form):
    """A reason."""

    why = forms.CharField(label="理由", max_length=180)


class PublishForm(forms.Form):
    """公示."""

    on = day("公示日")
    days = forms.IntegerField(label="公示几个工作日", min_value=1, max_value=60, initial=5)
    contact = forms.CharField(label="异议受理", max_length=120, help_text="单位、地址和办公电话")


class PayForm(forms.Form):
    """拨付."""

    paid_on = day("付款日期")
    reference = forms.CharField(label="凭证号", max_length=60)
    district = forms.ChoiceField(label="付哪些", required=False)

    def __init__(self, *args: Any, districts: list[str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        told = [("", "全部待付"), *((d, f"只付 {d}") for d in districts or ())]
        self.fields["district"].choices = told


class ObjectionForm(forms.Form):
    """异议."""

    who = forms.CharField(label="提出人", max_length=60)
    on = day("提出日期")
    number = forms.IntegerField(
        label="公示表第几号", required=False, min_value=1, help_text="对整份名单的，空着"
    )
    text = forms.CharField(label="异议内容", max_length=500)


class DecideForm(forms.Form):
    """What came of an objection."""

    outcome = forms.ChoiceField(
        label="结果", choices=[c for c in Objection.Outcome.choices if c[0] != "open"]
    )
    answer = forms.CharField(label="核实情况", max_length=180)


class ReverseForm(forms.Form):
    """追回."""

    on = day("追回日期")
    reference = forms.CharField(label="凭证号", max_length=60)
    why = forms.CharField(label="理由", max_length=180)


class BudgetForm(forms.Form):
    """A budget; ``version`` 0 for a new one."""

    scheme = forms.ChoiceField(label="办法")
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    level = forms.ChoiceField(label="出资级次", choices=[(x, x) for x in LEVELS])
    fen = FenField(label="预算（万元）", unit=10_000)
    document = forms.CharField(label="下达文件", max_length=120, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput(), required=False, initial=0)

    def __init__(self, *args: Any, region: Region | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scheme"].choices = list(schemes.known_schemes(region))
        self.fields["year"].initial = timezone.localdate().year


class TrialForm(forms.Form):
    """A text to be tried."""

    own = forms.ChoiceField(
        label="本局还没有启用的办法", required=False,
        help_text="在“法条与规则”里提交、还没有启用的拟稿",
    )  # fmt: skip
    text = forms.CharField(
        label="或者粘贴办法（登高文本）", widget=forms.Textarea({"rows": 14}), required=False,
        help_text="征求意见稿也行",
    )  # fmt: skip

    def __init__(self, *args: Any, region: Region | None, **options: Any) -> None:
        super().__init__(*args, **options)
        drafts = measures.drafted(region) if region else []
        told = [(str(o.pk), f"{o.short}（{o.by} {timezone.localdate(o.at)} 拟）") for o in drafts]
        self.fields["own"].choices = [("", "（不选，用粘贴的）"), *told]
        self.texts = {str(o.pk): o.text for o in drafts}

    def clean(self) -> dict[str, Any]:
        """One of the two: the text that is to be tried."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        own, pasted = told.get("own", ""), told.get("text", "").strip()
        if bool(own) == bool(pasted):
            raise forms.ValidationError("拟稿和粘贴的办法，请选一样")
        return {"text": self.texts[own] if own else pasted}


class VoucherForm(forms.Form):
    """申领. The firm is found by name or code among those that the person sees."""

    firm = forms.CharField(label="企业名称或信用代码", max_length=120)
    number = forms.CharField(label="券号", max_length=40)
    face = FenField(label="券面额（元）", help_text="元，不是万元")
    issued_on = day("申领日期")
    valid_to = forms.DateField(label="有效期至", required=False, widget=DayInput())

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_firm(self) -> Enterprise:
        """Exactly one firm."""
        return one_firm(self.user, self.cleaned_data["firm"])


def one_firm(user: User, text: str) -> Enterprise:
    """The firm of this name or code. Raises ValidationError where there is none, or several."""
    from denggao.facts.identity import normal_code, normal_name

    firms = Enterprise.objects.for_user(user)
    found = list(firms.filter(uscc=normal_code(text))[:2]) or list(
        firms.filter(name_key=normal_name(text))[:2]
    )
    if len(found) == 1:
        return found[0]
    raise forms.ValidationError(
        "同名的不止一户，请写信用代码" if found else "台账里没有这户企业，请写全称或信用代码"
    )


class ContractForm(forms.Form):
    """登记合同."""

    provider = forms.CharField(label="服务机构", max_length=120)
    contract = forms.CharField(label="合同编号", max_length=60)
    contract_fen = FenField(label="合同金额（元）")


class InvoiceForm(forms.Form):
    """登记发票."""

    invoice = forms.CharField(label="发票号码", max_length=60)
    invoice_fen = FenField(label="发票金额（元）")


class ProofForm(forms.Form):
    """登记佐证."""

    proof = forms.CharField(
        label="佐证材料", max_length=300, help_text="服务成果、付款凭证、验收单等"
    )


class AmountForm(forms.Form):
    """审核."""

    fen = FenField(label="核定金额（元）")


class VoucherPublishForm(forms.Form):
    """公示."""

    on = day("公示日")
    days = forms.IntegerField(label="公示几个工作日", min_value=1, max_value=60, initial=5)


class NothingForm(forms.Form):
    """审定: a button."""


class VoucherPayForm(forms.Form):
    """兑付."""

    on = day("付款日期")
    reference = forms.CharField(label="凭证号", max_length=60)


#: What each step of a voucher asks for.
VOUCHER_FORMS: dict[str, type[forms.Form]] = {
    "contract": ContractForm,
    "invoice": InvoiceForm,
    "prove": ProofForm,
    "review": AmountForm,
    "publish": VoucherPublishForm,
    "approve": NothingForm,
    "pay": VoucherPayForm,
    "refuse": WhyForm,
}


class ReliefForm(forms.Form):
    """One amount let off."""

    name = forms.CharField(label="企业或载体", max_length=120)
    carrier = forms.CharField(label="所在载体", max_length=120, required=False)
    kind = forms.ChoiceField(label="类别", choices=Relief.Kind.choices)
    period = forms.CharField(label="所属期", max_length=30, help_text="如 2020 或 2020年上半年")
    fen = FenField(label="金额（元）", required=False, help_text="不掌握的空着，不要写 0")
    source = forms.CharField(label="来源", max_length=200, help_text="哪份文件、谁报的")


class FileForm(forms.Form):
    """A workbook."""

    file = forms.FileField(label="文件")

    def clean_file(self) -> Any:
        """As any upload."""
        return checked_file(self.cleaned_data["file"])
