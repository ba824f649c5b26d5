"""Plans' texts: read, judged item by item, put in force by two people; facts are never targets."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.planning import actions, adopting, checks, figures
from denggao.web.planning.models import (
    Goal,
    PlanFact,
    PlanItem,
    PlanTask,
    PlanText,
    Quota,
    Revision,
)
from denggao.web.planning.models.targets import SCALE
from denggao.web.planning.templatetags import planning as planning_tags
from tests.web.conftest import LANZHOU, QILIHE

TEXT = """城关区培育高新技术企业行动方案（2026—2028年）

根据《高新技术企业认定管理办法》（国科发火〔2016〕32号），制定本方案。

一、工作目标
2025年底，全区高新技术企业100家。每年新认定高新技术企业30家以上。到2028年底，全区高新技术企业达到200家以上，盐化工产业高新技术企业达到*家，规上工业研发经费占营业收入比重达到1.5%以上。

二、重点任务
1.摸清企业底数。建立台账，逐户建档。（责任单位：区科技局、区税务局；完成时限：2026年6月底前）
2.落实奖补资金。首次认定高新技术企业的，一次性奖补20万元。（责任单位：区财政局）
"""
SINCE = date(2026, 1, 5)


@pytest.fixture
def plan(clerk: User) -> PlanText:
    return actions.bring_plan(by=clerk, text=TEXT)


@pytest.fixture
def leader(make_user: Callable[..., User]) -> User:
    return make_user("leader", "leader")


def confirm_all(by: User, plan: PlanText) -> None:
    for kind in PlanItem.Kind.values:
        if kind != "conflict":
            actions.confirm_rest(by=by, plan=plan, kind=kind)
    for item in plan.items.filter(kind="conflict"):
        actions.decide_item(by=by, item=item, version=item.version, decision="confirmed")


def targets(plan: PlanText) -> dict[str, PlanItem]:
    return {i.said["indicator"]: i for i in plan.items.filter(kind="target")}


# --- reading -------------------------------------------------------------------------------------


def test_a_text_becomes_items_with_their_places(plan: PlanText) -> None:
    items = list(plan.items.all())
    assert bytes(plan.content).decode() == TEXT
    for spanned in (*items, *plan.facts.all()):
        assert spanned.quote == plan.text[spanned.start : spanned.end]
        assert spanned.quote
    found = targets(plan)
    assert found["高新技术企业数"].said["tier"] == "高新技术企业"
    assert found["新认定高新技术企业数"].said["how"] == "gross"
    assert found["盐化工产业高新技术企业数"].said["industry"] == "盐化工"
    kinds = {item.kind for item in items}
    assert {"target", "task", "award", "cited"} <= kinds


def test_the_same_text_comes_once(clerk: User, plan: PlanText) -> None:
    with pytest.raises(UserError, match="已经登记过"):
        actions.bring_plan(by=clerk, text=TEXT)
    actions.drop(by=clerk, plan=plan)
    assert actions.bring_plan(by=clerk, text=TEXT).pk != plan.pk


def test_a_word_file_and_a_web_page(clerk: User, sign_in: Callable[..., Client]) -> None:
    from docx import Document

    document, buffer = Document(), io.BytesIO()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    document.save(buffer)
    page = (
        "<html><body>" + "".join(f"<p>{line}</p>" for line in TEXT.splitlines()) + "</body></html>"
    )
    for name, content in (("方案.docx", buffer.getvalue()), ("方案.html", page.encode())):
        file = SimpleUploadedFile(name, content)
        answer = sign_in(clerk).post(
            reverse("planning:board-plan-new"), {"file": file}, follow=True
        )
        assert answer.status_code == 200
        kept = PlanText.objects.get(file=name)
        assert bytes(kept.content) == content
        assert len(targets(kept)) == 4


def test_no_text(clerk: User, sign_in: Callable[..., Client]) -> None:
    client, where = sign_in(clerk), reverse("planning:board-plan-new")
    assert "请选择一个文件，或粘贴正文" in client.post(where, {"text": ""}).content.decode()
    pdf = SimpleUploadedFile("a.pdf", b"%PDF-1.7 nothing")
    assert "PDF" in client.post(where, {"file": pdf}).content.decode()
    assert not PlanText.objects.exists()


# --- facts ---------------------------------------------------------------------------------------


def test_facts_never_become_targets(clerk: User, leader: User, plan: PlanText) -> None:
    (fact,) = PlanFact.objects.filter(plan=plan)
    assert "100家" in fact.quote
    with pytest.raises(UserError, match="文中报告的数"):
        actions.add_item(by=clerk, plan=plan, kind="target", quote="高新技术企业100家", said={})
    actions.decide_item(  # what the reading left open
        by=clerk, item=targets(plan)["盐化工产业高新技术企业数"], version=1, decision="confirmed"
    )
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    actions.adopt(by=leader, plan=plan, since=SINCE)
    numbers = set(Quota.objects.values_list("number", flat=True))
    assert 100 * SCALE not in numbers
    assert {30 * SCALE, 200 * SCALE, 15_000, None} == numbers
    items = Quota.objects.values_list("item__start", "item__end")
    assert not [1 for start, end in items if start < fact.end and fact.start < end]


# --- judging -------------------------------------------------------------------------------------


def test_an_item_is_corrected_by_form(
    clerk: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    client, item = sign_in(clerk), targets(plan)["高新技术企业数"]
    where = reverse("planning:board-item", args=[item.pk])
    form = client.get(where).context["form"]
    sent = {k: v if v is not None else "" for k, v in form.initial.items()}
    sent |= {"value": "210", "why": "会议确定", "correct": "1"}
    answer = client.post(where, sent)
    assert answer.url.endswith(f"#i{item.number}")
    item.refresh_from_db()
    assert (item.said["value"], item.proposed["value"]) == (210, 200)
    assert (item.decision, item.decided_by, item.version) == ("corrected", clerk, 2)
    told = AuditRow.objects.filter(action="核对计划条目").latest("seq")
    assert (told.old["said"]["value"], told.new["said"]["value"]) == (200, 210)
    page = client.get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    assert "210家" in page
    assert '<span class="old">2028 年' in page


@pytest.mark.parametrize("value", ["很多", "-1", "0.00001", "1-2-3"])
def test_a_figure_that_is_none(
    clerk: User, sign_in: Callable[..., Client], plan: PlanText, value: str
) -> None:
    client, item = sign_in(clerk), targets(plan)["高新技术企业数"]
    where = reverse("planning:board-item", args=[item.pk])
    sent = {k: v or "" for k, v in client.get(where).context["form"].initial.items()}
    answer = client.post(where, {**sent, "value": value, "correct": "1"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["value"]
    item.refresh_from_db()
    assert item.decision == "open"


def test_two_at_once(clerk: User, sign_in: Callable[..., Client], plan: PlanText) -> None:
    item = targets(plan)["高新技术企业数"]
    where = reverse("planning:board-item", args=[item.pk])
    client = sign_in(clerk)
    assert client.post(where, {"version": 1, "reject": "1"}).status_code == 302
    answer = client.post(where, {"version": 1, "confirm": "1"})
    assert answer.status_code == 409
    assert "别人核对过" in answer.content.decode()
    item.refresh_from_db()
    assert item.decision == "rejected"


def test_the_part_asks_for_the_page_when_others_were_quicker(
    clerk: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    item, client = targets(plan)["高新技术企业数"], sign_in(clerk)
    where, headers = reverse("planning:board-item", args=[item.pk]), {"HX-Request": "true"}
    answer = client.post(where, {"version": 7, "confirm": "1"}, headers=headers)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (409, "true")
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    answer = client.post(where, {"version": 2, "reject": "1"}, headers=headers)
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
    page = client.get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    assert "别人核对过" in page
    assert "不能再改条目" in page


def test_a_contradiction_shows_both_figures_and_is_never_repaired(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    text = f"{TEXT}\n三、保障措施\n确保到2028年底，全区高新技术企业达到260家以上。\n"
    plan = actions.bring_plan(by=clerk, text=text)
    found = list(plan.items.filter(kind="conflict"))
    assert found
    quotes = " ".join(item.quote for item in found)
    assert "200" in quotes
    assert "260" in quotes
    page = sign_in(clerk).get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    assert "知悉" in page
    with pytest.raises(UserError, match="逐条"):
        actions.confirm_rest(by=clerk, plan=plan, kind="conflict")
    with pytest.raises(UserError, match="理由"):
        actions.decide_item(by=clerk, item=found[0], version=1, decision="rejected")
    actions.decide_item(by=clerk, item=found[0], version=1, decision="confirmed")
    values = {i.said["value"] for i in plan.items.filter(kind="target")}
    assert {200, 260} <= values  # both stand until a person rejects one


def test_the_part_is_the_piece_of_the_page(
    clerk: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    client, item = sign_in(clerk), targets(plan)["高新技术企业数"]
    where = reverse("planning:board-item", args=[item.pk])
    headers = {"HX-Request": "true"}
    part = client.post(where, {"version": 1, "confirm": "1"}, headers=headers).content.decode()
    page = client.get(reverse("planning:board-plan", args=[plan.pk])).content.decode()

    def bare(text: str) -> str:
        import re

        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text).strip()

    fragment, _, open_ = bare(part).partition('<span id="open"')
    assert fragment.strip() in bare(page)
    assert open_.replace(' hx-swap-oob="true"', "") in bare(page)


def test_each_item_leads_to_its_place_and_back(
    clerk: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    page = sign_in(clerk).get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    for item in plan.items.all():
        assert f'id="i{item.number}"' in page
        assert f'href="#at-i{item.number}"' in page
        assert f'id="at-i{item.number}"' in page
        assert f'data-of="i{item.number}' in page or f' i{item.number}"' in page
    fact = plan.facts.get()
    assert f'id="at-f{fact.number}"' in page
    assert "不能成为目标" in page


def test_hostile_text_stays_text(clerk: User, sign_in: Callable[..., Client]) -> None:
    evil = TEXT.replace("城关区培育", "城关区<script>alert(1)</script>培育").replace(
        "逐户建档", "<img src=x onerror=alert(2)>逐户建档"
    )
    plan = actions.bring_plan(by=clerk, text=evil)
    page = sign_in(clerk).get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


# --- checks --------------------------------------------------------------------------------------


def test_the_plan_is_checked_against_itself(clerk: User, plan: PlanText) -> None:
    found = checks.findings(plan, list(plan.items.all()))
    texts = " ".join(f.text for f in found)
    assert "110" in texts  # 200 − 3 × 30: the base that it implies
    assert "不是隐含的" in texts  # the text says 100
    assert any(f.is_grave for f in found)
    item = targets(plan)["高新技术企业数"]
    said = {**item.said, "value": 190}
    actions.decide_item(by=clerk, item=item, version=1, decision="corrected", said=said)
    again = checks.findings(plan, list(plan.items.all()))
    assert not any(f.is_grave for f in again)  # 100 + 3 × 30


def test_claims_are_checked(clerk: User) -> None:
    text = (
        "全市高新技术企业工作情况\n\n2016年全市高新技术企业228家，2021年达到681家，翻两番，"
        "实现了快速增长，为全市经济社会发展作出了重要贡献。\n"
    )
    plan = actions.bring_plan(by=clerk, text=text)
    spoken = [c.verdict for c in checks.claims(plan)]
    assert spoken
    assert spoken[0].verdict == "不符合"


# --- two people ----------------------------------------------------------------------------------


def test_nothing_is_submitted_unjudged(clerk: User, plan: PlanText) -> None:
    with pytest.raises(UserError, match="没有核对"):
        actions.submit(by=clerk, plan=plan)
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    with pytest.raises(UserError, match="待下达"):
        actions.confirm_rest(by=clerk, plan=plan, kind="target")


def test_adoption_needs_another(
    clerk: User, make_user: Callable[..., User], leader: User, plan: PlanText
) -> None:
    head, second = make_user("head", "head"), make_user("second", "head")
    actions.decide_item(
        by=second, item=targets(plan)["高新技术企业数"], version=1, decision="confirmed"
    )
    confirm_all(clerk, plan)
    actions.submit(by=head, plan=plan)
    for one in (clerk, head, second):  # who brought it, submitted it, judged an item
        with pytest.raises(UserError, match="另一位"):
            actions.adopt(by=one, plan=plan, since=SINCE)
    assert not Revision.objects.exists()
    actions.adopt(by=leader, plan=plan, since=SINCE)
    with pytest.raises(actions.Conflict):
        actions.adopt(by=leader, plan=plan, since=SINCE)
    assert Revision.objects.get().by == head


def test_the_database_itself_wants_two(clerk: User, leader: User, plan: PlanText) -> None:
    rows = PlanText.objects.filter(pk=plan.pk)
    for decider in (clerk, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(
                state="adopted", submitted_by=clerk, submitted_at="2026-01-01T00:00:00Z",
                decided_by=decider, decided_at="2026-01-01T00:00:00Z",
            )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(
            region=plan.region, since=SINCE, why="自己", by=clerk, decided_by=clerk,
            decided_at="2026-01-01T00:00:00Z", state="adopted",
        )  # fmt: skip


def test_sent_back_with_a_reason(
    clerk: User, leader: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    where = reverse("planning:board-plan-decide", args=[plan.pk])
    client = sign_in(leader)
    assert "理由" in client.post(where, {"back": "1"}, follow=True).content.decode()
    client.post(where, {"back": "1", "why": "第2项的数不对"})
    plan.refresh_from_db()
    assert (plan.state, plan.why, plan.submitted_by) == ("draft", "第2项的数不对", None)
    assert client.post(where, {"back": "1", "why": "又"}).status_code == 409


# --- what is put in force ------------------------------------------------------------------------


def test_a_plan_becomes_goals_and_tasks(
    clerk: User, leader: User, sign_in: Callable[..., Client], plan: PlanText
) -> None:
    confirm_all(clerk, plan)
    actions.submit(by=clerk, plan=plan)
    client = sign_in(leader)
    where = reverse("planning:board-plan-decide", args=[plan.pk])
    client.post(where, {"adopt": "1", "since": "2026-01-05"})
    gross = Goal.objects.filter(how="gross")
    assert sorted(gross.values_list("year", flat=True)) == [2026, 2027, 2028]
    stock = Goal.objects.get(how="stock", tier="高新技术企业", year=2028)
    assert (stock.first, stock.op) == (2026, "≥")
    assert {q.industry: q.value for q in stock.quotas.all()} == {"": 200, "盐化工": None}
    ratio = Goal.objects.get(unit="%")
    assert str(ratio.quotas.get().value) == "3/2"
    tasks = {t.title: t for t in PlanTask.objects.filter(plan=plan)}
    first = next(t for title, t in tasks.items() if "摸清" in title)
    assert first.due == date(2026, 6, 30)
    ours = {u.name: u.unit for u in first.units.all()}
    assert len(ours) == 2
    assert [u.name for name, u in ours.items() if "科技局" in name and u] == ["城关区科技局"]
    page = client.get(reverse("planning:board")).content.decode()
    assert "高新技术企业数" in page
    assert (
        "原文第" in client.get(reverse("planning:board-target", args=[stock.pk])).content.decode()
    )


def test_years_that_nobody_can_tell(clerk: User, plan: PlanText) -> None:
    item = targets(plan)["高新技术企业数"]
    said = {**item.said, "year": "近期"}
    item = actions.decide_item(by=clerk, item=item, version=1, decision="corrected", said=said)
    assert "改成年份" in adopting.ordered(plan, [item])[1][0]
    confirm_all(clerk, plan)
    with pytest.raises(UserError, match="改成年份"):
        actions.submit(by=clerk, plan=plan)


def test_years_relative_to_the_plan(clerk: User, plan: PlanText) -> None:
    item = targets(plan)["高新技术企业数"]
    for year, first, last in (("三年内", 2026, 2028), ("两年内", 2026, 2027), ("期末", 2026, 2028)):
        item.said, item.decision = {**item.said, "year": year}, "confirmed"
        (found,), faults = adopting.ordered(plan, [item])
        assert (found.first, found.year, faults) == (first, last, [])
    assert planning_tags.detail(item).endswith("按起止算 2026—2028 年")
    plan.title, plan.head = "方案", {**plan.head, "period": None}
    item.said, item.plan = {**item.said, "year": "三年内"}, plan
    assert "要有计划的起止年度" in adopting.ordered(plan, [item])[1][0]


def test_two_figures_for_one_target(clerk: User, plan: PlanText) -> None:
    first = targets(plan)["高新技术企业数"]
    said = {**first.said, "value": 220}
    actions.add_item(by=clerk, plan=plan, kind="target", quote="达到200家以上", said=said)
    confirm_all(clerk, plan)
    with pytest.raises(UserError, match="两个数"):
        actions.submit(by=clerk, plan=plan)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年6月底前", date(2026, 6, 30)), ("2026年12月31日前", date(2026, 12, 31)),
        ("2027年底前", date(2027, 12, 31)), ("2028年2月", date(2028, 2, 29)),
        ("2026年13月底", None), ("长期坚持", None), ("", None),
    ],
)  # fmt: skip
def test_a_day_in_words(text: str, day: date | None) -> None:
    assert adopting.day_named(text) == day


def test_another_region_sees_nothing(
    make_user: Callable[..., User], sign_in: Callable[..., Client], plan: PlanText, clerk: User
) -> None:
    other, city = (
        make_user("other", "head", region=QILIHE),
        make_user("c", "leader", region=LANZHOU),
    )
    item = plan.items.first()
    assert item is not None
    for name, pk in (
        ("board-plan", plan.pk),
        ("board-plan-original", plan.pk),
        ("board-item", item.pk),
    ):
        assert sign_in(other).get(reverse(f"planning:{name}", args=[pk])).status_code == 404
    assert plan.title not in sign_in(other).get(reverse("planning:board-plans")).content.decode()
    assert plan.title in sign_in(city).get(reverse("planning:board-plans")).content.decode()
    original = sign_in(clerk).get(reverse("planning:board-plan-original", args=[plan.pk]))
    assert original.content.decode() == TEXT


def test_a_plan_without_anything(clerk: User, leader: User, sign_in: Callable[..., Client]) -> None:
    plan = actions.bring_plan(by=clerk, text="只是一段话，什么也没有说。")
    page = sign_in(clerk).get(reverse("planning:board-plan", args=[plan.pk])).content.decode()
    assert "没有读到" in page
    assert figures.standing(leader, SINCE) is not None
