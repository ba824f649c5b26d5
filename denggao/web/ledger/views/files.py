"""我的文件: what was ordered, how far it is, and the file itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.ledger import files as ordered
from denggao.web.ledger.models import OrderedFile

_MOST = 50


def order(request: HttpRequest, maker: str, name: str, parameters: dict[str, Any]) -> HttpResponse:
    """Have a file made and show where it will be."""
    try:
        ordered.order(by=request.user, maker=maker, name=name, parameters=parameters)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, f"“{name}”数据较多，在后台生成，好了在这里下载")
    return redirect("ledger:files")


@requires("ledger.export")
def files(request: HttpRequest) -> HttpResponse:
    """我的文件"""
    return render(request, "ledger/files.html", _listed(request))


@requires("ledger.export", counts=False)
def rows(request: HttpRequest) -> HttpResponse:
    """The same list for htmx, as long as something is being made"""
    return render(request, "ledger/files_list.html", _listed(request))


def _listed(request: HttpRequest) -> dict[str, Any]:
    found = list(OrderedFile.objects.for_user(request.user)[:_MOST])
    making = any(file.state == OrderedFile.State.MAKING for file in found)
    return {"files": found, "making": making, "days": ordered.DAYS}


@requires("ledger.export")
def file(request: HttpRequest, pk: int) -> Any:
    """下载"""
    found = get_object_or_404(OrderedFile.objects.for_user(request.user), pk=pk)
    if not found.is_there:
        messages.error(request, f"“{found}”还没有生成，或已过 {ordered.DAYS} 天清理了；请重新导出")
        return redirect("ledger:files")
    return FileResponse(found.path.open("rb"), as_attachment=True, filename=found.name)
