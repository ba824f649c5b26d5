"""联席会议: members, meetings, minutes, decisions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from denggao.facts.errors import UserError
from denggao.web.accounts.access import requires
from denggao.web.kit.days import day_of
from denggao.web.kit.numbers import key_of
from denggao.web.kit.paging import page_of
from denggao.web.supervision.actions import StaleError
from denggao.web.supervision.actions import meetings as actions
from denggao.web.supervision.forms import DecisionForm, MeetingForm, MemberForm
from denggao.web.supervision.models import Decision, Meeting, Member


@requires("planning.view")
def meetings(request: HttpRequest) -> HttpResponse:
    """会议"""
    found = Meeting.objects.for_user(request.user).prefetch_related("decisions__task")
    page = page_of(request, found, 20)
    rows = [
        (m, len(m.decisions.all()), sum(hasattr(d, "task") for d in m.decisions.all()))
        for m in page.rows
    ]
    context = {"page": page, "rows": rows, "tab": "meetings"}
    return render(request, "supervision/meetings.html", context)


@requires("planning.edit")
def new(request: HttpRequest) -> HttpResponse:
    """登记会议"""
    form = MeetingForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_meeting(by=request.user, values=form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:tasks-meeting", made.pk)
    context = {"form": form, "title": "登记会议", "tab": "meetings"}
    return render(request, "supervision/form.html", context)


def _mine(request: HttpRequest, pk: int) -> Meeting:
    found: Meeting = get_object_or_404(Meeting.objects.for_user(request.user), pk=pk)
    return found


@requires("planning.view")
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """一次会议"""
    found = _mine(request, pk)
    return render(request, "supervision/meeting.html", _context(found, DecisionForm()))


def _context(found: Meeting, form: DecisionForm) -> dict[str, object]:
    rows = [(d, getattr(d, "task", None)) for d in found.decisions.select_related("task")]
    members = Member.objects.filter(region=found.region).on(found.on)
    return {
        "meeting": found, "decisions": rows, "form": form, "members": members, "tab": "meetings",
    }  # fmt: skip


@requires("planning.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """写纪要"""
    found = _mine(request, pk)
    form = MeetingForm(request.POST or None, instance=found)
    version = request.POST.get("version", str(found.version))
    context = {"form": form, "title": f"纪要：{found}", "tab": "meetings", "version": found.version}
    if request.method == "POST" and form.is_valid():
        kept = Meeting.objects.get(pk=pk)  # the form has written its values into the other
        try:
            actions.write_minutes(
                by=request.user, meeting=kept, version=key_of(version),
                values=form.cleaned_data,
            )  # fmt: skip
        except StaleError:
            form.add_error(None, "您打开这一页之后，别人改过这份纪要，没有保存；请再看一次")
            return render(request, "supervision/form.html", context, status=409)
        return redirect("supervision:tasks-meeting", pk)
    return render(request, "supervision/form.html", context)


@require_POST
@requires("planning.edit")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """登记议定事项"""
    found = _mine(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            actions.add_decision(by=request.user, meeting=found, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:tasks-meeting", pk)
    return render(request, "supervision/meeting.html", _context(found, form))


@require_POST
@requires("planning.edit")
def to_task(request: HttpRequest, pk: int) -> HttpResponse:
    """转任务"""
    found = get_object_or_404(Decision.objects.for_user(request.user), pk=pk)
    try:
        made = actions.make_task(by=request.user, decision=found)
    except UserError as error:
        messages.error(request, str(error))
        return redirect("supervision:tasks-meeting", found.meeting_id)
    messages.success(request, "已转成任务")
    return redirect("supervision:tasks-one", made.pk)


@requires("planning.view")
def members(request: HttpRequest) -> HttpResponse:
    """成员单位, on any day"""
    on = day_of(request.GET.get("on", "")) or timezone.localdate()
    form = MemberForm(request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST" and "planning.edit" in request.user.permissions and form.is_valid():
        try:
            actions.add_members(by=request.user, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
        else:
            return redirect("supervision:tasks-members")
    every = Member.objects.for_user(request.user)
    context = {
        "on": on, "members": every.on(on), "past": every.exclude(until=None), "form": form,
        "tab": "members",
    }  # fmt: skip
    return render(request, "supervision/members.html", context)


@require_POST
@requires("planning.edit")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """退出成员单位"""
    found = get_object_or_404(Member.objects.for_user(request.user), pk=pk)
    until = day_of(request.POST.get("until", "")) or timezone.localdate()
    try:
        actions.end_member(by=request.user, member=found, until=until)
    except UserError as error:
        messages.error(request, str(error))
    return redirect("supervision:tasks-members")
