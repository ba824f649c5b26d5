"""联审: lists out, files back, opinions by login, and the list that is recommended."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.diagnosis import review as r
from denggao.documents.papers.naming import safe
from denggao.documents.review_workbook import write_answers, write_form
from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.casework.actions import reviews as actions
from denggao.web.casework.forms import DepartmentForm, ReturnForm, SendForm
from denggao.web.casework.models import Batch, Case, Department, JointReview, Recommendation
from denggao.web.casework.opinions import Said, answers_of, department_of, said_of
from denggao.web.casework.opinions import departments as asked_in
from denggao.web.casework.queries.cases import of_batch
from denggao.web.casework.views.common import batch_of, conflict, file, form_page
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.numbers import key_of
from denggao.web.ledger.actions import note_export

_STAGES = ("review", "recommended", "refused", "expert", "publicity", "objection", "issued",
           "failed", "appeal")  # fmt: skip


def _kept(request: HttpRequest, pk: int) -> JointReview:
    mine = Batch.objects.for_user(request.user)
    found = JointReview.objects.filter(batch__in=mine).select_related("batch__region", "by")
    return get_object_or_404(_own(request, found), pk=pk)


def _own(request: HttpRequest, found: Any) -> Any:
    """Lists that were sent out within the person's region."""
    region = request.user.region
    path = region.path if region else "none"
    return found.filter(by__unit__region__path__startswith=path)


def _in_review(request: HttpRequest, batch: Batch) -> list[Case]:
    return list(of_batch(request.user, batch).filter(state__in=_STAGES))


@requires("casework.view")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """联审"""
    batch = batch_of(request, pk)
    lists = list(_own(request, batch.reviews.select_related("by").order_by("-pk")))
    names = list(asked_in(request.user.region or batch.region))
    kept = lists[0] if lists else None
    if kept is not None:
        names = list(kept.review.questions)
    rows = [_row(said, names) for said in said_of(_in_review(request, batch))]
    waiting = [row for row in rows if row["case"].state == "review"]
    context = {
        "batch": batch, "tab": "review", "lists": lists, "kept": kept, "names": names,
        "rows": rows, "send": SendForm(), "back": ReturnForm(names),
        "unsent": sum(row["said"].review is None for row in waiting),
        "waiting": len(waiting), "departments": [_department(n, rows, kept) for n in names],
        "returned": list(kept.returned.select_related("by")[:20]) if kept else [],
        "may_edit": "casework.edit" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/review.html", context)


def _row(said: Said, names: list[str]) -> dict[str, Any]:
    return {
        "case": said.case, "said": said, "verdict": said.verdict, "why": said.why,
        "answers": [said.opinions.get(name) for name in names],
    }  # fmt: skip


def _department(name: str, rows: list[dict[str, Any]], kept: JointReview | None) -> dict[str, Any]:
    said = [o.answer for row in rows if (o := row["said"].opinions.get(name))]
    left = sum(row["said"].review is not None for row in rows) - len(said)
    late = kept is not None and timezone.localdate() > kept.due
    state = "没有发出" if kept is None else "已齐" if left <= 0 else "逾期" if late else "待反馈"
    return {"name": name, "yes": said.count(r.YES), "no": said.count(r.NO),
            "open": said.count(r.OPEN), "left": max(left, 0), "state": state}  # fmt: skip


@require_POST
@requires("casework.edit")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """发出名单"""
    batch = batch_of(request, pk)
    form = SendForm(request.POST)
    back = reverse("casework:batch-review", args=[pk])
    if not form.is_valid():
        return form_page(request, form, f"{batch} 发出联审名单", back, button="发出", status=422)
    rows = list(of_batch(request.user, batch).filter(state="review"))
    try:
        kept = actions.send_out(by=request.user, batch=batch, cases=rows, **form.cleaned_data)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"名单 {kept.number} 已定，请下载各部门的表发出")
    return redirect(back)


@requires("casework.edit")
def forms_file(request: HttpRequest, pk: int) -> HttpResponse:
    """各部门意见表: a sheet for each department, names and codes, no figure (N13)"""
    kept = _kept(request, pk)
    found = kept.review
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as package:
        for department in found.questions:
            path = Path(folder) / "form.xlsx"
            write_form(path, found, department)
            package.write(path, f"联审意见-{safe(department)}.xlsx")
    note_export(by=request.user, what=f"{kept} 意见表", count=len(found.firms))
    return file(packed.getvalue(), f"{kept.batch} 联审意见表.zip", "application/zip")


