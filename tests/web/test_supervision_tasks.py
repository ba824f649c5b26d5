"""任务督办, meetings and agendas: states, deadlines, history, and who may do what."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.planning.models import PlanItem, PlanTask, PlanTaskUnit, PlanText
from denggao.web.supervision import queries
from denggao.web.supervision.actions import StaleError, meetings, tasks
from denggao.web.supervision.models import Decision, Escalation, Meeting, Member, Progress, Task
from tests.web.conftest import QILIHE

Users = Callable[..., User]
Enter = Callable[[User], Client]
DAY = datetime.timedelta(days=1)


@pytest.fixture
def today() -> datetime.date:
    return timezone.localdate()


@pytest.fixture
def make_task(clerk: User, today: datetime.date) -> Callable[..., Task]:
    """A task with a deadline so many days from today."""

    def make(text: str = "办一件事", due: int | None = None, **more: object) -> Task:
        day = None if due is None else today + due * DAY
        known = {"units": ["工信局", "税务局"], "leader": "甲局长", "source": "领导交办"}
        return tasks.add_task(
            by=clerk, text=text, due=day, made_on=today - 60 * DAY, **(known | more)  # type: ignore[arg-type]
        )  # fmt: skip

    return make


def test_overdue_escalates_by_days_that_can_be_set(
    clerk: User, make_task: Callable[..., Task], today: datetime.date
) -> None:
    days = queries.escalation(clerk)
    levels = {due: days.level(make_task(due=due), today) for due in (None, 8, 7, 0, -1, -6, -7)}
    assert levels == {
        None: "", 8: "", 7: "将到期", 0: "将到期", -1: "督办", -6: "督办", -7: "通报",
    }  # fmt: skip
    set_ = tasks.set_escalation(by=clerk, remind=3, supervise=5, circulate=30)
    assert [set_.level(t, today) for t in Task.objects.filter(due__lt=today)] == [
        "督办", "督办", "逾期",
    ]  # fmt: skip
    with pytest.raises(UserError, match="不能少于"):
        tasks.set_escalation(by=clerk, remind=3, supervise=5, circulate=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.update(circulate=0)


def test_stuck_needs_a_reason_also_in_the_database(
    clerk: User, make_task: Callable[..., Task]
) -> None:
    task = make_task()
    with pytest.raises(UserError, match="原因"):
        tasks.bring_forward(by=clerk, task=task, version=1, text="停", state="stuck")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(state="stuck")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(state="done")
    tasks.bring_forward(by=clerk, task=task, version=1, text="停", state="stuck", reason="缺场地")
    task.refresh_from_db()
    assert (task.state, task.reason) == ("stuck", "缺场地")


def test_taken_up_again_it_keeps_its_history(
    clerk: User, make_task: Callable[..., Task], today: datetime.date
) -> None:
    task = make_task(due=3)
    tasks.bring_forward(
        by=clerk, task=task, version=1, text="办完", state="done", files=[("证.txt", b"x")]
    )
    task.refresh_from_db()
    assert task.done_on == today
    tasks.bring_forward(by=clerk, task=task, version=2, text="材料不全", state="running")
    task.refresh_from_db()
    assert (task.state, task.done_on, task.version) == ("running", None, 3)
    notes = list(Progress.objects.filter(task=task))
    assert [(n.before, n.after, n.is_reopening) for n in notes] == [
        ("done", "running", True), ("waiting", "done", False),
    ]  # fmt: skip
    assert notes[1].evidence.get().name == "证.txt"
    assert AuditRow.objects.filter(action="重新办理任务").count() == 1


def test_two_at_once_one_is_told(
    clerk: User, make_task: Callable[..., Task], sign_in: Enter
) -> None:
    task = make_task()
    tasks.bring_forward(by=clerk, task=task, version=1, text="一", state="running")
    with pytest.raises(StaleError):
        tasks.bring_forward(by=clerk, task=task, version=1, text="二", state="done")
    where = reverse("supervision:tasks-progress", args=[task.pk])
    told = {"text": "三", "state": "done", "version": "1"}
    answer = sign_in(clerk).post(where, told)
    assert answer.status_code == 409
    assert "别人改过" in answer.content.decode()
    change = {"leader": "乙", "why": "换人", "version": "1"}
    where = reverse("supervision:tasks-change", args=[task.pk])
    assert sign_in(clerk).post(where, change).status_code == 409
    task.refresh_from_db()
    assert (task.state, task.leader) == ("running", "甲局长")


def test_a_clerk_reports_progress_with_a_file(
    clerk: User, make_task: Callable[..., Task], sign_in: Enter, make_user: Users
) -> None:
    task, client = make_task(due=-9), sign_in(clerk)
    file = SimpleUploadedFile("佐证.txt", "内容".encode())
    told = {"text": "进行中", "state": "running", "version": "1", "evidence": file}
    client.post(reverse("supervision:tasks-progress", args=[task.pk]), told)
    kept = Progress.objects.get(task=task).evidence.get()
    got = client.get(reverse("supervision:tasks-evidence", args=[kept.pk]))
    assert got.content.decode() == "内容"
    reminder = {"unit": "工信局", "way": "电话", "answer": "周五前报"}
    client.post(reverse("supervision:tasks-remind", args=[task.pk]), reminder)
    page = client.get(reverse("supervision:tasks-one", args=[task.pk])).content.decode()
    assert all(word in page for word in ("佐证.txt", "周五前报", "通报 9 天", "工信局（牵头）"))
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    for name, pk in (("tasks-one", task.pk), ("tasks-evidence", kept.pk)):
        assert other.get(reverse(f"supervision:{name}", args=[pk])).status_code == 404


def test_lists_rankings_and_files(
    clerk: User, make_task: Callable[..., Task], sign_in: Enter, today: datetime.date
) -> None:
    import docx
    import openpyxl

    late, undated = make_task("逾期的任务", due=-9), make_task("没有期限的", leader="")
    done = make_task("办完的任务", due=-3, units=["税务局"])
    tasks.bring_forward(by=clerk, task=done, version=1, text="完", state="done")
    client = sign_in(clerk)
    for view, expected in (
        ("late", [late]), ("undated", [undated]), ("done", [done]), ("open", [late, undated]),
        ("supervised", [late]),
    ):  # fmt: skip
        assert list(queries.tasks(clerk, today, view=view)) == expected
    page = client.get(reverse("supervision:tasks"), {"view": "late"}).content.decode()
    assert "逾期的任务" in page
    assert "办完的任务" not in page
    ranking = queries.ranking(queries.tasks(clerk, today), today)
    assert [(s.name, s.total, s.done, s.late) for s in ranking] == [
        ("税务局", 1, 1, 0), ("工信局", 2, 0, 1),
    ]  # fmt: skip
    assert sum(s.total for s in queries.ranking(queries.tasks(clerk, today), today, "leader")) == 3
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(reverse("supervision:tasks-export")).content)
    )
    assert {row[1] for row in book.active.values} >= {"逾期的任务", "没有期限的", "办完的任务"}
    for name, words in (("tasks-circular", "逾期的任务"), ("tasks-agenda", "没有期限的任务")):
        answer = client.get(reverse(f"supervision:{name}"), {"as": "docx"})
        document = docx.Document(io.BytesIO(answer.content))
        cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
        assert any("逾期的任务" in cell for cell in cells), words


def test_the_agenda_is_by_leader(
    clerk: User, make_task: Callable[..., Task], today: datetime.date, sign_in: Enter
) -> None:
    make_task("甲的逾期", due=-1)
    make_task("乙的本周", due=3, leader="乙局长")
    make_task("乙的下月", due=40, leader="乙局长")
    tasks.add_task(by=clerk, text="新的", units=["工信局"], leader="", due=None, source="手")
    found = {a.leader: a for a in queries.agendas(clerk, today)}
    assert list(found) == ["甲局长", "乙局长", queries.NO_LEADER]
    assert [t.text for t in found["甲局长"].late] == ["甲的逾期"]
    assert [t.text for t in found["乙局长"].due] == ["乙的本周"]
    assert [t.text for t in found[queries.NO_LEADER].new] == ["新的"]
    page = sign_in(clerk).get(reverse("supervision:tasks-agenda"), {"on": f"{today}"})
    assert "乙的下月" not in page.content.decode()


# --- where tasks come from -----------------------------------------------------------------------


def test_a_decision_becomes_a_task_once(
    clerk: User, sign_in: Enter, today: datetime.date, make_user: Users
) -> None:
    client = sign_in(clerk)
    values = {"title": "第一次调度会", "on": f"{today}", "chair": "甲"}
    client.post(reverse("supervision:tasks-meeting-new"), values)
    meeting = Meeting.objects.get()
    decided = {"text": "摸清底数", "units": "科技局、税务局", "leader": "甲", "due": f"{today}"}
    client.post(reverse("supervision:tasks-meeting-decide", args=[meeting.pk]), decided)
    decision = Decision.objects.get()
    where = reverse("supervision:tasks-from-decision", args=[decision.pk])
    client.post(where)
    client.post(where)
    task = Task.objects.get()
    assert (task.text, task.lead, task.leader, task.due) == ("摸清底数", "科技局", "甲", today)
    assert [u.name for u in task.units.all()] == ["科技局", "税务局"]
    with pytest.raises(UserError, match="已经转成"):
        meetings.make_task(by=clerk, decision=decision)
    leader = sign_in(make_user("leader", "leader"))
    assert leader.post(where).status_code == 403


def test_minutes_are_not_overwritten_unseen(
    clerk: User, sign_in: Enter, today: datetime.date
) -> None:
    meeting = meetings.add_meeting(by=clerk, values={"title": "会", "on": today})
    where = reverse("supervision:tasks-meeting-edit", args=[meeting.pk])
    told = {"title": "会", "on": f"{today}", "minutes": "甲写的", "version": "1"}
    assert sign_in(clerk).post(where, told).status_code == 302
    answer = sign_in(clerk).post(where, told | {"minutes": "乙写的"})
    assert answer.status_code == 409
    meeting.refresh_from_db()
    assert (meeting.minutes, meeting.version) == ("甲写的", 2)


def test_membership_on_a_day(clerk: User, today: datetime.date) -> None:
    first, second = meetings.add_members(
        by=clerk, units=["科技局", "税务局"], since=today - 9 * DAY
    )
    meetings.end_member(by=clerk, member=second, until=today - 2 * DAY)
    on = lambda day: {m.name for m in Member.objects.for_user(clerk).on(day)}  # noqa: E731
    assert on(today - 10 * DAY) == set()
    assert on(today - 2 * DAY) == {"科技局", "税务局"}
    assert on(today) == {"科技局"}
    with pytest.raises(UserError, match="已经是成员"):
        meetings.add_members(by=clerk, units=["科技局"], since=today)
    meetings.add_members(by=clerk, units=["税务局"], since=today)
    with pytest.raises(UserError, match="不能到"):
        meetings.end_member(by=clerk, member=first, until=today - 30 * DAY)


def _plan(clerk: User, head: User, region: str) -> PlanTask:
    plan = PlanText.objects.create(
        title="某方案", file="方案.txt", kind="txt", content=b"x", digest=region * 8,
        text="一、摸底",
        region_id=region, state="adopted", by=clerk, submitted_by=clerk, decided_by=head,
        submitted_at=timezone.now(), decided_at=timezone.now(),
    )  # fmt: skip
    item = PlanItem.objects.create(
        plan=plan, number=1, start=2, end=4, quote="摸底", kind="task", said={},
        decision="confirmed", decided_by=clerk, decided_at=timezone.now(),
    )  # fmt: skip
    task = PlanTask.objects.create(plan=plan, item=item, no="1", title="摸清底数", due=None)
    PlanTaskUnit.objects.create(task=task, name="税务局")
    PlanTaskUnit.objects.create(task=task, name="科技局", leads=True)
    return task


def test_a_plans_tasks_are_taken_once_with_their_place(
    clerk: User, make_user: Users, sign_in: Enter
) -> None:
    head = make_user("head", "head")
    _plan(clerk, head, "620102")
    _plan(clerk, head, QILIHE)
    client = sign_in(clerk)
    assert "1 项任务还没有转过来" in client.get(reverse("supervision:tasks")).content.decode()
    for _ in range(2):
        client.post(reverse("supervision:tasks-take"))
    task = Task.objects.get()
    assert (task.lead, task.source) == ("科技局", "《某方案》任务1")
    page = client.get(reverse("supervision:tasks-one", args=[task.pk])).content.decode()
    assert "原文第 2～4 字" in page
    assert "摸底" in page
    assert queries.waiting_plan_tasks(clerk) == []
