"""What the pages of the department share: the object of the person's own region, the page for
somebody who came second, files to be saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.ledger.actions import Conflict

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHANGED = "您打开这一页之后，别人已经办过这一步，没有再办一次"


def mine(request: HttpRequest, model: Any, pk: int) -> Any:
    """The object, where it is of the person's region; else there is no such page."""
    return get_object_or_404(model.objects.for_user(request.user), pk=pk)


def somebody_else(request: HttpRequest, error: Exception, back: str) -> HttpResponse:
    """409: what was to be done is done, or can no longer be."""
    context = {"why": str(error) or _CHANGED, "back": back}
    return render(request, "money/conflict.html", context, status=409)


def act(
    request: HttpRequest, do: Callable[[], Any], back: str, done: str | Callable[[Any], str]
) -> HttpResponse:
    """Do it and go back: with what was done (which may depend on what came of it), with what is
    wrong, or with the page for somebody who came second."""
    try:
        came = do()
    except UserError as error:
        messages.error(request, str(error))
    except Conflict as error:
        return somebody_else(request, error, back)
    else:
        messages.success(request, done if isinstance(done, str) else done(came))
    return redirect(back)


def first_fault(form: Any) -> str:
    """What is wrong with a form, in one line."""
    for name, faults in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        return f"{label}：{faults[0]}" if label else str(faults[0])
    return "没有填对"


def saved(data: bytes, name: str) -> HttpResponse:
    """The answer that makes the browser save a file under a Chinese name."""
    answer = HttpResponse(data, content_type=WORD if name.endswith(".docx") else XLSX)
    ending = name.rsplit(".", 1)[-1]
    said = f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{quote(name)}"
    answer.headers["Content-Disposition"] = said
    return answer


@transaction.atomic
def note_export(request: HttpRequest, name: str, of: models.Model | None = None) -> None:
    """Files that leave are in the audit."""
    audit.record(
        by=request.user, action="导出奖补文件", of=of, name="" if of else name, new={"file": name}
    )
