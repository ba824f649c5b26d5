"""资格的一生: events, moves, notices matched and never merged, 净增, annual reports."""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis.announced import of_text
from denggao.diagnosis.calendar import SHANGHAI, certificate_end
from denggao.facts.errors import UserError
from denggao.facts.titles import held
from denggao.web.accounts.models import Region, User
from denggao.web.casework.actions import titles
from denggao.web.casework.models import Announced, Announcement, AnnualReport, Case, TitleEvent
from denggao.web.casework.queries import titles as queries
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.ledger.search import LADDER
from tests.web.books import code
from tests.web.cases import TITLE, add_batch, add_firms, in_review, take
from tests.web.conftest import CHENGGUAN, LANZHOU, QILIHE

Day = datetime.date
Kind = TitleEvent.Kind
ISSUED = Day(2023, 10, 16)


@pytest.fixture
def firm(clerk: User) -> Enterprise:
    """Recognised on 16 October 2023."""
    (made,) = add_firms(clerk, 1)
    titles.enter(by=clerk, enterprise=made, kind=Kind.FIRST, subject=TITLE, on=ISSUED,
                 number="GR202362000123", why="甘科高函〔2023〕1号")  # fmt: skip
    return made


def papers(firm: Enterprise) -> list[Title]:
    return list(firm.titles.filter(withdrawn=False))


def on(firm: Enterprise, day: Day) -> bool | None:
    return held([t.held() for t in papers(firm)], TITLE, day)


def test_recognition_and_renewal(clerk: User, firm: Enterprise) -> None:
    (paper,) = papers(firm)
    assert (paper.issued_on, paper.valid_to) == (ISSUED, Day(2026, 10, 15))
    assert (on(firm, Day(2026, 10, 15)), on(firm, Day(2026, 10, 16))) == (True, False)
    assert titles.recognition(firm, TITLE, Day(2026, 9, 1)) == Kind.RENEWED
    titles.enter(by=clerk, enterprise=firm, kind=Kind.RENEWED, subject=TITLE,
                 on=Day(2026, 9, 1), number="GR202662000001", why="公告")  # fmt: skip
    assert on(firm, Day(2029, 8, 31)) is True
    with pytest.raises(Conflict):
        titles.enter(by=clerk, enterprise=firm, kind=Kind.RENEWED, subject=TITLE,
                     on=Day(2026, 9, 1), number="GR202662000001", why="公告")  # fmt: skip


def test_a_renaming_keeps_number_and_validity(clerk: User, firm: Enterprise) -> None:
    before = [(t.number, t.issued_on, t.valid_to) for t in papers(firm)]
    titles.enter(by=clerk, enterprise=firm, kind=Kind.RENAMED, subject=TITLE,
                 on=Day(2025, 3, 1), new_name="模拟新名有限公司", why="更名公告")  # fmt: skip
    firm.refresh_from_db()
    assert firm.name == "模拟新名有限公司"
    former = firm.former_names.get()
    assert (former.name, former.until) == ("模拟县第1号科技有限公司", Day(2025, 3, 1))
    assert [(t.number, t.issued_on, t.valid_to) for t in papers(firm)] == before
    assert on(firm, Day(2026, 10, 15)) is True


def test_a_whole_move_in_keeps_its_expiry(clerk: User) -> None:
    (firm,) = add_firms(clerk, 1)
    told = {"by": clerk, "enterprise": firm, "kind": Kind.MOVED_IN, "subject": TITLE,
            "number": "GR202335001234", "why": "整体迁入公告"}  # fmt: skip
    with pytest.raises(UserError, match="原发证日期"):
        titles.enter(on=Day(2025, 5, 1), **told)
    paper = {"issued_on": Day(2023, 9, 1), "valid_to": Day(2026, 8, 31)}
    with pytest.raises(UserError, match="有效期内"):
        titles.enter(on=Day(2026, 9, 1), **paper, **told)
    titles.enter(on=Day(2025, 5, 1), **paper, **told)
    (made,) = papers(firm)
    assert (made.valid_to, made.event, made.number) == (*(Day(2026, 8, 31), "迁入"), told["number"])
    ((_, flows),) = queries.net(clerk, TITLE, [2025])
    assert (flows[0].opening, flows[0].moved_in, flows[0].new, flows[0].closing) == (0, 1, 0, 1)