@require_POST
@requires("casework.edit")
def read_back(request: HttpRequest, pk: int) -> HttpResponse:
    """收回意见表"""
    kept = _kept(request, pk)
    form = ReturnForm(kept.review.questions, request.POST, request.FILES)
    back = reverse("casework:batch-review", args=[kept.batch_id])
    if not form.is_valid():
        return form_page(request, form, "收回意见表", back, button="读入", status=422)
    told = form.cleaned_data
    try:
        found = actions.read_back(
            by=request.user, kept=kept, department=told["department"], name=told["file"].name,
            data=told["file"].read(), corrects=told["corrects"],
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
        return redirect(back)
    except Conflict:
        return conflict(request, back)
    if found.state == found.State.TAKEN:
        messages.success(request, f"{found.department}：已采用 {found.taken} 条意见")
    else:
        messages.error(
            request, f"{found.department}：{len(found.problems)} 处不对，整份没有采用，逐格见下面"
        )
    return redirect(f"{back}#returned")


@requires("casework.edit")
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """联审汇总"""
    kept = _kept(request, pk)
    answers = answers_of(kept, _in_review(request, kept.batch))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "summary.xlsx"
        write_answers(path, answers, timezone.localdate())
        data = path.read_bytes()
    note_export(by=request.user, what=f"{kept} 汇总", count=len(answers.review.firms))
    return file(data, f"{kept.batch} 联审汇总.xlsx")


@requires("casework.review")
def opinions(request: HttpRequest, pk: int) -> HttpResponse:
    """填本部门意见"""
    batch = batch_of(request, pk)
    department = department_of(request.user)
    said = [s for s in said_of(_in_review(request, batch)) if s.review is not None]
    asked = [s for s in said if department in s.review.review.questions]  # type: ignore[union-attr]
    if request.method == "POST":
        return _given(request, batch, asked)
    question = asked[0].review.review.questions[department] if asked else ""  # type: ignore[union-attr]
    context = {
        "batch": batch, "tab": "opinions", "department": department, "question": question,
        "rows": [(s, s.opinions.get(department)) for s in asked], "answers": r.ANSWERS,
    }  # fmt: skip
    return render(request, "casework/opinions.html", context)


def _given(request: HttpRequest, batch: Batch, asked: list[Said]) -> HttpResponse:
    """Each answer that the page changed; the others stay as they are."""
    back, department, done = request.path, department_of(request.user), 0
    for said in asked:
        case, now = said.case, said.opinions.get(department)
        answer = request.POST.get(f"answer-{case.pk}", "")
        words = request.POST.get(f"words-{case.pk}", "").strip()[:300]
        if not answer or (now and (now.answer, now.words) == (answer, words)):
            continue
        seen = request.POST.get(f"seen-{case.pk}", "0")
        try:
            actions.give(
                by=request.user, kept=said.review, case=case, answer=answer, words=words,  # type: ignore[arg-type]
                seen=key_of(seen),
            )  # fmt: skip
            done += 1
        except UserError as error:
            messages.error(request, f"{case.enterprise}：{error}")
        except Conflict:
            return conflict(request, back)
    if done:
        messages.success(request, f"已保存 {done} 户的意见")
    return redirect(back)


@requires("casework.view")
def recommend(request: HttpRequest, pk: int) -> HttpResponse:
    """推荐名单: put together here, approved by another"""
    batch = batch_of(request, pk)
    rows = said_of(list(of_batch(request.user, batch).filter(state="review")))
    ready = [row for row in rows if row.verdict == "可以推荐"]
    if request.method == "POST":
        if "casework.edit" not in request.user.permissions:
            messages.error(request, "您的角色不能拟推荐名单")
            return redirect("casework:batch-recommend", pk)
        return _proposed(request, batch, ready)
    lists = Recommendation.objects.for_user(request.user).filter(batch=batch)
    context = {
        "batch": batch, "tab": "recommend", "rows": rows, "ready": ready,
        "blocked": [row for row in rows if row.verdict != "可以推荐"],
        "lists": [(one, list(one.cases.select_related("enterprise"))) for one in lists],
        "draft": lists.filter(state="draft").exists(),
        "may_edit": "casework.edit" in request.user.permissions,
        "may_approve": "casework.approve" in request.user.permissions,
    }  # fmt: skip
    return render(request, "casework/recommend.html", context)


def _proposed(request: HttpRequest, batch: Batch, ready: list[Said]) -> HttpResponse:
    back = reverse("casework:batch-recommend", args=[batch.pk])
    chosen = set(request.POST.getlist("case"))
    cases = [row.case for row in ready if str(row.case.pk) in chosen]
    try:
        actions.propose(by=request.user, batch=batch, cases=cases)
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, f"已拟名单 {len(cases)} 户，等另一人审定")
    return redirect(back)


def _listed(request: HttpRequest, pk: int) -> Recommendation:
    return get_object_or_404(Recommendation.objects.for_user(request.user), pk=pk)


@require_POST
@requires("casework.approve")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """审定推荐名单"""
    listed = _listed(request, pk)
    back = reverse("casework:batch-recommend", args=[listed.batch_id])
    try:
        count = actions.approve(by=request.user, listed=listed, version=_version(request))
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, f"已审定，{count} 户进入推荐")
    return redirect(back)


@require_POST
@requires("casework.approve")
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """退回推荐名单"""
    listed = _listed(request, pk)
    back = reverse("casework:batch-recommend", args=[listed.batch_id])
    why = request.POST.get("why", "")
    try:
        actions.send_back(by=request.user, listed=listed, version=_version(request), why=why)
    except UserError as error:
        messages.error(request, str(error))
    except Conflict:
        return conflict(request, back)
    else:
        messages.success(request, "已退回")
    return redirect(back)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@requires("casework.edit")
def departments(request: HttpRequest) -> HttpResponse:
    """联审部门: who is asked what"""
    region = request.user.region
    own = Department.objects.filter(region=region) if region else Department.objects.none()
    named = own.filter(name=request.GET.get("name", "")).first()
    form = DepartmentForm(request.user, request.POST or None, instance=named)
    if request.method == "POST" and region is not None and form.is_valid():
        actions.save_department(by=request.user, region=region, values=form.cleaned_data)
        messages.success(request, "已保存，以后发出的名单按这个征求")
        return redirect("casework:batch-departments")
    rows = own or [
        {"name": name, "question": question, "is_asked": True} for name, question in r.USUAL.items()
    ]
    context = {"form": form, "rows": rows, "own": bool(own), "tab": "departments"}
    return render(request, "casework/departments.html", context)
