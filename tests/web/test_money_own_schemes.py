"""奖补办法 of the bureau's own: tried before they hold, paid by once adopted, frozen in the run."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from denggao.facts.errors import UserError
from denggao.web.assessments import drafts
from denggao.web.assessments.models import OwnLaw
from denggao.web.money import actions, firms, replay, schemes, tasks
from denggao.web.money.models import Grant, Run, SchemeText
from tests.web.conftest import QILIHE
from tests.web.money import Office, event, listed

WAN = 1_000_000
ON = datetime.date(2026, 6, 30)
SHORT = "城关区科技奖补"


def own_text(amount: int = 3, since: str = "2026-01-01", place: str = "城关区", **more: str) -> str:
    """A district's scheme: so many 万元 for 首次认定."""
    return f"""---
名称: {more.get("name", "城关区科技创新奖补办法")}
简称: {more.get("short", SHORT)}
依据: [城科发〔2026〕{amount}号]
地域: {place}
施行: {since}
---
## 城科发〔2026〕{amount}号 第三条

> 首次认定的，一次性奖补{amount}万元

```登高
奖补 {more.get("id", "CG-first")} 首次认定：
    事项 首次认定
    给 {amount}万元
    出资 区级
    一次性
```

| 例 | 事项 | 兑付日 | {more.get("id", "CG-first")}（万元） |
|---|---|---|---|
| 首次 | 首次认定 {since} | 2027-06-30 | {amount} |
"""


@pytest.fixture
def office() -> Office:
    return Office()


def adopt(office: Office, text: str) -> OwnLaw:
    kept = drafts.keep(by=office.clerk, text=text)
    drafts.decide(by=office.head, draft=kept, adopt=True)
    return kept


def paid_by(office: Office, *laws: str, name: str = "兑现", day: str = "2026-03-01") -> Run:
    return office.run(listed([event(1, day=day)]), ON, name, laws=list(laws))


def test_an_adopted_scheme_pays_where_it_is_named_and_where_none_is(office: Office) -> None:
    with pytest.raises(UserError, match=f"没有名为“{SHORT}”"):
        paid_by(office, SHORT)
    kept = drafts.keep(by=office.clerk, text=own_text())
    with pytest.raises(UserError, match=f"没有名为“{SHORT}”"):  # a draft pays nobody
        paid_by(office, SHORT)
    drafts.decide(by=office.head, draft=kept, adopt=True)
    run = paid_by(office, SHORT)
    assert (run.state, run.message, run.counts["total"]) == ("computed", "", 3 * WAN)
    row = run.rows.get()
    assert (row.scheme, row.cite, row.levels) == (
        SHORT, "城科发〔2026〕3号 第三条", {"区级": 3 * WAN},
    )  # fmt: skip
    assert f"适用《{SHORT}》（2026-01-01 起施行）" in row.why
    every = paid_by(office, name="全部")  # the province's and the district's own
    assert every.counts["by_level"] == {"省级": 20 * WAN, "区级": 3 * WAN}


def test_it_holds_from_its_day_on(office: Office) -> None:
    adopt(office, own_text())
    early = paid_by(office, SHORT, day="2025-12-31")
    assert early.counts["total"] == 0
    assert "2025-12-31 没有一份奖补办法在施行" in early.rows.get().why
    adopt(office, own_text(4, "2027-01-01", short="来年奖补", id="LN-first"))
    with pytest.raises(UserError, match="2027-01-01 起才施行"):
        paid_by(office, "来年奖补")


def test_its_scope_is_the_bureaus_region(office: Office) -> None:
    other, city = Office(QILIHE), Office("620100")
    adopt(office, own_text())
    with pytest.raises(UserError, match=f"没有名为“{SHORT}”"):
        paid_by(other, SHORT)
    assert SHORT not in dict(schemes.known_schemes(other.clerk.region))
    assert "本局办法" in dict(schemes.known_schemes(office.clerk.region))[SHORT]
    row = paid_by(city).rows.get()  # the city's run tells what the district gives besides
    assert (row.fen, SHORT in row.beside) == (20 * WAN, True)
    with pytest.raises(UserError, match="不在本辖区“甘肃省兰州市城关区”里"):
        drafts.keep(by=office.clerk, text=own_text(place="七里河区"))
    adopt(
        office, own_text(7, place="甘肃省", short="省里的", id="SL-first")
    )  # a province's text that we have not
    assert paid_by(office, "省里的").counts["total"] == 7 * WAN
    with pytest.raises(UserError, match="没有名为“省里的”"):
        paid_by(other, "省里的")


def test_a_later_text_changes_no_earlier_run(office: Office) -> None:
    adopt(office, own_text(3))
    run = paid_by(office, SHORT)
    row = run.rows.get()
    adopt(office, own_text(9))  # the same measure from the same day on, another amount
    again = replay.replay(row, datetime.date(2026, 3, 1))
    assert (again.then.fen, again.again.fen, again.by_rule.fen) == (3 * WAN, 3 * WAN, 9 * WAN)
    assert again.rule == 6 * WAN
    fresh = office.run(listed([event(2, day="2026-03-01")]), ON, "新", laws=[SHORT])
    assert fresh.counts["total"] == 9 * WAN
    assert [one["own"] for one in run.texts[0]] == [True]
    assert SchemeText.objects.filter(text__contains="一次性奖补3万元").count() == 1