def test_a_move_out_leaves_the_unit_and_arrives_in_the_other(
    clerk: User, firm: Enterprise, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    client = sign_in(clerk)
    where = reverse("casework:filings-event", args=[firm.pk])
    told = {"kind": "moved_out", "subject": TITLE, "on": "2025-04-01", "why": "迁出函"}
    assert "迁到哪里" in client.post(where, told).content.decode()
    answer = client.post(where, told | {"target": QILIHE}, follow=True)
    assert answer.status_code == 200
    firm.refresh_from_db()
    assert firm.region_id == QILIHE
    assert on(firm, Day(2025, 6, 1)) is True  # the title goes on
    assert client.get(reverse("casework:filings", args=[firm.pk])).status_code == 404
    other, city = (make_user(f"c{code}", "clerk", region=code) for code in (QILIHE, LANZHOU))
    flows = {u: {str(r): f[0] for r, f in queries.net(u, TITLE, [2025])}
             for u in (clerk, other, city)}  # fmt: skip
    assert flows[clerk]["城关区"].moved_out == 1
    assert flows[other]["七里河区"].moved_in == 1
    whole = flows[city]["兰州市"]
    assert (whole.opening, whole.closing, whole.moved_in, whole.moved_out) == (1, 1, 0, 0)


def test_a_cancellation_ends_it_and_a_partial_move_does_not(clerk: User, firm: Enterprise) -> None:
    titles.enter(by=clerk, enterprise=firm, kind=Kind.PARTIAL, subject=TITLE,
                 on=Day(2024, 1, 1), why="部分搬迁，须在新地重新认定")  # fmt: skip
    assert on(firm, Day(2025, 6, 1)) is True
    event = titles.enter(by=clerk, enterprise=firm, kind=Kind.CANCELLED, subject=TITLE,
                         on=Day(2025, 2, 1), why="取消公告")  # fmt: skip
    assert (on(firm, Day(2025, 1, 31)), on(firm, Day(2025, 2, 1))) == (True, False)
    titles.withdraw(by=clerk, event=event, why="记错了户")
    assert on(firm, Day(2025, 2, 1)) is True
    (stranger,) = add_firms(clerk, 1, 77)
    with pytest.raises(UserError, match="没有取得过"):
        titles.enter(by=clerk, enterprise=stranger, kind=Kind.REVOKED, subject=TITLE,
                     on=Day(2025, 2, 1), why="公告")  # fmt: skip


def test_the_identity_holds_over_random_events(clerk: User) -> None:
    rng = random.Random(8)
    here, there = (Region.objects.get(code=c) for c in (CHENGGUAN, QILIHE))
    for firm in add_firms(clerk, 25):
        day = Day(2018, 1, 1) + datetime.timedelta(days=rng.randrange(700))
        for _ in range(rng.randrange(1, 6)):
            kind = rng.choice([Kind.FIRST, Kind.RENEWED, Kind.CANCELLED, Kind.MOVED_OUT])
            firm.refresh_from_db()
            target = there if firm.region_id == here.pk else here
            with contextlib.suppress(UserError):  # a cancellation of what was never held
                titles.enter(by=clerk, enterprise=firm, kind=kind, subject=TITLE, on=day,
                             number=f"GR{day:%Y%m%d}", why="测试", target=target)  # fmt: skip
            day += datetime.timedelta(days=rng.randrange(1, 900))
    moved = 0
    for region in (here, there, here.parent):
        lives = queries.lives(region, TITLE)
        years = [
            queries.titlelife.flow(lives, str(region), year, TITLE, queries._inside(region))
            for year in range(2016, 2034)
        ]
        assert all(a.closing == b.opening for a, b in pairwise(years))
        assert years[-1].closing == 0
        moved += sum(year.moved_out for year in years)
    assert moved


def test_a_firm_stands_on_one_rung_on_any_day(clerk: User, firm: Enterprise) -> None:
    titles.enter(by=clerk, enterprise=firm, kind=Kind.FIRST, subject="科技型中小企业",
                 on=Day(2024, 5, 1), valid_to=Day(2024, 12, 31), why="公告")  # fmt: skip
    assert queries.tier_of(firm, Day(2024, 6, 1)) == TITLE
    assert queries.tier_of(firm, Day(2023, 1, 1)) is None
    assert queries.tier_of(firm, Day(2027, 1, 1)) is None


def test_tiers_of_a_day_sum_to_the_ledger(
    clerk: User, firm: Enterprise, sign_in: Callable[..., Client]
) -> None:
    add_firms(clerk, 4, 20)
    answer = sign_in(clerk).get(reverse("casework:title-tiers"), {"on": "2024-06-01"})
    counts = dict(answer.context["counts"])
    assert set(counts) == set(LADDER)
    assert counts[TITLE] == 1
    assert sum(counts.values()) + answer.context["none"] == answer.context["total"] == 5


def test_a_certificate_of_an_application_is_the_same_event(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    (case,) = in_review(clerk, add_batch(clerk), add_firms(clerk, 1))
    Case.objects.filter(pk=case.pk).update(state="expert")
    day = timezone.localdate() - datetime.timedelta(days=40)
    take(clerk, case, "publicise", day=day)
    take(clerk, case, "issue", day=timezone.localdate(), number="GR202699000001")
    event = TitleEvent.objects.get()
    assert (event.kind, event.number) == (Kind.FIRST, "GR202699000001")
    assert event.record.valid_to == certificate_end(timezone.localdate())


def test_a_notice_of_ten_working_days_is_waited_for(clerk: User) -> None:
    (case,) = in_review(clerk, add_batch(clerk), add_firms(clerk, 1))
    Case.objects.filter(pk=case.pk).update(state="expert")
    take(clerk, case, "publicise", day=Day(2026, 9, 18),
         at=datetime.datetime(2026, 9, 18, 12, tzinfo=SHANGHAI))  # fmt: skip
    # ten working days after Friday 18 September 2026: 20 September is worked, 25 to 27 September
    # and the first week of October are off
    said = {"day": Day(2026, 10, 9), "number": "GR202699000002"}
    for at in (Day(2026, 9, 30), Day(2026, 10, 9)):
        with pytest.raises(UserError, match="10 个工作日"):
            take(clerk, case, "issue", at=datetime.datetime.combine(
                at, datetime.time(9), SHANGHAI), **(said | {"day": Day(2026, 9, 30)}))  # fmt: skip


# --- notices -------------------------------------------------------------------------------------


@pytest.fixture
def notice(clerk: User, firm: Enterprise) -> Announcement:
    """A renaming of four firms: one sure, one doubtful, one foreign, one unknown."""
    Enterprise.objects.create(name="模拟同名公司", region=clerk.region, made_by=clerk)
    Enterprise.objects.create(name="模拟同名公司", region=clerk.region, made_by=clerk)
    Enterprise.objects.create(name="模拟外区公司", uscc=code(500, "620103"), region_id=QILIHE,
                              made_by=clerk)  # fmt: skip
    text = "\n".join([
        "序号\t更名前\t更名后\t统一社会信用代码\t证书编号",
        f"1\t{firm.name}\t模拟智造有限公司\t{firm.uscc}\tGR202362000123",
        "2\t模拟同名公司\t模拟同名智能公司\t\tGR202362000124",
        f"3\t模拟外区公司\t模拟外区新公司\t{code(500, '620103')}\tGR202362000125",
        f"4\t谁也不认识的公司\t还是不认识的公司\t{code(600)}\tGR202362000126",
    ])  # fmt: skip
    values = {"title": "甲省认定机构：关于甲省2026年第二批更名高新技术企业名单的公告",
              "kind": "更名", "subject": TITLE, "number": "", "on": Day(2026, 6, 1)}  # fmt: skip
    return titles.bring(by=clerk, values=values, found=of_text(text))


def test_a_list_is_matched_and_nothing_is_entered_by_itself(
    clerk: User, firm: Enterprise, notice: Announcement, sign_in: Callable[..., Client]
) -> None:
    rows = {row.line - 1: row for row in notice.rows.all()}
    assert [rows[n].match for n in (1, 2, 3, 4)] == ["sure", "doubtful", "elsewhere", "unknown"]
    assert len(rows[2].candidates) == 2
    firm.refresh_from_db()
    assert firm.name == "模拟县第1号科技有限公司"
    client = sign_in(clerk)
    where = reverse("casework:title-notice", args=[notice.pk])
    page = client.get(where).content.decode()
    assert "模拟智造有限公司" in page
    assert "GR202362000123 2023-10-16 至 2026-10-15" in page
    assert "模拟外区公司" in page  # what the notice itself says, no firm of the other district
    enter = reverse("casework:title-notice-enter", args=[notice.pk])
    client.post(enter, {"row": [str(row.pk) for row in rows.values()]})
    firm.refresh_from_db()
    assert firm.name == "模拟智造有限公司"
    assert TitleEvent.objects.filter(kind="renamed").count() == 1
    states = {row.line - 1: row.state for row in notice.rows.all()}
    assert states == {1: "entered", 2: "open", 3: "open", 4: "open"}
    same = Enterprise.objects.filter(name="模拟同名公司").last()
    decide = reverse("casework:title-notice-decide", args=[rows[2].pk])
    client.post(decide, {"enterprise": str(same.pk)})
    client.post(enter, {"row": [str(rows[2].pk)]})
    same.refresh_from_db()
    assert same.name == "模拟同名智能公司"
    client.post(reverse("casework:title-notice-decide", args=[rows[4].pk]), {"enterprise": "none"})
    assert Announced.objects.get(pk=rows[4].pk).state == "skipped"


def test_a_row_is_entered_once(clerk: User, notice: Announcement) -> None:
    row = notice.rows.get(match="sure")
    assert titles.apply(by=clerk, made=notice, rows=[row]) == (1, [])
    done, refused = titles.apply(by=clerk, made=notice, rows=[row])
    assert done == 0
    assert "已经入账" in refused[0]


def test_the_same_notice_twice(clerk: User, notice: Announcement) -> None:
    values = {"title": notice.title, "kind": "更名", "subject": TITLE, "number": "",
              "on": notice.on}  # fmt: skip
    with pytest.raises(UserError, match="没有找到企业"):
        titles.bring(by=clerk, values=values, found=of_text("附件"))


def test_a_pasted_notice_by_clicks_recognises_renews_and_cancels(
    clerk: User, firm: Enterprise, sign_in: Callable[..., Client]
) -> None:
    client, new = sign_in(clerk), reverse("casework:title-notice-new")
    (other,) = add_firms(clerk, 1, 9)
    told = {"title": "对甲省认定机构2026年认定报备的第一批高新技术企业进行备案的公告", "kind": "",
            "subject": TITLE, "on": "2026-08-20",
            "text": f"1\t{firm.name}\tGR202662000001\n2\t{other.name}\tGR202662000002"}  # fmt: skip
    assert client.post(new, told).status_code == 302
    made = Announcement.objects.get()
    assert made.kind == "备案公告"
    rows = list(made.rows.all())
    enter = reverse("casework:title-notice-enter", args=[made.pk])
    client.post(enter, {"row": [row.pk for row in rows]})
    kinds = dict(TitleEvent.objects.filter(on=Day(2026, 8, 20)).values_list("enterprise", "kind"))
    assert kinds == {firm.pk: "renewed", other.pk: "first"}
    cut = told | {"title": "甲省认定机构：甲省科学技术厅 甲省财政厅 国家税务总局甲省税务局..."}
    assert client.post(new, cut).status_code == 302
    unclear = Announcement.objects.first()
    assert unclear.kind == "标题截断，类型不明"
    client.post(reverse("casework:title-notice-enter", args=[unclear.pk]),
                {"row": [row.pk for row in unclear.rows.all()]})  # fmt: skip
    assert not unclear.rows.filter(state="entered").exists()


def test_another_district_does_not_see_the_notice(
    notice: Announcement, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    assert other.get(reverse("casework:title-notice", args=[notice.pk])).status_code == 404
    row = notice.rows.first()
    where = reverse("casework:title-notice-decide", args=[row.pk])
    assert other.post(where, {"enterprise": "none"}).status_code == 404


# --- annual reports ------------------------------------------------------------------------------


def test_annual_reports_by_clicks(
    clerk: User, firm: Enterprise, sign_in: Callable[..., Client]
) -> None:
    client, where = sign_in(clerk), reverse("casework:title-reports")
    page = client.get(where, {"year": "2024"})
    (row,) = page.context["rows"]
    assert (row.words, row.misses, row.is_lost) == ("没有登记", 0, False)
    filed = reverse("casework:title-report-filed")
    client.post(filed, {"year": "2023", "firm": str(firm.pk), "day": "2024-06-03"})
    client.post(filed, {"year": "2024", "firm": str(firm.pk), "missed": "1"})
    (row,) = client.get(where, {"year": "2024"}).context["rows"]
    assert (row.state, row.misses, row.is_lost) == ("missed", 2, True)
    assert "提请取消" in client.get(where, {"year": "2024"}).content.decode()
    assert on(firm, timezone.localdate()) == (timezone.localdate() <= Day(2026, 10, 15))
    client.post(filed, {"year": "2024", "firm": str(firm.pk), "day": "2025-07-01"})
    assert AnnualReport.objects.get(year=2024).filed_at is not None
    (row,) = client.get(where, {"year": "2024"}).context["rows"]
    assert (row.state, row.misses) == ("late", 2)


def test_not_filed_is_not_said_before_the_day(
    clerk: User, firm: Enterprise, sign_in: Callable[..., Client]
) -> None:
    year = timezone.localdate().year
    filed = reverse("casework:title-report-filed")
    page = sign_in(clerk).post(
        filed, {"year": str(year), "firm": str(firm.pk), "missed": "1"}, follow=True
    )
    assert "还没到5月31日" in page.content.decode()
    assert AnnualReport.objects.count() == 0
