"""状态看板: one status and one next action for each firm; the eve of the deadline; pass rates."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis.materials import materials
from denggao.diagnosis.workflow import EDIT, STATES, STEPS
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework import sheets
from denggao.web.casework.actions import cases as actions
from denggao.web.casework.forms import IntentForm, firms_named
from denggao.web.casework.models import Batch, Case
from denggao.web.casework.queries import batches as calendar
from denggao.web.casework.queries import cases as queries
from denggao.web.casework.views.common import DOCX, batch_of, file, form_page
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.days import day_of
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.ledger.actions import note_export
from denggao.web.ledger.exports import write_list
from denggao.web.ledger.search import named

#: Steps that many firms can take at once; the others are taken on the firm's own page.
_TOGETHER = ("coach", "prepare", "submit", "expert", "publicise")
#: Beside them: all materials of each firm were looked at and are there.
_PAPERS = "papers"
_SHOWN = 12


@requires("casework.view")
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """状态看板"""
    found = batch_of(request, pk)
    asked = {key: request.GET.get(key, "").strip() for key in ("state", "text", "gate")}
    rows = _asked(queries.of_batch(request.user, found), asked)
    page = page_of(request, rows, 100)
    counts = queries.counts(request.user, found)
    context = {
        "batch": found, "asked": asked, "page": page, "counts": counts,
        "total": sum(count for _, count in counts), "tab": "board",
        "lines": queries.lines(page.rows, page.first), "moves": list(found.moves.all()),
        "count": calendar.countdown(found.deadline, timezone.now()),
        "together": [*((c, STEPS[c].name) for c in _TOGETHER), (_PAPERS, "材料都已核齐")],
        "may_edit": EDIT in request.user.permissions, "own": _is_own(request, found),
    }  # fmt: skip
    return render(request, "casework/board.html", context)


def _is_own(request: HttpRequest, found: Batch) -> bool:
    region = request.user.region
    return region is not None and region.contains(found.region)


def _asked(rows: Any, asked: dict[str, str]) -> Any:
    if asked["state"] in STATES:
        rows = rows.filter(state=asked["state"])
    if asked["gate"] == "ready":
        rows = rows.filter(open_rules=[], lacking=[], checked_at__isnull=False)
    elif asked["gate"] == "open":
        rows = rows.exclude(open_rules=[], lacking=[])
    if asked["text"]:
        from denggao.web.ledger.models import Enterprise

        rows = rows.filter(enterprise__in=Enterprise.objects.filter(named(asked["text"])))
    return rows


@requires("casework.edit")
def intents(request: HttpRequest, pk: int) -> HttpResponse:
    """登记意向"""
    found = batch_of(request, pk)
    form = IntentForm(request.user, request.POST or None)
    back = reverse("casework:batch", args=[pk])
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        firms, unclear = firms_named(request.user, told.pop("firms"))
        made, refused = actions.register(by=request.user, batch=found, firms=firms, values=told)
        actions.check(by=request.user, cases=made)
        if made:
            messages.success(request, f"已登记 {len(made)} 户意向")
        for said in [*unclear, *refused][:_SHOWN]:
            messages.error(request, f"没有登记：{said}")
        if not unclear and not refused:
            return redirect(back)
    return form_page(request, form, f"{found} 登记意向", back, button="登记")


@require_POST
@requires("casework.edit")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """重新核对关口"""
    found = batch_of(request, pk)
    rows = list(queries.of_batch(request.user, found).filter(state__in=queries.OPEN))
    ready = actions.check(by=request.user, cases=rows)
    messages.success(request, f"核对了 {len(rows)} 户，{ready} 户关口都过")
    return redirect("casework:batch", pk)


@require_POST
@requires("casework.edit")
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """办理所选: the same step for each firm that was ticked, each by itself"""
    found = batch_of(request, pk)
    code = request.POST.get("step", "")
    if code not in (*_TOGETHER, _PAPERS):
        messages.error(request, "请选择要办的一步")
        return redirect("casework:batch", pk)
    chosen = {key_of(text) for text in request.POST.getlist("case")}
    rows = list(queries.of_batch(request.user, found).filter(pk__in=chosen))
    if not rows:
        messages.error(request, "请先勾选企业")
        return redirect("casework:batch", pk)
    told = actions.Told(
        why=request.POST.get("why", "")[:300], day=day_of(request.POST.get("day", ""))
    )
    done, refused = _each(request, rows, code, told)
    if done:
        name = STEPS[code].name if code in STEPS else "材料都已核齐"
        messages.success(request, f"“{name}”已办 {done} 户")
    for said in refused[:_SHOWN]:
        messages.error(request, said)
    if len(refused) > _SHOWN:
        messages.error(request, f"……共 {len(refused)} 户没有办")
    return redirect("casework:batch", pk)


def _each(
    request: HttpRequest, rows: list[Case], code: str, told: actions.Told
) -> tuple[int, list[str]]:
    done, refused = 0, []
    for row in rows:
        try:
            if code == _PAPERS:
                states = {item.code: ("ready", "") for item in materials(row.title)}
                actions.set_materials(by=request.user, case=row, version=row.version, states=states)
            else:
                actions.step(by=request.user, case=row, version=row.version, code=code, told=told)
            done += 1
        except UserError as error:
            said = str(error)
            name = row.enterprise.name
            refused.append(f"没有办：{said}" if name in said else f"没有办：{name} {said}")
        except Conflict:
            refused.append(f"没有办：{row.enterprise} 别人刚刚办过")
    return done, refused


@requires("ledger.export")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """导出看板"""
    found = batch_of(request, pk)
    rows = [
        [
            line.number, line.case.enterprise.name, line.case.enterprise.uscc or "",
            line.case.enterprise.region.name, line.case.stage.name, line.todo,
            "；".join(line.rules), "；".join(line.lacking), line.case.adviser,
            line.case.responsible.place if line.case.responsible else queries.NOBODY,
            _minute(line.case.filed_at),
        ]
        for line in queries.lines(queries.of_batch(request.user, found))
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "board.xlsx"
        count = write_list(target, found.name, sheets.BOARD, rows)
        data = target.read_bytes()
    note_export(by=request.user, what=f"{found} 看板", count=count)
    return file(data, f"{found} 看板.xlsx")


def _minute(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


@requires("casework.view")
def eve(request: HttpRequest, pk: int) -> HttpResponse:
    """截止前夜表: by leader, who is ready and what is missing"""
    found = batch_of(request, pk)
    leaders = queries.eve(request.user, found)
    context = {
        "batch": found, "leaders": leaders, "tab": "eve",
        "ready": sum(line.is_ready for _, rows in leaders for line in rows),
        "total": sum(len(rows) for _, rows in leaders),
        "count": calendar.countdown(found.deadline, timezone.now()), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "casework/eve.html", context)


@requires("ledger.export")
def eve_file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """截止前夜表 as Excel or Word"""
    found = batch_of(request, pk)
    writers = {"xlsx": sheets.eve_workbook, "docx": sheets.eve_word}
    if ending not in writers:
        raise Http404
    leaders = queries.eve(request.user, found)
    data = writers[ending](found, leaders, timezone.now())
    count = sum(len(rows) for _, rows in leaders)
    note_export(by=request.user, what=f"{found} 截止前夜表", count=count)
    kind = {"kind": DOCX} if ending == "docx" else {}
    return file(data, f"{found} 截止前夜表.{ending}", **kind)


@requires("casework.view")
def statistics(request: HttpRequest) -> HttpResponse:
    """通过率: by batch, field and adviser; fewer than five as counts alone"""
    rows = Case.objects.for_user(request.user).select_related("batch__region")
    asked = request.GET.get("year", "")
    years = sorted(set(rows.order_by().values_list("year", flat=True).distinct()), reverse=True)
    if key_of(asked) in years:
        rows = rows.filter(year=int(asked))
    cases = list(rows)
    batches = list(Batch.objects.for_user(request.user).filter(year__in={c.year for c in cases}))
    context = {
        "asked": asked, "years": years, "tab": "statistics",
        "funnel": queries.funnel(cases, batches),
        "tables": [
            ("按批次", queries.rates(cases, lambda c: str(c.batch))),
            ("按技术领域", queries.rates(cases, lambda c: c.field or "未填")),
            ("按辅导人或机构", queries.rates(cases, lambda c: c.adviser or "未填")),
        ],
    }  # fmt: skip
    return render(request, "casework/statistics.html", context)
