"""Pages of the department: what each shows, to whom, at what cost; and the files that leave."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from importlib import resources
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document

from denggao.rules.library import load_text
from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow
from denggao.web.accounts.regions import SYNTHETIC
from denggao.web.assessments.models import OwnLaw
from denggao.web.ledger import detail
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.money import actions, demo, tasks
from denggao.web.money.models import Grant, Payment, Relief, Run, Trial, Voucher
from tests.web.books import code
from tests.web.conftest import QILIHE
from tests.web.money import OLD, Office, event, listed

WAN = 1_000_000
LAW = """---
名称: 试行奖补办法
简称: 试行奖补
依据: [某科〔2024〕1号]
地域: 甘肃省
施行: 2020-01-01
状态: 征求意见稿
---
## 1号 第一条

> 首次认定的给30万元

```登高
奖补 T-first 首次认定：
    事项 首次认定
    给 30万元
    出资 省级
```

| 例 | 事项 | 兑付日 | T-first（万元） | 状态 |
|---|---|---|---|---|
| 首次 | 首次认定 2021-03-01 | 2021-06-30 | 0 | 征求意见稿 |
"""


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def clerk_client(office: Office, sign_in: Callable[..., Client]) -> Client:
    return sign_in(office.clerk)


def text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def sheet(answer: Any, name: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [list(row) for row in book[name].iter_rows(values_only=True)]


def test_a_run_by_clicks(
    office: Office, sign_in: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    clerk, head, leader = (sign_in(u) for u in (office.clerk, office.head, office.leader))
    pasted = listed([event(1), event(2, "重新认定")]).decode().replace(",", "\t")
    told = {"name": "2021年兑现", "as_of": "2021-06-30", "source": "paste", "text": pasted}
    with django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post("/money/runs/new/", told)
    assert answer.status_code == 302, text(answer)
    where = answer.url
    page = text(clerk.get(where))
    assert "250,000.00" in page
    assert "等另一位经办或科室负责人复核" in page
    assert clerk.post(f"{where}review/", follow=True).status_code == 200
    assert "您（clerk）已经办过测算" in text(clerk.post(f"{where}review/", follow=True))
    assert "已复核" in text(head.post(f"{where}review/", follow=True))
    assert head.post(f"{where}review/").status_code == 409
    on = (timezone.localdate() - datetime.timedelta(days=20)).isoformat()
    put = {"on": on, "days": "5", "contact": "高新科 电话 0000"}
    assert "名单从此冻结" in text(clerk.post(f"{where}publish/", put, follow=True))
    assert clerk.post(f"{where}approve/").status_code == 403
    assert "已审定" in text(leader.post(f"{where}approve/", follow=True))
    second = leader.post(f"{where}approve/")
    assert (second.status_code, "别人" in text(second)) == (409, True)
    paid = {"paid_on": timezone.localdate().isoformat(), "reference": "国库1"}
    assert leader.post(f"{where}pay/", paid).status_code == 403
    assert "已登记付款" in text(clerk.post(f"{where}pay/", paid, follow=True))
    assert clerk.post(f"{where}pay/", paid).status_code == 409
    assert sum(p.fen for p in Payment.objects.all()) == 25 * WAN
    payment = Payment.objects.order_by("pk")[0]
    back = {"on": timezone.localdate().isoformat(), "reference": "退1", "why": "证书撤销"}
    assert "原付款保留" in text(
        clerk.post(f"/money/payments/{payment.pk}/reverse/", back, follow=True)
    )
    assert clerk.post(f"/money/payments/{payment.pk}/reverse/", back).status_code == 409
    assert "已追回" in text(clerk.get("/money/payments/?state=back"))


def test_the_finance_sheet_adds_up_to_the_last_fen(office: Office, clerk_client: Client) -> None:
    run = office.paid(listed([event(n, "重新认定" if n % 3 else "首次认定") for n in range(1, 20)]))
    answer = clerk_client.get(f"/money/runs/{run.pk}/finance.xlsx")
    rows = sheet(answer, "拨款明细")
    at = rows[0].index("拨付金额（元）")
    assert rows[-1][1] == "合计 19 笔"
    fen = [round(row[at] * 100) for row in rows[1:]]
    assert sum(fen[:-1]) == fen[-1] == run.counts["total"] == run.publication.total
    cut = sheet(answer, "汇总")
    assert {row[3] for row in cut if row[0] == "合计"} == {fen[-1] / 100}
    assert all(row[rows[0].index("凭证号")] == "凭证1" for row in rows[1:-1])
    assert AuditRow.objects.filter(action="导出奖补文件").count() == 1


def test_what_is_published_leaves_as_word_and_excel(office: Office, clerk_client: Client) -> None:
    rows = [event(1), event(2)]
    rows[1][0] = "李某某"
    run = office.published(office.run(listed(rows)))
    shown = sheet(clerk_client.get(f"/money/runs/{run.pk}/publication.xlsx"), "公示表")
    assert [row[1] for row in shown[1:]] == ["李**", "模拟第1号科技有限公司", "合计 2 笔"] or [
        row[1] for row in shown[1:]
    ] == ["模拟第1号科技有限公司", "李**", "合计 2 笔"]
    assert shown[-1][4] == 400_000
    word = Document(io.BytesIO(clerk_client.get(f"/money/runs/{run.pk}/publication.docx").content))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "李**" in cells
    assert "400,000.00" in cells
    assert not any("李某某" in cell for cell in cells)
    run.publication.rows[0][3] += 1  # the control: somebody alters the frozen list
    run.publication.save()
    answer = clerk_client.get(f"/money/runs/{run.pk}/publication.xlsx", follow=True)
    assert "公示表被改动过" in text(answer)


def test_the_list_of_events_is_a_list_again(office: Office, clerk_client: Client) -> None:
    first = office.run(listed([event(1), event(2, "重新认定")]))
    content = clerk_client.get(f"/money/runs/{first.pk}/events.xlsx").content
    again = actions.start(
        by=office.clerk, name="再算", as_of=OLD, source="list", laws=[], list_name="名单.xlsx",
        content=content,
    )  # fmt: skip
    tasks.compute.func(again.pk)
    again.refresh_from_db()
    assert (again.message, again.counts["total"]) == ("", first.counts["total"])


@pytest.fixture
def firms(office: Office) -> list[Enterprise]:
    """Two firms with certificates; the second was recognised again."""
    made = []
    for number, days in ((1, ["2021-03-01"]), (2, ["2017-03-01", "2020-03-20"])):
        firm = Enterprise.objects.create(
            name=f"模拟第{number}号科技有限公司", uscc=code(number), region=office.clerk.region,
            made_by=office.clerk,
        )  # fmt: skip
        for text_ in days:
            on = datetime.date.fromisoformat(text_)
            until = on.replace(year=on.year + 3) - datetime.timedelta(days=1)
            Title.objects.create(
                enterprise=firm, kind="高新技术企业", issued_on=on, valid_to=until, by=office.clerk
            )
        made.append(firm)
    return made


def titles_run(office: Office, **more: Any) -> Run:
    told = {"name": "免申即享", "as_of": OLD, "source": "titles", "laws": [], **more}
    run = actions.start(by=office.clerk, **told)
    tasks.compute.func(run.pk)
    run.refresh_from_db()
    return run


def test_certificates_become_awards_and_what_was_not_taken(
    office: Office, clerk_client: Client, firms: list[Enterprise]
) -> None:
    run = titles_run(office)
    assert (run.state, run.message) == ("computed", "")
    assert [(r.enterprise_id, r.event, r.fen) for r in run.rows.all()] == [
        (firms[1].pk, "首次认定", 20 * WAN), (firms[1].pk, "重新认定", 5 * WAN),
    ]  # fmt: skip
    assert any("只有一张证书" in note for note in run.notes)
    page = text(clerk_client.get("/money/entitled/"))
    assert "共 2 笔" in page
    office.approved(listed([event(2, "重新认定", "2020-03-20")]))
    page = text(clerk_client.get(f"/money/entitled/?run={run.pk}"))
    assert "共 1 笔" in page
    assert "首次认定" in page
    rows = sheet(clerk_client.get(f"/money/entitled/?run={run.pk}&export=1"), "名单")
    assert [row[5] for row in rows[1:]] == ["首次认定"]


def test_a_firm_shows_what_it_got_and_what_it_could_get(
    office: Office, clerk_client: Client, firms: list[Enterprise]
) -> None:
    office.paid(listed([event(2, "重新认定", "2020-03-20")]))
    page = text(clerk_client.get(f"/enterprises/{firms[1].pk}/money/"))
    assert "已经拿到 50,000.00 元" in page
    assert "20万元" in page  # 首次认定, not taken
    only = text(clerk_client.get(f"/enterprises/{firms[0].pk}/money/"))
    assert "如果这张证书是首次认定" in only
    assert "如果这张证书是重新认定" in only
    said = [e.what for e in detail.timeline(firms[1]) if e.kind == "兑现"]
    assert said == ["兑现重新认定奖补 5万元"]
    assert "奖补兑现</a>" in text(clerk_client.get(f"/enterprises/{firms[1].pk}/"))


def test_replay_tells_the_rule_from_the_data(
    office: Office, clerk_client: Client, firms: list[Enterprise]
) -> None:
    row = titles_run(office).rows.get(event="重新认定")
    page = text(clerk_client.get(f"/money/rows/{row.pk}/?on=2024-06-30"))
    assert "100,000.00" in page
    assert "办法变了" in page
    assert "数据没有改变这个数" in page
    same = text(clerk_client.get(f"/money/rows/{row.pk}/?on=2020-03-20"))
    assert "办法没有改变这个数" in same
    assert "应写成" in text(clerk_client.get(f"/money/rows/{row.pk}/?on=x"))


def test_a_text_not_yet_adopted_is_compared(office: Office, clerk_client: Client) -> None:
    run = office.run(listed([event(1), event(2, "重新认定")]))
    wrong = clerk_client.post(f"/money/runs/{run.pk}/trial/", {"text": "不是办法"})
    assert wrong.status_code == 200
    assert not Trial.objects.exists()
    trial = actions.try_text(by=office.clerk, run=run, text=LAW)
    tasks.compare.func(trial.pk)
    page = text(clerk_client.get(f"/money/trials/{trial.pk}/"))
    assert "250,000.00" in page
    assert "350,000.00" in page
    assert "1 户增加，0 户减少" in page
    rows = sheet(clerk_client.get(f"/money/trials/{trial.pk}/?export=1"), "政策影响")
    assert rows[1][2:5] == [200_000, 300_000, 100_000]
    assert not Grant.objects.exists()


def test_another_district_sees_nothing(
    office: Office, make_user: Callable[..., Any], sign_in: Callable[..., Client]
) -> None:
    run = office.paid(listed([event(1)]))
    client = sign_in(make_user("other", "head", "leader", region=QILIHE))
    row, payment = run.rows.get(), Payment.objects.get()
    for address in (
        f"/money/runs/{run.pk}/", f"/money/rows/{row.pk}/", f"/money/runs/{run.pk}/finance.xlsx",
        f"/money/runs/{run.pk}/publication.xlsx",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.post(f"/money/payments/{payment.pk}/reverse/").status_code == 404
    assert client.post(f"/money/runs/{run.pk}/pay/").status_code == 404
    assert "共 0 笔" in text(client.get("/money/payments/"))
    assert "共 0 次" in text(client.get("/money/runs/"))


def test_queries_do_not_grow_with_the_rows(office: Office, clerk_client: Client) -> None:
    few = office.paid(listed([event(n) for n in range(5)]), name="少")
    many = office.paid(listed([event(n) for n in range(100, 200)]), name="多")
    counts = {}
    clerk_client.get("/money/runs/")  # the session is known from now on
    for run in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert clerk_client.get(f"/money/runs/{run.pk}/").status_code == 200
        counts[run.name] = len(seen)
    assert counts["多"] <= min(counts["少"] + 1, 20)  # counted where one page does not hold them
    with CaptureQueriesContext(connection) as seen:
        assert clerk_client.get("/money/payments/").status_code == 200
    assert len(seen) <= 12


def test_hostile_names_stay_text(office: Office, clerk_client: Client) -> None:
    rows = [event(1), event(2)]
    rows[0][0], rows[1][0] = "<script>alert(1)</script>公司", "=HYPERLINK(1)公司"
    run = office.published(office.run(listed(rows)))
    assert "<script>alert(1)" not in text(clerk_client.get(f"/money/runs/{run.pk}/"))
    book = sheet(clerk_client.get(f"/money/runs/{run.pk}/finance.xlsx"), "拨款明细")
    assert {row[1] for row in book[1:-1]} == {"<script>alert(1)</script>公司", "=HYPERLINK(1)公司"}


def test_the_demonstration_pays_in_part_and_claims_back() -> None:
    office, as_of = Office(SYNTHETIC), datetime.date(2026, 6, 30)
    for number in range(12):
        firm = Enterprise.objects.create(
            name=f"模拟第{number}号科技有限公司", uscc=code(number), region=office.clerk.region,
            made_by=office.clerk,
        )  # fmt: skip
        for year in (2022, 2025) if number % 2 else (2024,):
            on = datetime.date(year, 1 + number, 9)
            until = on.replace(year=year + 3) - datetime.timedelta(days=1)
            Title.objects.create(
                enterprise=firm, kind="高新技术企业", issued_on=on, valid_to=until, by=office.clerk
            )
    demo.fill(office.clerk, as_of)
    paid, waiting = Run.objects.order_by("pk")
    assert (paid.state, waiting.state) == ("approved", "computed")
    assert not paid.notes
    # by the county's own measure, each event by the version of its day; nothing of a province
    assert {m.state for m in OwnLaw.objects.filter(short=demo.SCHEME)} == {"adopted"}
    assert set(Grant.objects.values_list("scheme", flat=True)) == {demo.SCHEME}
    told = {(r.event, r.day.year, r.rate) for run in (paid, waiting) for r in run.rows.all()}
    assert told == {
        ("首次认定", 2022, "10万元"), ("首次认定", 2024, "10万元"), ("重新认定", 2025, "5万元"),
    }  # fmt: skip
    assert (
        Voucher.objects.get(state="reviewed").cite == f"《{demo.SCHEME}》模科发〔2025〕1号 第七条"
    )
    assert Grant.objects.exclude(waits="").exists()  # the budget is too small, as it should be
    assert Payment.objects.filter(fen__lt=0).count() == 1
    assert sorted(Voucher.objects.values_list("state", flat=True)) == sorted(
        ["contracted", "invoiced", "proven", "reviewed", "published", "paid"]
    )
    assert Relief.objects.filter(fen=None).count() == 1
    assert list(audit.faults()) == []


def test_the_county_says_that_its_measure_is_invented() -> None:
    folder = resources.files("denggao.demo").joinpath("schemes")
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir()]
    laws = sorted((load_text(text) for text in texts), key=lambda law: law.valid_from)
    assert [(law.short, law.region) for law in laws] == [(demo.SCHEME, "模拟县")] * 2
    assert laws[0].valid_to == laws[1].valid_from - datetime.timedelta(days=1)
    assert all("模拟县是造出来的，没有这份办法" in text for text in texts)