def test_frozen_texts_are_only_added_and_an_altered_one_is_seen(office: Office) -> None:
    adopt(office, own_text())
    run = paid_by(office, SHORT)
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemeText.objects.update(text="别的")
    run.texts[0][0]["digest"] = "0" * 64
    SchemeText.objects.create(digest="0" * 64, text=own_text(8))
    with pytest.raises(UserError, match="被改动过"):
        schemes.as_then(run)


def test_the_own_text_takes_the_place_of_ours_of_the_same_name(office: Office) -> None:
    ours = "甘肃省高新技术企业奖补"
    adopt(office, own_text(6, short=ours, place="甘肃省"))
    run = paid_by(office, ours)
    assert run.counts["total"] == 6 * WAN  # 2026; ours began in 2024
    before = paid_by(office, ours, name="以前", day="2025-03-01")
    assert before.counts["total"] == 20 * WAN


def test_a_draft_is_tried_by_clicks_and_then_paid_by(
    office: Office, sign_in: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    clerk, head, leader = (sign_in(u) for u in (office.clerk, office.head, office.leader))
    told = {"text": own_text(), "as_of": "2026-06-30", "try": "1"}
    page = clerk.post("/laws/draft/", told).content.decode()
    assert "这是奖补办法，在甘肃省兰州市城关区给 1 项奖补" in page
    clerk.post("/laws/draft/", {**told, "keep": "1"})
    kept = OwnLaw.objects.get()
    assert "政策影响" in head.get(f"/laws/own/{kept.pk}/").content.decode()
    run = paid_by(office, name="按省里的")
    page = head.get(f"/money/runs/{run.pk}/trial/").content.decode()
    assert f"{SHORT}（clerk" in page
    nothing = head.post(f"/money/runs/{run.pk}/trial/", {"own": "", "text": ""})
    assert "请选一样" in nothing.content.decode()
    made = head.post(f"/money/runs/{run.pk}/trial/", {"own": str(kept.pk)})
    trial = run.trials.get()
    assert made.status_code == 302
    tasks.compare.func(trial.pk)
    page = head.get(f"/money/trials/{trial.pk}/").content.decode()
    assert "230,000.00" in page
    assert not Grant.objects.exists()
    leader.post(f"/laws/own/{kept.pk}/decide/", {"adopt": "1"})
    assert f"{SHORT}（本局办法，2026-01-01 起）" in clerk.get("/money/runs/new/").content.decode()
    form = {
        "name": "按本局办法", "as_of": "2026-06-30", "source": "paste", "laws": SHORT,
        "text": listed([event(5, day="2026-03-01")]).decode().replace(",", "\t"),
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        where = clerk.post("/money/runs/new/", form).url
    page = clerk.get(where).content.decode()
    assert "30,000.00" in page
    text_page = f"{where}texts/{Run.objects.latest('pk').texts[0][0]['digest']}/"
    assert text_page in page
    assert "一次性奖补3万元" in clerk.get(text_page).content.decode()
    assert clerk.get(f"{where}texts/{'0' * 64}/").status_code == 404


def test_a_firm_sees_what_its_own_bureau_gives(office: Office) -> None:
    from denggao.web.ledger.models import Enterprise, Title

    adopt(office, own_text())
    firm = Enterprise.objects.create(
        name="模拟甲公司", region=office.clerk.region, made_by=office.clerk
    )
    Title.objects.create(
        enterprise=firm, kind="高新技术企业", issued_on=datetime.date(2026, 3, 1), by=office.clerk
    )
    assert "《城关区科技奖补》城科发〔2026〕3号 第三条" in {c.cite for c in firms.could(firm, ON)}


def test_a_text_of_budget_and_payment_is_the_same_scheme(office: Office) -> None:
    adopt(office, own_text())
    actions.set_budget(
        by=office.clerk, scheme=SHORT, year=2026, level="区级", fen=3 * WAN, document="", version=0
    )
    rows = listed([event(1, day="2026-03-01"), event(2, day="2026-03-02")])
    run = office.approved(rows, as_of=ON, laws=[SHORT])
    assert [g.waits for g in run.grants.order_by("day")] == ["", "区级预算不足，待拨"]


def test_no_two_measures_have_an_award_of_the_same_number(office: Office) -> None:
    with pytest.raises(UserError, match=r"“GS-NEW\.first”在《甘肃省高新技术企业奖补》里用过了"):
        drafts.keep(by=office.clerk, text=own_text(id="GS-NEW.first"))
    twins = [own_text(3), own_text(4, short="另一部")]
    kept = [drafts.keep(by=office.clerk, text=text) for text in twins]
    drafts.decide(by=office.head, draft=kept[0], adopt=True)
    with pytest.raises(UserError, match=f"“CG-first”在《{SHORT}》里用过了"):
        drafts.decide(by=office.head, draft=kept[1], adopt=True)
    kept[1].refresh_from_db()
    assert kept[1].state == "draft"
    adopt(office, own_text(5, "2026-07-01"))  # a later version of the same keeps its numbers
