"""首页 · 今天: each line is what its page lists, only of one's own region, by few queries."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis import review
from denggao.diagnosis.calendar import end_of
from denggao.documents.forecast_wording import probability
from denggao.web.accounts import audit, today
from denggao.web.accounts.models import AuditRow, User
from denggao.web.accounts.today import LATE, SOON, Line
from denggao.web.casework.models import Batch, Case, JointReview, Recommendation
from denggao.web.ledger.models import Enterprise, Import, OrderedFile, PendingRow, Title, Value
from denggao.web.money.models import Run
from denggao.web.planning import figures
from denggao.web.planning.models import Forecast, Goal, PlanText, Quota, Revision
from denggao.web.supervision.models import Meeting, Report, Task, TaskUnit
from denggao.web.visits.models import Planned, Round, Ticket, WeekPlan
from tests.web.conftest import CHENGGUAN, QILIHE
from tests.web.worlds import build

MOST = 30  # queries of the page, whoever looks
KIND = "高新技术企业"
_DAY = datetime.timedelta(days=1)


@pytest.fixture
def maker(make_user: Callable[..., User]) -> User:
    """Whoever has entered everything that another person must decide."""
    return make_user("maker", "clerk")


def fill(by: User, region: str, first: int, count: int) -> None:
    """So many firms, with something of every kind that waits about each."""
    on, now = timezone.localdate(), timezone.now()
    said = {"region_id": region, "by": by}
    batch, _ = Batch.objects.get_or_create(
        title=KIND, year=on.year, number=1, region_id=region,
        defaults={"deadline": end_of(on + 5 * _DAY), "words": "", "by": by},
    )  # fmt: skip
    brought = {"mode": "upsert", "source": "ledger", "as_of": on, "size": 1}
    done = Import.objects.create(
        file="旧", digest=f"d{first}", state="committed", committed_by=by, committed_at=now,
        **brought, **said,
    )  # fmt: skip
    week = WeekPlan.objects.create(
        monday=on - on.weekday() * _DAY, deadline=on, state="done", **said
    )
    for n in range(first, first + count):
        firm = Enterprise.objects.create(name=f"{region}第{n}户", region_id=region, made_by=by)
        fact = {"enterprise": firm, "fact": "staff", "year": 2025, "number": 10}
        told = firm.statements.create(**fact, rank=40, by=by)
        Value.objects.create(**fact, statement=told, disputed=True)
        Title.objects.create(
            enterprise=firm, kind=KIND, issued_on=on - 900 * _DAY, valid_to=on + 30 * _DAY, by=by
        )
        Import.objects.create(
            file=f"{n}", digest=f"{region}{n}", state="checked", **brought, **said
        )
        PendingRow.objects.create(
            source=done, region_id=region, name=firm.name, uscc="", rows=[], candidates=[], why=""
        )
        about = {"title": KIND, "year": on.year, "batch": batch, "made_by": by}
        Case.objects.create(enterprise=firm, state=("review", "coaching")[n % 2], **about)
        Planned.objects.create(plan=week, enterprise=firm, place=n)
        for days in (30, 6):  # long past the seven days of an answer, and nearly there
            at = now - days * _DAY
            Ticket.objects.create(enterprise=firm, text="急", running_since=at, by=by)
        Ticket.objects.create(enterprise=firm, text="急", state="done", by=by)
        Round.objects.create(name=f"{n}", **said)
        Run.objects.create(name=f"{n}", as_of=on, source="titles", state="computed", **said)
        plan = {"kind": "txt", "content": b"", "text": "", "title": f"{n}", "file": ""}
        PlanText.objects.create(
            digest=f"{n}", state="submitted", submitted_by=by, submitted_at=now, **plan, **said
        )
        Revision.objects.create(since=on, why=f"{n}", **said)
        for due in (on - _DAY, on + 3 * _DAY):
            task = Task.objects.create(text=f"{n}", source="", due=due, made_on=on, **said)
            TaskUnit.objects.create(task=task, name=by.unit.name)
        Report.objects.create(
            as_of=on - 7 * n * _DAY, content=b"", digest="", stand=b"", stand_digest="", head="",
            **said,
        )  # fmt: skip
        Meeting.objects.create(title=f"{n}", on=on, **said)


def goal(by: User, target: int) -> Goal:
    """Titles held at the end of this year."""
    year = timezone.localdate().year
    made = Goal.objects.create(
        region_id=CHENGGUAN, name=KIND, tier=KIND, how="stock", first=year, year=year
    )
    since = datetime.date(year, 1, 1)
    revision = Revision.objects.create(
        region_id=CHENGGUAN, since=since, why="年初", state="adopted", by=by,
        decided_by=User.objects.exclude(pk=by.pk).first(), decided_at=timezone.now(),
    )  # fmt: skip
    Quota.objects.create(goal=made, revision=revision, number=target * 10_000)
    return made


def lines(user: User) -> Iterator[tuple[str, Line]]:
    found = today.of(User.objects.get(pk=user.pk), timezone.localdate())
    for group in found.groups:
        for line in group.lines:
            yield group.heading, line


def said(user: User) -> dict[str, int]:
    return {line.what: line.count for _, line in lines(user)}


# --- what it says --------------------------------------------------------------------------------


def test_before_there_is_a_ledger_the_steps_are_first(
    everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    for user in everybody.values():
        assert sign_in(user).get("/").url == reverse("welcome")


def test_nothing_to_do_is_said_in_one_quiet_line(
    everybody: dict[str, User], sign_in: Callable[..., Client], make_firm: Callable[..., Any]
) -> None:
    make_firm("模拟甲")
    for code, user in everybody.items():
        page = sign_in(user).get("/").content.decode()
        assert ("没有要办的" in page) == (not list(lines(user))), code
        assert not re.search(r"<b>0<", page), code
    assert said(everybody["clerk"]) == {}


def test_every_number_is_what_its_page_lists(
    maker: User, everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    """Of every line whose page is a list with a total: the same number."""
    fill(maker, CHENGGUAN, 0, 3)
    fill(maker, QILIHE, 0, 2)
    compared = set()
    for code in ("clerk", "head", "leader"):
        client = sign_in(everybody[code])
        for _, line in lines(everybody[code]):
            answer = client.get(line.url)
            assert answer.status_code == 200, line
            page = answer.context.get("page")
            if page is not None and "/batches/" not in line.url:
                assert page.total == line.count, line
                compared.add(line.what)
    assert len(compared) >= 12, compared


def test_what_waits_for_whom(maker: User, everybody: dict[str, User]) -> None:
    fill(maker, CHENGGUAN, 0, 3)
    clerk, head, leader = (said(everybody[code]) for code in ("clerk", "head", "leader"))
    of_batch = f"{KIND}{timezone.localdate().year}年第一批"
    assert clerk["导入等待确认"] == clerk["拿不准是哪一户，等待认定"] == 3
    assert clerk["来源说法不一的企业"] == clerk["没有责任人，90 天内证书到期"] == 3
    assert clerk[f"{of_batch}，还有 5 天截止，还没提交"] == 1
    assert clerk[f"{of_batch}，等各部门联审意见"] == 2
    assert clerk["本周计划走访，还没有去"] == clerk["诉求超期没有答复"] == 3
    assert clerk["诉求快到答复期限"] == clerk["诉求办结，等待回访"] == 3
    assert clerk["测算等待复核"] == clerk["专家指派方案等待审核"] == 3
    assert clerk[f"{maker.unit}的逾期任务"] == clerk[f"{maker.unit}的快到期的任务"] == 3
    assert "计划文本等待审核下达" not in clerk
    assert head["计划文本等待审核下达"] == head["目标分解等待审核下达"] == 3
    assert sum("等待签发" in what for what in head) == 3
    assert "导入等待确认" not in leader
    assert "测算等待复核" not in leader
    assert leader["计划文本等待审核下达"] == 3
    assert said(everybody["partner"]) == said(everybody["company"]) == {}


def test_nobody_is_asked_to_decide_what_he_made(maker: User) -> None:
    fill(maker, CHENGGUAN, 0, 2)
    maker.roles = ["head"]
    maker.save()
    found = said(maker)
    decided = ("测算等待复核", "计划文本等待审核下达", "目标分解等待审核下达")
    assert not found.keys() & set(decided)
    assert not [what for what in found if "等待签发" in what]


def test_nothing_of_another_district(
    maker: User, everybody: dict[str, User], make_user: Callable[..., User],
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    fill(maker, CHENGGUAN, 0, 2)
    build(QILIHE, "别家标记MNBJWXQK", make_user("far", "clerk", region=QILIHE))
    before = {code: said(user) for code, user in everybody.items()}
    fill(maker, QILIHE, 0, 3)
    for code, user in everybody.items():
        assert said(user) == before[code], code
        assert "别家标记" not in sign_in(user).get("/").content.decode()
    other = make_user("other", "head", region=QILIHE)
    assert said(other)["来源说法不一的企业"] == 3


def test_mine_comes_first(maker: User, everybody: dict[str, User]) -> None:
    fill(maker, CHENGGUAN, 0, 3)
    clerk = everybody["clerk"]
    firm = Enterprise.objects.first()
    assert firm is not None
    firm.owner = clerk
    firm.save()
    found = [(line.what, line.count) for heading, line in lines(clerk) if heading == "三清单预警"]
    days = "90 天内证书到期"
    assert found == [
        (f"我负责的企业，{days}", 1),
        (f"没有责任人，{days}", 2),
        (f"全部企业，{days}", 3),
    ]


def test_a_renewed_certificate_warns_no_more(maker: User, everybody: dict[str, User]) -> None:
    fill(maker, CHENGGUAN, 0, 2)
    on = timezone.localdate()
    firm = Enterprise.objects.first()
    Title.objects.create(
        enterprise=firm, kind=KIND, issued_on=on, valid_to=on + 1000 * _DAY, by=maker
    )
    assert said(everybody["clerk"])["全部企业，90 天内证书到期"] == 1


def test_a_deadline_turns_from_near_to_late(maker: User, everybody: dict[str, User]) -> None:
    fill(maker, CHENGGUAN, 1, 1)
    on = timezone.localdate()
    tones = []
    for days in (40, 14, 0, -1):
        Batch.objects.update(deadline=end_of(on + days * _DAY))
        tones += [line.tone for _, line in lines(everybody["clerk"]) if "提交" in line.what]
    assert tones == ["", SOON, SOON, LATE]
    Batch.objects.update(deadline=end_of(on - 200 * _DAY))
    assert not [what for what in said(everybody["clerk"]) if "提交" in what]


def test_a_department_is_asked_for_its_own_opinions(
    maker: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    fill(maker, CHENGGUAN, 0, 4)
    partner = make_user("tax", "partner")
    assert partner.unit is not None
    partner.unit.name = "城关区税务局"
    partner.unit.save()
    batch, on = Batch.objects.get(), timezone.localdate()
    asked = [(case.enterprise.name, "") for case in Case.objects.filter(state="review")]
    sent = review.Review(str(batch), review.listed(asked)[0], {"税务": "有无"}, on - _DAY, "blocks")
    kept = JointReview.objects.create(
        batch=batch, kept=sent.as_text(), number=sent.id, due=on - _DAY, by=maker
    )
    ((_, line),) = lines(partner)
    assert (line.count, line.tone) == (2, LATE)
    page = sign_in(partner).get(line.url)
    assert len(page.context["rows"]) == 2
    case = Case.objects.filter(state="review").first()
    assert case is not None
    case.opinions.create(review=kept, department="税务", answer=review.YES, by=partner)
    assert [line.count for _, line in lines(partner)] == [1]


def test_a_list_waits_for_another_leader(maker: User, everybody: dict[str, User]) -> None:
    fill(maker, CHENGGUAN, 0, 4)
    batch = Batch.objects.get()
    listed = Recommendation.objects.create(
        batch=batch, region_id=CHENGGUAN, digest="", by=everybody["clerk"]
    )
    Case.objects.filter(state="review").update(recommendation=listed)
    assert said(everybody["leader"])[f"{batch}，推荐名单等待审定"] == 2
    assert f"{batch}，推荐名单等待审定" not in said(everybody["clerk"])


def test_files_that_were_ordered(clerk: User, make_firm: Callable[..., Any]) -> None:
    make_firm("模拟甲")
    for state in ("ready", "ready", "failed", "making"):
        OrderedFile.objects.create(user=clerk, maker="ledger.list", name="甲.xlsx", state=state)
    assert said(clerk) == {"导出的文件没有生成": 1, "导出的文件可以下载": 2}


# --- the chief, the administrators ---------------------------------------------------------------


def test_the_goals_are_those_of_the_board(
    maker: User, everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    fill(maker, CHENGGUAN, 0, 3)
    made = goal(maker, 5)
    leader, on = everybody["leader"], timezone.localdate()
    Forecast.objects.create(
        goal=made, as_of=on, target=5, state="done", seen=1, by=maker,
        result={"probability": 0.25, "median": 4},
    )  # fmt: skip
    found = figures.standing(leader, on)
    assert found is not None
    whole = found.lines[0].whole
    assert (whole.target, whole.done, whole.gap) == (5, 3, 2)
    page = sign_in(leader).get("/").content.decode()
    row = next(part for part in page.split("<tr>") if f"goal={made.pk}" in part)
    for text in ("5家", ">3</a>", ">2</td>", "60%", whole.pace_text, probability(0.25), "中位数 4"):
        assert text in row, text
    assert "目标</div>" not in sign_in(everybody["clerk"]).get("/").content.decode()


def test_the_auditor_sees_the_head_and_the_last_check(
    everybody: dict[str, User], sign_in: Callable[..., Client], make_firm: Callable[..., Any]
) -> None:
    make_firm("模拟甲")
    client = sign_in(everybody["audit"])
    sign_in(everybody["clerk"]).get(reverse("accounts:audit"))  # refused, and kept
    page = client.get("/").content.decode()
    assert audit.head() in page
    assert "还没有校验过" in page
    assert said(everybody["audit"]) == {"今天越权访问被拒": 1}
    client.post(reverse("accounts:audit-check"))
    row = AuditRow.objects.get(action=audit.CHECKED)
    assert (row.user, row.done, row.new["faults"]) == (everybody["audit"], True, 0)
    assert "完整" in client.get("/").content.decode()
    assert list(audit.faults()) == []


# --- what it costs -------------------------------------------------------------------------------


def counted(client: Client) -> int:
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_the_rows(
    maker: User, everybody: dict[str, User], sign_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    fill(maker, CHENGGUAN, 0, 2)
    goal(maker, 5)
    clients = {code: sign_in(user) for code, user in everybody.items()}
    few = {code: counted(client) for code, client in clients.items()}
    assert max(few.values()) <= MOST, few
    fill(maker, CHENGGUAN, 10, 12)
    assert {code: counted(client) for code, client in clients.items()} == few

    # the control: a department that asks for each of its rows
    def one_by_one(user: User, on: datetime.date) -> Iterator[Line]:
        for firm in Enterprise.objects.for_user(user):
            yield Line(firm.name, firm.titles.count(), "户", "/")

    planted = today.Provider("种下的", ("ledger.view",), one_by_one)
    monkeypatch.setattr(today, "PROVIDERS", [*today.PROVIDERS, planted])
    assert counted(clients["clerk"]) >= few["clerk"] + 12
