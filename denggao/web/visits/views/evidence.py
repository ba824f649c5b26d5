"""证据链核对: a firm's workbook is checked, nothing of it is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from denggao.diagnosis.evidence import form as official
from denggao.diagnosis.evidence.case import Case, Fault
from denggao.diagnosis.evidence.reading import read_case
from denggao.diagnosis.evidence.tables import shares
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.ledger import exports
from denggao.web.ledger.models import Enterprise, Value
from denggao.web.visits.views import firm_of


class EvidenceForm(forms.Form):
    """The workbook as the template has it."""

    file = forms.FileField(label="填好的工作簿", help_text="按空表填的 .xlsx；只核对，不保存")

    def clean_file(self) -> Any:
        """What can be one, and is not too large."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(".xlsx"):
            raise forms.ValidationError("只收 .xlsx")
        if file.size > settings.MOST_UPLOADED:
            raise forms.ValidationError(f"文件超过 {settings.MOST_UPLOADED >> 20} MB")
        return file


@requires("casework.edit")
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """证据链核对 of one firm; with ``application`` its 认定申请书 to copy"""
    firm = firm_of(request, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"tab": "", "firm": firm, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            case, problems = _read(form.cleaned_data["file"], firm)
        except UserError as error:
            form.add_error("file", str(error))
        else:
            context["problems"] = problems
            if case is not None:
                case, more, _ = official.filled(case, _facts(firm))
                if "application" in request.POST:
                    return _application(case, more)
                context |= {
                    "case": case, "faults": [*official.all_faults(case), *more],
                    "shares": [share.words for share in shares(case)],
                }  # fmt: skip
    return render(request, "visits/evidence.html", context)


@requires("casework.edit")
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook"""
    from denggao.documents.evidence.template import write_template

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "template.xlsx"
        write_template(target)
        return exports.download(target, "证据链核对空表.xlsx")


def _read(file: Any, firm: Enterprise) -> tuple[Case | None, list[Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name).name[-100:]
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        case, problems = read_case(path)
    if case is not None and firm.uscc and case.uscc != firm.uscc:
        raise UserError(f"这份工作簿的信用代码是 {case.uscc}，不是 {firm} 的 {firm.uscc}")
    return case, problems


def _facts(firm: Enterprise) -> dict[str, int]:
    """The ledger's amounts of the firm, in 分."""
    values = Value.objects.filter(enterprise=firm, fact__in=official.FACTS.values())
    return {value.key: value.number for value in values if value.number is not None}


def _application(case: Case, more: list[Fault]) -> HttpResponse:
    from denggao.documents.evidence.application import write_application

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "application.xlsx"
        write_application(target, case, more)
        return exports.download(target, f"{case.name}认定申请书照抄本.xlsx")
