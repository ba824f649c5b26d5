"""办件: any walk obeys the table, gates hold, one live application a year, board and eve sheet."""

from __future__ import annotations

import datetime
import io
import random
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from denggao.diagnosis.workflow import FIRST, LIVE, STATES, STEPS
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.casework import gates
from denggao.web.casework.actions import cases
from denggao.web.casework.models import Case, CaseStep, Waiver
from denggao.web.casework.queries import cases as queries
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.days import ROUGH, notice_end
from denggao.web.ledger.models import Enterprise, Statement, Title, Value
from tests.web.cases import TITLE, add_batch, add_firms, complete, in_review, take
from tests.web.conftest import QILIHE

YUAN, HEADS = 100, 10_000


@pytest.fixture
def head(make_user: Callable[..., User]) -> User:
    """Clerk and leader in one, so that every step is his."""
    return make_user("both", "head", "leader")


def told(code: str, rng: random.Random) -> cases.Told:
    """What a step may need, or not."""
    day = timezone.localdate() - datetime.timedelta(days=rng.choice([1, 40]))
    needed = rng.random() < 0.8
    return cases.Told(
        why="理由" if needed else "", day=day if needed else None,
        number=f"GR202699{rng.randrange(10**6):06d}" if needed else "",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_any_walk_obeys_the_table(head: User, seed: int) -> None:
    """Random steps, most of them not allowed: the state only ever changes along the table, each
    change leaves one row, each refusal none."""
    rng = random.Random(seed)
    batch = add_batch(head)
    (case,) = cases.register(by=head, batch=batch, firms=add_firms(head, 1))[0]
    if rng.random() < 0.8:
        complete(head, case)
    moved = refused = 0
    for _ in range(60):
        case.refresh_from_db()
        before, steps, version = case.state, case.steps.count(), case.version
        code = rng.choice(list(STEPS))
        try:
            cases.step(by=head, case=case, version=version, code=code, told=told(code, rng))
        except UserError:
            refused += 1
            case.refresh_from_db()
            assert (case.state, case.version, case.steps.count()) == (before, version, steps)
        else:
            moved += 1
            case.refresh_from_db()
            step = STEPS[code]
            assert not step.by_list
            assert before in step.sources
            assert (case.state, case.before, case.version) == (step.target, before, version + 1)
            assert case.steps.count() == steps + 1
            last = case.steps.last()
            assert (last.source, last.target) == (before, step.target)
            if "reason" in step.needs:
                assert last.why
    assert refused
    assert moved
    assert AuditRow.objects.filter(kind="case", action__in=[s.name for s in STEPS.values()],
                                   done=True).count() == moved  # fmt: skip


def test_every_state_is_reached(head: User) -> None:
    """By hand through the whole table, 推荐 by its list apart."""
    batch = add_batch(head)
    made = in_review(head, batch, add_firms(head, 4))
    day = timezone.localdate() - datetime.timedelta(days=60)
    seen = {FIRST, "materials", "review"}

    def go(case: Case, *codes: str, **more: Any) -> None:
        for code in codes:
            take(head, case, code, **({"why": "理由"} | more))
            case.refresh_from_db()
            seen.add(case.state)

    Case.objects.filter(pk__in=[c.pk for c in made[:3]]).update(state="recommended")
    seen.add("recommended")
    go(made[0], "expert", "publicise", "object", "clear", "issue", day=day, number="GR1")
    go(made[1], "expert", "fail", "appeal", "uphold_failed")
    go(made[2], "withdraw")
    go(made[3], "refuse", "appeal", "review_again", "return", "withdraw")
    (extra,) = cases.register(by=head, batch=batch, firms=add_firms(head, 1, 50))[0]
    go(extra, "coach")
    assert seen == set(STATES)


def test_a_role_takes_only_its_steps(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    batch = add_batch(clerk)
    (case,) = in_review(clerk, batch, add_firms(clerk, 1))
    with pytest.raises(UserError, match="角色不能"):
        take(clerk, case, "refuse", why="不合格")
    leader = make_user("lead", "leader")
    with pytest.raises(UserError, match="角色不能"):
        take(leader, case, "return", why="补正")
    with pytest.raises(UserError, match="只能随推荐名单"):
        take(leader, case, "recommend")
    client = sign_in(leader)
    where = reverse("casework:batch-case-step", args=[case.pk])
    case.refresh_from_db()
    sent = {"step": "return", "version": case.version, "why": "x"}
    assert client.post(where, sent).status_code == 403
    client.post(reverse("casework:batch-case-decide", args=[case.pk]), sent)  # of the other kind
    case.refresh_from_db()
    assert case.state == "review"


def test_one_live_application_of_a_firm_in_a_year(clerk: User, head: User) -> None:
    first, second = add_batch(clerk, 10, 1), add_batch(clerk, 20, 2)
    if first.year != second.year:
        pytest.skip("the two batches lie in two years")
    (firm,) = add_firms(clerk, 1)
    (case,), _ = cases.register(by=clerk, batch=first, firms=[firm])
    made, refused = cases.register(by=clerk, batch=second, firms=[firm])
    assert made == []
    assert "已有一件" in refused[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(
            enterprise=firm, batch=second, title=TITLE, year=second.year, made_by=clerk
        )
    take(clerk, case, "withdraw", why="改报下一批")
    (again,), _ = cases.register(by=clerk, batch=second, firms=[firm])
    assert Case.objects.filter(enterprise=firm, state__in=LIVE).get() == again
    Case.objects.filter(pk=case.pk).update(state="refused")
    with pytest.raises(UserError, match="另有一件在办"):
        take(head, case, "appeal", why="不服")


def test_who_saw_an_older_version_is_told(clerk: User, sign_in: Callable[..., Client]) -> None:
    batch = add_batch(clerk)
    (case,), _ = cases.register(by=clerk, batch=batch, firms=add_firms(clerk, 1))
    cases.step(by=clerk, case=case, version=1, code="coach")
    stale = Case.objects.get(pk=case.pk)
    with pytest.raises(Conflict):
        cases.step(by=clerk, case=stale, version=1, code="prepare")
    where = reverse("casework:batch-case-step", args=[case.pk])
    answer = sign_in(clerk).post(where, {"step": "prepare", "version": "1"})
    assert answer.status_code == 409
    assert "别人" in answer.content.decode()


# --- gates ---------------------------------------------------------------------------------------


def state(clerk: User, firm: Enterprise, key: str, **value: Any) -> None:
    fact, _, year = key.partition("@")
    said = {"enterprise": firm, "fact": fact, "year": int(year or 0), **value}
    statement = Statement.objects.create(**said, rank=40, by=clerk, why="测试")
    Value.objects.create(**said, statement=statement)


@pytest.fixture
def judged(clerk: User) -> Case:
    """Under the law, one countable condition fails by one person, some are open."""
    batch = add_batch(clerk, law="高新技术企业认定")
    (firm,) = add_firms(clerk, 1)
    year = batch.year
    state(clerk, firm, "established_on", text="2010-01-01")
    state(clerk, firm, "ip_class1", number=1)
    for back in (1, 2, 3):
        state(clerk, firm, f"sales@{year - back}", number=1_000_000 * YUAN)
        state(clerk, firm, f"rd_expense@{year - back}", number=60_000 * YUAN)
    state(clerk, firm, f"staff@{year - 1}", number=100 * HEADS)
    state(clerk, firm, f"tech_staff@{year - 1}", number=9 * HEADS)
    (case,), _ = cases.register(by=clerk, batch=batch, firms=[firm])
    take(clerk, case, "prepare")
    complete(clerk, case)
    return case


def test_gates_come_from_the_verdict_and_the_evidence(clerk: User, judged: Case) -> None:
    (found,) = gates.look([Case.objects.get(pk=judged.pk)])
    by_code = {gate.code: gate for gate in found.gates}
    assert by_code["HNTE-C4"].truth == "fail"
    assert by_code["HNTE-C5a"].truth == "pass"
    assert by_code["HNTE-C6"].truth == "unknown"
    assert {f"M{n}" for n in range(1, 9)} <= set(by_code)
    assert found.hard == "fail"
    with pytest.raises(UserError, match="科技人员"):
        take(clerk, judged, "submit")
    judged.refresh_from_db()
    assert judged.state == "materials"


def test_a_waiver_needs_a_name_and_a_reason_and_is_printed(
    clerk: User, judged: Case, sign_in: Callable[..., Client]
) -> None:
    def waive(gate: str, **more: str) -> Waiver:
        judged.refresh_from_db()
        told = {"agreed_by": "王局", "why": "年底前补招"} | more
        return cases.waive(by=clerk, case=judged, version=judged.version, gate=gate, **told)

    for missing in ({"agreed_by": " "}, {"why": ""}):
        with pytest.raises(UserError, match="同意人和理由"):
            waive("HNTE-C4", **missing)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.create(case=judged, gate="HNTE-C4", agreed_by="", why="x", by=clerk)
    with pytest.raises(UserError, match="不用放行"):
        waive("HNTE-C5a")
    (found,) = gates.look([judged])
    for gate in found.blocking:
        waive(gate.code)
    client = sign_in(clerk)
    eve = client.get(reverse("casework:batch-eve", args=[judged.batch_id])).content.decode()
    assert "王局同意放行：年底前补招" in eve
    take(clerk, judged, "submit")
    judged.refresh_from_db()
    assert judged.state == "review"
    page = client.get(reverse("casework:batch-case", args=[judged.pk])).content.decode()
    assert "王局同意放行：年底前补招" in page


def test_a_title_cancelled_this_year_keeps_the_firm_out_and_nobody_waives_that(
    clerk: User,
) -> None:
    batch = add_batch(clerk)
    (firm,) = add_firms(clerk, 1)
    day = datetime.date(batch.year, 1, 15)
    Title.objects.create(enterprise=firm, kind=TITLE, cancelled_on=day, event="取消", by=clerk)
    (case,), _ = cases.register(by=clerk, batch=batch, firms=[firm])
    take(clerk, case, "prepare")
    complete(clerk, case)
    with pytest.raises(UserError, match="当年不能再申请"):
        take(clerk, case, "submit")
    case.refresh_from_db()
    with pytest.raises(UserError, match="不能放行"):
        cases.waive(by=clerk, case=case, version=case.version, gate="LC-11", agreed_by="王",
                    why="x")  # fmt: skip


# --- board, eve, statistics ----------------------------------------------------------------------


def test_the_board_shows_each_firm_once_and_its_counts_add_up(
    clerk: User, sign_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    batch = add_batch(clerk)
    firms = add_firms(clerk, 12)
    in_review(clerk, batch, firms[:5])
    cases.register(by=clerk, batch=batch, firms=firms[5:])
    client, where = sign_in(clerk), reverse("casework:batch", args=[batch.pk])
    with django_assert_max_num_queries(14):
        answer = client.get(where)
    counts = {state.code: n for state, n in answer.context["counts"]}
    assert sum(counts.values()) == answer.context["total"] == 12
    assert (counts["review"], counts["intent"]) == (5, 7)
    lines = answer.context["lines"]
    assert [line.number for line in lines] == list(range(1, 13))
    assert all(line.todo for line in lines)
    assert not [word for line in lines for word in line.lacking if re.search(r"\bM\d", word)]
    assert len({line.case.enterprise_id for line in lines}) == 12
    only = client.get(where, {"state": "review"})
    assert {line.case.state for line in only.context["lines"]} == {"review"}


def test_the_eve_sheet_by_leader_on_page_excel_and_word(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    batch = add_batch(clerk)
    firms = add_firms(clerk, 4)
    boss = make_user("boss", "leader")
    ready, _ = cases.register(by=clerk, batch=batch, firms=firms[:1], values={"leader": boss})
    cases.register(by=clerk, batch=batch, firms=firms[1:3], values={"leader": boss})
    cases.register(by=clerk, batch=batch, firms=firms[3:])
    complete(clerk, ready[0])
    client = sign_in(clerk)
    found = dict(client.get(reverse("casework:batch-eve", args=[batch.pk])).context["leaders"])
    assert [line.is_ready for line in found[boss.place]] == [False, False, True]
    assert list(found) == [boss.place, queries.NOBODY]
    assert found[queries.NOBODY][0].missing == ["缺材料：8 样都没有"]
    book = client.get(reverse("casework:batch-eve-file", args=[batch.pk, "xlsx"])).content
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    named = [row for row in rows if row[2] in {firm.name for firm in firms}]
    assert len(named) == 4
    assert {row[1] for row in named} == {boss.place, queries.NOBODY}
    paper = client.get(reverse("casework:batch-eve-file", args=[batch.pk, "docx"])).content
    document = Document(io.BytesIO(paper))
    told = "\n".join(p.text for p in document.paragraphs)
    assert boss.place in told
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {firm.name for firm in firms} <= cells
    assert AuditRow.objects.filter(action="导出").count() == 2
    assert client.get(reverse("casework:batch-eve-file", args=[batch.pk, "exe"])).status_code == 404


def test_rates_below_five_are_counts_alone() -> None:
    def case(state: str, adviser: str) -> Case:
        return Case(state=state, adviser=adviser, filed_at=timezone.now())

    rows = [case("issued", "甲")] * 4 + [case("failed", "甲")] * 2 + [case("issued", "乙")] * 4
    rows += [Case(state="withdrawn", adviser="乙"), case("review", "乙")]
    found = {rate.name: rate for rate in queries.rates(rows, lambda c: c.adviser)}
    assert (found["甲"].filed, found["甲"].decided, found["甲"].share) == (6, 6, "66.7%")
    assert (found["乙"].filed, found["乙"].passed, found["乙"].share) == (5, 4, "")


def test_the_funnel_takes_unknown_counts(clerk: User, sign_in: Callable[..., Client]) -> None:
    batch = add_batch(clerk)
    in_review(clerk, batch, add_firms(clerk, 3))
    client = sign_in(clerk)
    edit = reverse("casework:batch-edit", args=[batch.pk])
    batch.refresh_from_db()
    told = {"version": batch.version, "law": "", "told_intents": "40余", "note": ""}
    assert client.post(edit, told).status_code == 302
    funnel = client.get(reverse("casework:batch-statistics")).context["funnel"]
    assert (funnel.intents, funnel.filed, funnel.passed) == (3, 3, 0)
    assert (funnel.intents_words, funnel.most) == ("40 以上", None)


def test_intents_from_a_pasted_column(clerk: User, sign_in: Callable[..., Client]) -> None:
    batch = add_batch(clerk)
    first, second = add_firms(clerk, 2)
    add_firms(clerk, 9, 10)
    text = f"{first.name}\n{second.uscc}\n没有这一户\n模拟县第1\n{first.name}"
    page = sign_in(clerk).post(
        reverse("casework:batch-intents", args=[batch.pk]), {"firms": text}, follow=True
    )
    said = page.content.decode()
    assert set(Case.objects.values_list("enterprise", flat=True)) == {first.pk, second.pk}
    assert "没有这一户（台账里没有）" in said
    assert "模拟县第1（不止一户）" in said


def test_a_foreign_case_is_not_there(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    (case,) = in_review(clerk, add_batch(clerk), add_firms(clerk, 1))
    other = sign_in(make_user("other", "head", region=QILIHE))
    for name in ("batch-case", "batch-case-edit", "batch-case-waive", "batch-case-rebatch"):
        assert other.get(reverse(f"casework:{name}", args=[case.pk])).status_code == 404, name
    for name in ("batch-case-step", "batch-case-materials"):
        assert other.post(reverse(f"casework:{name}", args=[case.pk])).status_code == 404, name
    assert other.get(reverse("casework:filings", args=[case.enterprise_id])).status_code == 404


def test_the_firms_page_tells_of_its_applications(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    (case,) = in_review(clerk, add_batch(clerk), add_firms(clerk, 1))
    client = sign_in(clerk)
    page = client.get(reverse("ledger:enterprise", args=[case.enterprise_id])).content.decode()
    assert "提交材料" in page
    assert reverse("casework:filings", args=[case.enterprise_id]) in page
    assert CaseStep.objects.filter(case=case).count() == 3
    filings = client.get(reverse("casework:filings", args=[case.enterprise_id])).content.decode()
    assert "联审" in filings


def test_a_year_without_its_holidays_does_not_stop_the_work(clerk: User) -> None:
    """A notice across the end of the year, before the holidays of the next are known."""
    known, rough = notice_end(datetime.date(2026, 9, 28), 5)
    assert (known, rough) == (datetime.date(2026, 10, 10), "")  # a Saturday that is worked
    later, rough = notice_end(datetime.date(2037, 12, 28), 5)
    assert (later, rough) == (datetime.date(2038, 1, 4), ROUGH)
    (case,) = in_review(clerk, add_batch(clerk), add_firms(clerk, 1))
    case.publicised_on = datetime.date(2037, 12, 28)
    assert cases.notice_ends(case) == (datetime.date(2038, 1, 11), ROUGH)


def test_an_open_gate_names_what_is_missing(clerk: User, sign_in: Callable[..., Client]) -> None:
    batch = add_batch(clerk, law="高新技术企业认定")
    (case,), _ = cases.register(by=clerk, batch=batch, firms=add_firms(clerk, 1))
    page = sign_in(clerk).get(reverse("casework:batch-case", args=[case.pk])).content.decode()
    year = batch.last_day.year - 1
    assert "定不下来，还缺准数：成立日期" in page
    assert f"还缺准数：{year}年科技人员数" in page
