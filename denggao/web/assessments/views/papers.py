"""Papers of one firm, by one click."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.access import requires
from denggao.web.assessments import papers, queries
from denggao.web.kit.days import day_of
from denggao.web.ledger.models import Enterprise


@requires("ledger.export")
def paper(request: HttpRequest, pk: int, kind: str, ending: str) -> HttpResponse:
    """诊断报告或一企一策"""
    firm = get_object_or_404(Enterprise.objects.for_user(request.user), pk=pk)
    if kind not in papers.KINDS or ending not in papers.FORMATS:
        raise Http404("没有这种文书")
    as_of = day_of(request.GET.get("as_of", "")) or timezone.localdate()
    law = request.GET.get("law", "") or queries.LADDER[1]
    try:
        made = papers.paper(firm, kind, law, as_of, request.user.region or firm.region)
        data = papers.printed(made, ending)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("assessments:pool-verdict", firm.pk)
    name = f"{firm.name}-{papers.KINDS[kind]}.{ending}"
    with transaction.atomic():
        audit.record(by=request.user, action="导出文书", of=firm, new={"file": name})
    answer = HttpResponse(data, content_type=papers.FORMATS[ending])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
