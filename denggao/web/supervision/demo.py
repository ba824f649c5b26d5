"""The demonstration's supervision: tasks of the plan and of a meeting, eight weekly reports with
something to explain in each, and a scoring sheet in two dated versions."""

from __future__ import annotations

import datetime
from importlib.resources import files

from django.utils import timezone

from denggao.facts.catalogue import catalogue
from denggao.web.accounts.models import User
from denggao.web.assessments import drafts
from denggao.web.assessments.facts import ledger_of
from denggao.web.ledger import actions as ledger
from denggao.web.ledger import holding, importing
from denggao.web.ledger.models import Enterprise, Import, Title
from denggao.web.ledger.values import Columns
from denggao.web.planning.demo import HIGH_TECH, PROVINCIAL, SMALL
from denggao.web.supervision import queries
from denggao.web.supervision.actions import meetings, reports, tasks
from denggao.web.supervision.models import Task

WEEKS = 8
_WEEK = datetime.timedelta(days=7)
_MEMBERS = ("县科技局、县发展改革局、县工业和信息化局、县财政局、县人力资源社会保障局、"
            "县自然资源局、县商务局、县市场监管局、县统计局、县税务局")  # fmt: skip
_DECIDED = (
    ("梳理已到期未续的企业，逐户说明原因", "县科技局、县税务局", "分管副县长", 9),
    ("核对研发费用申报与汇算清缴的差异", "县税务局、县统计局", "分管副县长", 16),
    ("制定首席服务官走访安排", "县科技局", "县科技局局长", 40),
)
_LAW = "高新技术企业认定"


def fill(user: User, as_of: datetime.date) -> None:
    """Everything above, once; a clerk compiles, ``user`` signs, the last report still waits."""
    clerk = User.objects.get(username="demo-jingban")
    today = timezone.localdate()
    friday = today - datetime.timedelta(days=(today.weekday() - 4) % 7)
    days = [friday - _WEEK * back for back in range(WEEKS - 1, -1, -1)]
    brought = _two_firms(clerk, as_of)
    _tasks(clerk, days[0])
    _sheets(clerk, user)
    reports.set_basis(
        by=user, why="按片区归口",
        values={"since": days[0], "place": "zone", "kinds": [PROVINCIAL, HIGH_TECH], "laws": []},
    )  # fmt: skip
    for number, day in enumerate(days, 1):
        _week(number, day, user, clerk, brought)
        report = reports.compile_report(by=clerk, as_of=day)
        if number < WEEKS:
            reports.sign(by=user, report=report)


def _week(number: int, day: datetime.date, user: User, clerk: User, brought: Import) -> None:
    """What happened in the week that ends on the day, besides titles won and lost."""
    match number:
        case 2:
            _late_title(clerk, day)
        case 3:
            _finish(clerk, 0, day)
        case 4:
            ledger.undo(by=clerk, source=brought, why="两户企业不在本县，导错了")
        case 5:
            reports.set_basis(
                by=user, why="增加科技型中小企业和可核实条件都符合的户数",
                values={"since": day, "place": "zone", "kinds": [SMALL, PROVINCIAL, HIGH_TECH],
                        "laws": [_LAW]},
            )  # fmt: skip
        case 6:
            _corrected_date(clerk)
        case 7:
            _corrected_figure(clerk, day)
        case 8:
            _finish(clerk, 1, day)


# --- the ledger ----------------------------------------------------------------------------------


def _two_firms(clerk: User, as_of: datetime.date) -> Import:
    """Two firms that will turn out to have been brought in by mistake."""
    assert clerk.region is not None
    lines = ["企业名称,资格类型,证书编号,发证日期,有效期至"]
    for number, name in enumerate(("模拟县误录甲科技有限公司", "模拟县误录乙科技有限公司"), 1):
        lines.append(f"{name},高新技术企业,GR20259909{number:04d},2025-11-10,2028-11-09")
    source = ledger.bring(
        by=clerk, name="补报名单.csv", chunks=["\r\n".join(lines).encode("utf-8-sig")],
        region=clerk.region, mode="add", source="ledger", as_of=as_of,
    )  # fmt: skip
    importing.check(source.pk)
    source.refresh_from_db()
    ledger.confirm(by=clerk, source=source, without_wrong=True)
    importing.commit(source.pk)
    source.refresh_from_db()
    return source


