"""What the pages show, to whom, and at what cost."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from denggao.facts.catalogue import catalogue
from denggao.web.accounts.models import AuditRow, User
from denggao.web.ledger import actions, detail, importing, listing
from denggao.web.ledger.models import Enterprise, Import, SavedView, Statement, Title, Value
from denggao.web.ledger.values import Columns
from tests.web.books import book, code, row
from tests.web.conftest import QILIHE

AS_OF = datetime.date(2026, 6, 30)
LIST = "/enterprises/"
HOSTILE = [
    "<script>alert(1)</script>模拟公司",
    '"><img src=x onerror=alert(1)>模拟公司',
    "=HYPERLINK(1)模拟公司",
    "{{ 7*7 }}{% now %}模拟公司",
    "\u202e模拟公司\U0001f600",
]


@pytest.fixture
def filled(clerk: User, tmp_path: Path) -> Import:
    """Sixty firms, imported."""
    rows = [row(n, n, n + 1, 10 + n) for n in range(1, 61)]
    path = book(tmp_path / "甲.xlsx", rows)
    source = actions.bring(
        by=clerk, name=path.name, chunks=[path.read_bytes()], region=clerk.region, mode="upsert",
        source="ledger", as_of=AS_OF,
    )  # fmt: skip
    source.refresh_from_db()
    actions.confirm(by=clerk, source=source, without_wrong=False)
    source.refresh_from_db()
    return source


@pytest.fixture
def client(clerk: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(clerk)


def text(answer: Any) -> str:
    return answer.content.decode()


# --- the list ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 60),
        ("text=第7号", 1),
        ("text=mnx", 60),
        ("text=MoNiXianDi7Hao", 1),
        (f"text={code(7)}", 1),
        (f"text={code(7)[:8]}", 60),
        ("text=没有这一家", 0),
        ("region=620102", 60),
        ("region=620103", 0),
        ("tier=none", 60),
        ("tier=高新技术企业", 0),
        ("mark=unowned", 60),
        ("mark=disputed", 0),
        ("page=2", 60),
        ("page=999", 60),
        ("page=-1&c=nonsense&region='", 0),
    ],
)
def test_search(filled: Import, client: Client, query: str, found: int) -> None:
    answer = client.get(f"{LIST}?{query}")
    assert f"共 {found} 家企业" in text(answer)
    assert answer.context["page"].total == found


def test_the_total_is_not_cut_by_the_page(filled: Import, client: Client) -> None:
    first, second = client.get(LIST), client.get(f"{LIST}?page=2")
    assert [len(answer.context["page"].rows) for answer in (first, second)] == [50, 10]
    assert "第 1 / 2 页" in text(first)
    assert ">51</td>" in text(second)  # 序号 goes on


def test_a_former_name_is_found(filled: Import, client: Client, clerk: User) -> None:
    firm = Enterprise.objects.get(uscc=code(7))
    values = {
        "name": "崭新集团",
        "uscc": firm.uscc,
        "region": firm.region,
        "zone": None,
        "owner": clerk,
    }
    actions.rename(by=clerk, enterprise=firm, version=1, values=values, why="更名公告")
    assert "崭新集团" in text(client.get(f"{LIST}?text=第7号"))
    assert "共 1 家" in text(client.get(f"{LIST}?mark=mine"))


def test_tiers(filled: Import, client: Client, clerk: User) -> None:
    today = timezone.localdate()
    for number, (begins, ends) in enumerate([(-10, 10), (-20, -1), (1, 10)], 1):
        days = (today + datetime.timedelta(days=d) for d in (begins, ends))
        told = dict(zip(("issued_on", "valid_to"), days, strict=True), kind="高新技术企业")
        firm = Enterprise.objects.get(uscc=code(number))
        actions.add_title(by=clerk, enterprise=firm, version=1, values=told, why="公告")
    answer = client.get(f"{LIST}?tier=高新技术企业")
    assert [firm.uscc for firm in answer.context["page"].rows] == [code(1)]
    assert client.get(f"{LIST}?tier=none").context["page"].total == 59


def test_htmx_gets_the_list_as_a_fresh_page_has_it(filled: Import, client: Client) -> None:
    where = f"{LIST}?text=第1"
    whole, part = text(client.get(where)), text(client.get(where, headers={"HX-Request": "true"}))
    assert part.strip() in whole
    assert "<html" not in part
    assert 'id="list"' in part


def test_the_sources_as_part_equal_the_page(filled: Import, client: Client) -> None:
    firm = Enterprise.objects.first()
    assert firm is not None
    where = reverse("ledger:enterprise-statements", args=[firm.pk, "sales", 2025])
    part = text(client.get(where, headers={"HX-Request": "true"}))
    assert part.strip() in text(client.get(where))


def test_columns_and_views(filled: Import, client: Client, clerk: User) -> None:
    asked = "c=sales@2024&c=staff@2025"
    page = text(client.get(f"{LIST}?{asked}"))
    assert "2024年销售收入（万元）" in page
    assert "2025年研发费用（万元）</th>" not in page
    client.post(reverse("ledger:enterprises-view"), {"name": "我的", "query": asked})
    assert SavedView.objects.get(user=clerk).query == asked
    assert f"?{asked}".replace("&", "&amp;") in text(client.get(LIST))


def test_events_of_one_day_stand_in_the_order_in_which_they_were_recorded(
    clerk: User, make_firm: Callable[..., Enterprise]
) -> None:
    firm, today = make_firm("模拟甲"), timezone.localdate()
    values = {"kind": "高新技术企业", "number": "GR1", "issued_on": today,
              "valid_to": today.replace(year=today.year + 3, day=1)}  # fmt: skip
    actions.add_title(by=clerk, enterprise=firm, version=firm.version, values=values, why="补录")
    for _ in range(2):
        firm.refresh_from_db()
        actions.correct(
            by=clerk, enterprise=firm, version=firm.version, fact=catalogue()["staff"], year=2025,
            columns=Columns(number=10), source="corrected", why="更正",
        )  # fmt: skip
    of_today = [e for e in detail.timeline(firm) if e.on == today]
    assert [e.kind for e in of_today] == ["更正", "更正", "证书", "建档"]
    assert [e.at for e in of_today] == sorted((e.at for e in of_today if e.at), reverse=True)


def test_views_of_ones_own_are_kept_changed_and_forgotten(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    where = reverse("ledger:enterprises-view")
    client, other = sign_in(clerk), sign_in(make_user("other", "clerk"))
    for query in ("tier=none", "mark=mine"):
        client.post(where, {"name": "我的", "query": query})
    assert SavedView.objects.get().query == "mark=mine"
    page = other.post(where, {"name": "我的", "query": "", "remove": "1"}, follow=True)
    assert "没有叫“我的”的视图" in page.content.decode()
    assert "请给视图起个名" in client.post(where, {"query": ""}, follow=True).content.decode()
    client.post(where, {"name": "我的", "query": "", "remove": "1"})
    assert not SavedView.objects.exists()
    told = AuditRow.objects.filter(kind="savedview").order_by("seq")
    assert list(told.values_list("action", "old", "new")) == [
        ("保存视图", None, "tier=none"), ("保存视图", "tier=none", "mark=mine"),
        ("删除视图", "mark=mine", None),
    ]  # fmt: skip


def test_excel_has_all_rows_and_no_live_formula(
    filled: Import, client: Client, make_firm: Callable[..., Enterprise]
) -> None:
    for name in HOSTILE:
        make_firm(name)
    answer = client.get(reverse("ledger:enterprises-export") + "?c=sales@2025")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert sheet.max_row == 1 + 60 + len(HOSTILE)
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "n"}
    names = [cell.value for cell in sheet["B"]]
    assert all(name in names for name in HOSTILE)
    assert sheet["H2"].value == 2
    assert AuditRow.objects.filter(action="导出").get().new == {"rows": 65}


# --- one firm ------------------------------------------------------------------------------------


def test_a_correction_needs_a_reason_and_leaves_both(
    filled: Import, client: Client, clerk: User
) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    where = reverse("ledger:enterprise-correct", args=[firm.pk])
    form = {
        "fact": "sales", "year": "2025", "value": "3.5", "source": "corrected", "why": "",
        "version": firm.version,
    }  # fmt: skip
    assert client.post(where, form).status_code == 200
    assert Statement.objects.filter(enterprise=firm, fact="sales", year=2025).count() == 1
    assert client.post(where, {**form, "why": "审计报告第 3 页"}).status_code == 302
    value = Value.objects.get(enterprise=firm, fact="sales", year=2025)
    assert (value.number, value.disputed) == (3_500_000, True)
    row_ = AuditRow.objects.get(action="更正填报")
    assert (row_.old["value"], row_.new["value"], row_.why) == (
        "2 万元",
        "3.5 万元",
        "审计报告第 3 页",
    )
    page = text(client.get(reverse("ledger:enterprise", args=[firm.pk])))
    assert "审计报告第 3 页" in page
    assert "disputed" in page


@pytest.mark.parametrize(
    ("fact", "year", "value", "said"),
    [
        ("sales", "", "3", "年度数据"),
        ("sales", "2025", "很多", "应为"),
        ("sales", "2025", "-1", "应为"),
        ("resident", "", "大概", "应为"),
        ("established_on", "", "去年", "应为"),
        ("established_on", "2024", "2019-05-06", "不分年度"),
        ("name", "", "x", "有效"),
    ],
)
def test_what_does_not_fit_is_refused(
    filled: Import, client: Client, fact: str, year: str, value: str, said: str
) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    before = Statement.objects.count()
    form = {
        "fact": fact, "year": year, "value": value, "source": "corrected", "why": "核实",
        "version": firm.version,
    }  # fmt: skip
    answer = client.post(reverse("ledger:enterprise-correct", args=[firm.pk]), form)
    assert answer.status_code == 200
    assert said in text(answer)
    assert Statement.objects.count() == before


@pytest.mark.parametrize(
    ("fact", "typed", "columns"),
    [
        ("sales", "2.5亿", Columns(number=250_000_000 * 100)),
        ("resident", "是", Columns(number=1)),
        ("established_on", "2019年5月6日", Columns(text="2019-05-06")),
        ("staff", "12.5", Columns(number=125_000)),
        ("ownership", "民营", Columns(text="民营")),
        ("sales", "", Columns()),
    ],
)
def test_typed_values(fact: str, typed: str, columns: Columns) -> None:
    from denggao.web.ledger.values import read_typed

    assert read_typed(catalogue()[fact], typed) == columns


def test_the_second_of_two_editors_is_told(filled: Import, client: Client) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    where = reverse("ledger:enterprise-correct", args=[firm.pk])
    form = {
        "fact": "sales", "year": "2025", "value": "3", "source": "corrected", "why": "核实",
        "version": firm.version,
    }  # fmt: skip
    assert client.post(where, form).status_code == 302
    answer = client.post(where, {**form, "value": "4"})
    assert answer.status_code == 409
    assert "别人改过" in text(answer)
    assert Value.objects.get(enterprise=firm, fact="sales", year=2025).number == 3_000_000


def test_a_certificate_recorded_and_taken_down(filled: Import, client: Client) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    where = reverse("ledger:enterprise-title-new", args=[firm.pk])
    form = {
        "kind": "高新技术企业", "number": "GR202462009999", "issued_on": "2024-10-28",
        "valid_to": "2020-01-01", "why": "公告", "version": firm.version,
    }  # fmt: skip
    assert "早于发证日期" in text(client.post(where, form))
    assert client.post(where, {**form, "valid_to": "2027-10-27"}).status_code == 302
    title = Title.objects.get()
    assert "GR202462009999" in text(client.get(reverse("ledger:enterprise", args=[firm.pk])))
    down = reverse("ledger:enterprise-title-withdraw", args=[title.pk])
    assert client.post(down, {"why": "抄错"}).status_code == 302
    assert "GR202462009999" not in text(client.get(reverse("ledger:enterprise", args=[firm.pk])))


# --- scope and hostile names ---------------------------------------------------------------------


def test_a_foreign_object_does_not_exist(
    filled: Import, make_user: Callable[..., User], make_firm: Callable[..., Enterprise],
    sign_in: Callable[[User], Client], clerk: User,
) -> None:  # fmt: skip
    """Every page of an object × somebody of another district: 404, no canary, nothing changed."""
    firm = Enterprise.objects.get(uscc=code(1))
    title = actions.add_title(
        by=clerk, enterprise=firm, version=1, values={"kind": "高新技术企业"}, why="公告"
    )
    other = sign_in(make_user("other", "head", "system", region=QILIHE))
    where = [
        reverse(f"ledger:{name}", args=arguments)
        for names, arguments in (
            (("enterprise", "enterprise-correct", "enterprise-edit"), [firm.pk]),
            (("enterprise-title-new", "enterprise-access"), [firm.pk]),
            (("enterprise-statements",), [firm.pk, "sales", 2025]),
            (("enterprise-title-withdraw",), [title.pk]),
            (
                (
                    "import", "import-progress", "import-problems", "import-differences",
                    "import-marked", "import-workbook", "import-confirm", "import-drop",
                    "import-undo", "import-columns",
                ),
                [filled.pk],
            ),
        )
        for name in names
    ]  # fmt: skip
    before = Statement.objects.count(), Import.objects.get().state, Title.objects.get().withdrawn
    for address in where:
        for answer in (other.get(address), other.post(address, {"why": "试", "version": 1})):
            if answer.status_code != 405:
                assert answer.status_code == 404, address
            assert firm.name not in text(answer)
            assert "甲.xlsx" not in text(answer)
    after = Statement.objects.count(), Import.objects.get().state, Title.objects.get().withdrawn
    assert after == before
    assert len(where) >= 15
    assert "共 0 家企业" in text(other.get(f"{LIST}?text={code(1)}"))
    sheet = openpyxl.load_workbook(
        io.BytesIO(other.get(reverse("ledger:enterprises-export")).content)
    ).active
    assert sheet is not None
    assert sheet.max_row == 1


@pytest.mark.parametrize("role", ["company", "expert"])
def test_people_from_outside_see_the_firm_they_are_named_at(
    filled: Import, client: Client, make_user: Callable[..., User],
    sign_in: Callable[[User], Client], role: str,
) -> None:  # fmt: skip
    mine, other = Enterprise.objects.order_by("pk")[:2]
    outside = make_user("outside", role)
    theirs = sign_in(outside)
    assert "共 0 家企业" in text(theirs.get(LIST))
    form = {"users": [outside.pk], "why": "企业财务人员"}
    where = reverse("ledger:enterprise-access", args=[mine.pk])
    assert client.post(where, form).status_code == 302
    assert "共 1 家企业" in text(theirs.get(LIST))
    assert theirs.get(reverse("ledger:enterprise", args=[mine.pk])).status_code == 200
    assert theirs.get(reverse("ledger:enterprise", args=[other.pk])).status_code == 404
    assert theirs.get(reverse("ledger:enterprises-export")).status_code == 403
    assert client.post(where, {"why": "调离"}).status_code == 302
    assert "共 0 家企业" in text(theirs.get(LIST))


def test_hostile_names_are_shown_literally(
    client: Client, make_firm: Callable[..., Enterprise]
) -> None:
    for name in HOSTILE:
        firm = make_firm(name)
        for where in (LIST, reverse("ledger:enterprise", args=[firm.pk])):
            page = text(client.get(where))
            assert "<script>alert" not in page
            assert "<img src=x" not in page
    assert "{{ 7*7 }}" in text(client.get(LIST))


def test_the_policy_holds_on_every_page(filled: Import, client: Client) -> None:
    firm = Enterprise.objects.first()
    assert firm is not None
    pages = [LIST, reverse("ledger:enterprise", args=[firm.pk]), reverse("ledger:imports"),
             reverse("ledger:import", args=[filled.pk]), reverse("ledger:questions")]  # fmt: skip
    for where in pages:
        answer = client.get(where)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert " style=" not in text(answer), where
        assert not re.search(r"<script(?![^>]* src=)", text(answer)), where
        assert not re.search(r"\son[a-z]+=", text(answer)), where


# --- cost ----------------------------------------------------------------------------------------


def queries(client: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(where).status_code == 200
    return len(seen)


def test_queries_do_not_grow_with_rows(
    filled: Import, client: Client, make_user: Callable[..., User]
) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    page, detail = f"{LIST}?text=", reverse("ledger:enterprise", args=[firm.pk])
    client.get(LIST)  # the session's first sign of life is written down
    few, many = queries(client, f"{page}第1号"), queries(client, page)
    assert many <= few + 1  # counted only where one page does not hold them all
    assert many <= 12
    assert queries(client, detail) <= 20
    for where in (reverse("ledger:imports"), reverse("ledger:import", args=[filled.pk])):
        assert queries(client, where) <= 20


def test_a_query_for_each_row_would_be_seen(filled: Import, client: Client) -> None:
    """The control: a list that takes its firms one by one."""
    take = listing.listed

    def one_by_one(pks: list[int]) -> list[Any]:
        return [one for pk in pks for one in take([pk])]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("denggao.web.ledger.views.enterprises.listing.listed", one_by_one)
        assert queries(client, LIST) > 50


def test_what_was_not_understood_can_be_told(clerk: User, client: Client, tmp_path: Path) -> None:
    heads = ("企业名称", "统一社会信用代码", "所在区县", "2025年销售收入（万元）", "去年赚了多少")
    path = book(tmp_path / "甲.xlsx", [row(1, 100, 120)], heads)
    source = actions.bring(
        by=clerk, name=path.name, chunks=[path.read_bytes()], region=clerk.region, mode="upsert",
        source="ledger", as_of=AS_OF,
    )  # fmt: skip
    where = reverse("ledger:import", args=[source.pk])
    assert "去年赚了多少" in text(client.get(where))
    told = {"fact:去年赚了多少": "profit", "year:去年赚了多少": "2025", "unit:去年赚了多少": "万元"}
    client.post(reverse("ledger:import-columns", args=[source.pk]), told)
    source.refresh_from_db()
    assert source.state == Import.State.CHECKED, source.message
    actions.confirm(by=clerk, source=source, without_wrong=False)
    assert Value.objects.get(fact="profit", year=2025).number == 120 * 10_000 * 100
    assert list(importing.faults()) == []


NASTY = [
    "\0",
    "\udfff",
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "x" * 5000,
    "９" * 30,
    "-1",
    "1e999",
    "\r\n",
]


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_no_nonsense_breaks_a_page(client: Client, clerk: User, nasty: str) -> None:
    client.raise_request_exception = False
    for key in ("text", "region", "tier", "mark", "c", "page", "kind", "fact", "year"):
        for where in (LIST, reverse("ledger:imports"), reverse("ledger:questions")):
            assert (
                client.get(where, {key: nasty.encode("utf-8", "surrogatepass")}).status_code < 500
            )
    for name in ("name", "query"):
        form = {"name": "x", "query": "y", name: nasty.encode("utf-8", "surrogatepass")}
        assert client.post(reverse("ledger:enterprises-view"), form).status_code < 500


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**40])
def test_no_number_in_an_address_breaks_it(client: Client, number: int) -> None:
    client.raise_request_exception = False
    for where in (
        f"/enterprises/{number}/",
        f"/imports/{number}/",
        f"/enterprises/1/facts/sales/{number}/",
    ):
        assert client.get(where).status_code == 404
