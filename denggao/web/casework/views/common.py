"""What the department's pages share."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from denggao.web.casework.models import Batch, Case

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CHANGED = "您打开这一页之后，别人已经办过或改过，这次没有办；请看看现在的情况再办"


def batch_of(request: HttpRequest, pk: int) -> Batch:
    """A batch that this person works on, or 404."""
    return get_object_or_404(Batch.objects.for_user(request.user), pk=pk)


def own_batch(request: HttpRequest, pk: int) -> Batch:
    """A batch that this person may change, or 404."""
    return get_object_or_404(Batch.objects.own(request.user), pk=pk)


def case_of(request: HttpRequest, pk: int) -> Case:
    """An application of a firm that this person may see, or 404."""
    found = Case.objects.for_user(request.user)
    found = found.select_related("enterprise__owner", "batch__region", "leader")
    return get_object_or_404(found, pk=pk)


def file(data: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    """The answer that makes the browser save a file under a Chinese name."""
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def form_page(
    request: HttpRequest, form: forms.BaseForm, title: str, back: str, *, status: int = 200,
    button: str = "保存", **more: Any,
) -> HttpResponse:  # fmt: skip
    """A page with one form."""
    context = {"form": form, "title": title, "back": back, "button": button, **more}
    context["has_file"] = any(isinstance(f, forms.FileField) for f in form.fields.values())
    return render(request, "casework/form.html", context, status=status)


def conflict(request: HttpRequest, back: str) -> HttpResponse:
    """Somebody else was quicker: a readable page with 409."""
    context = {"back": back, "said": CHANGED}
    return render(request, "409.html", context, status=409)