def _late_title(clerk: User, day: datetime.date) -> None:
    """A certificate of months ago that nobody had told of."""
    firm = Enterprise.objects.for_user(clerk).exclude(titles__kind=PROVINCIAL).first()
    assert firm is not None
    issued = day - 20 * _WEEK
    values = {"kind": PROVINCIAL, "number": f"MN{firm.pk:06d}", "issued_on": issued,
              "valid_to": issued + datetime.timedelta(days=1095)}  # fmt: skip
    ledger.add_title(
        by=clerk, enterprise=firm, version=firm.version, values=values, why="企业补报证书"
    )


def _corrected_date(clerk: User) -> None:
    """A certificate whose last day had been typed a year short."""
    today = timezone.localdate()
    lapsed = Title.objects.for_user(clerk).filter(
        kind=HIGH_TECH, withdrawn=False, event="", valid_to__lt=today - 10 * _WEEK
    )
    without = Enterprise.objects.exclude(holding.holders(HIGH_TECH, today)).values("pk")
    title = lapsed.filter(enterprise__in=without).order_by("-valid_to").first()
    if title is None:
        return
    firm = title.enterprise
    right = today + datetime.timedelta(days=700)
    ledger.withdraw_title(by=clerk, title=title, why="有效期至录错")
    values = {"kind": title.kind, "number": title.number, "issued_on": title.issued_on,
              "valid_to": right, "issuer": title.issuer}  # fmt: skip
    ledger.add_title(
        by=clerk, enterprise=firm, version=firm.version, values=values, why="按证书原件更正"
    )


def _corrected_figure(clerk: User, day: datetime.date) -> None:
    """The R&D cost of a firm that met every countable condition was a tenth of what was typed."""
    from denggao.diagnosis.weekly.figures import firms_of
    from denggao.web.supervision.standing import rules_on

    book, keys = ledger_of(Enterprise.objects.for_user(clerk))
    fact, year = catalogue()["rd_expense"], day.year - 1
    stated = book.columns.get(f"rd_expense@{year}", [None] * len(keys))
    found = firms_of(book, rules_on(clerk, day), day)
    for key, firm, value in zip(keys, found, stated, strict=True):
        if _LAW in firm.ready and value:
            enterprise = Enterprise.objects.get(pk=key)
            ledger.correct(
                by=clerk, enterprise=enterprise, version=enterprise.version, fact=fact, year=year,
                columns=Columns(number=value // 10), source="corrected", why="单位看错，多了一位",
            )  # fmt: skip
            return


# --- tasks and the sheet -------------------------------------------------------------------------


def _tasks(clerk: User, first: datetime.date) -> None:
    """Those of the plan, and those that a meeting decided."""
    begun = first - 3 * _WEEK
    tasks.take_plan(by=clerk, tasks=queries.waiting_plan_tasks(clerk), on=begun)
    meetings.add_members(by=clerk, units=meetings.names(_MEMBERS), since=begun)
    meeting = meetings.add_meeting(by=clerk, values={
        "title": "高企培育联席会议第一次调度会", "on": first + datetime.timedelta(days=3),
        "place": "县政府会议室", "chair": "分管副县长", "present": "各成员单位",
        "minutes": "听取各单位进展，议定三项。（模拟数据）",
    })  # fmt: skip
    for text, units, leader, days in _DECIDED:
        decision = meetings.add_decision(
            by=clerk, meeting=meeting, text=text, units=units, leader=leader,
            due=meeting.on + datetime.timedelta(days=days),
        )  # fmt: skip
        meetings.make_task(by=clerk, decision=decision)


def _finish(clerk: User, number: int, day: datetime.date) -> None:
    """One of the meeting's tasks gets done."""
    task = Task.objects.for_user(clerk).exclude(decision=None).order_by("pk")[number]
    tasks.bring_forward(
        by=clerk, task=task, version=task.version, text="已经办完，材料附后。（模拟数据）",
        state=Task.State.DONE, on=day, files=[("办理情况.txt", "模拟数据".encode())],
    )  # fmt: skip


def _sheets(clerk: User, user: User) -> None:
    """Both versions of the scoring sheet, put in force by the other person."""
    folder = files("denggao.demo").joinpath("sheets")
    for sheet in sorted(folder.iterdir(), key=lambda path: path.name):
        if sheet.name.endswith(".md"):
            draft = drafts.keep(by=clerk, text=sheet.read_text(encoding="utf-8"))
            drafts.decide(by=user, draft=draft, adopt=True)
