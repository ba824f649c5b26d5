"""五本台账 in their real heads, out and in again; what is wrong is named by its cell."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.ledger.models import Enterprise
from denggao.web.visits import flow
from denggao.web.visits.actions import bringing, chains, tickets, visiting
from denggao.web.visits.books import BOOKS, CHAIN_HEADS, TICKET_HEADS, VISIT_HEADS
from denggao.web.visits.models import Chain, Member, Ticket, Visit
from tests.web.books import book, code

SINCE = datetime.date(2026, 3, 2)
REAL = {
    1: "序号/企业名称/企业负责人/企业联系电话/注册地址/主要产品/"
    "包抓领导/专班负责单位/专班班长/专班联系电话/备注/更新时间",
    2: "问题编号/企业名称/问题接收时间/企业反映的问题/问题类型/包抓领导/专班负责单位/"
    "办理状态/办理内容/办理时间/办结时间/办结说明/暂无法办结说明/附件",
    3: "序号/企业名称/统一社会信用代码/县区/走访时间/走访人/走访方式/"
    "企业类型/基本情况/反映的问题和需求/问题类别/责任单位/办理时限/办理情况/办结日期",
    4: "本周走访企业户数/累计走访企业户数/"
    "责任人/开始日期/结束日期",
}  # fmt: skip


@pytest.fixture
def client(clerk: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(clerk)


def chain_row(number: int, name: str, **more: Any) -> list[Any]:
    told = {"序号": number, "企业名称": name, "包抓领导": "领导甲", **more}
    return [told.get(head, "") for head in CHAIN_HEADS]


def sheet(answer: Any) -> list[list[Any]]:
    found = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert found is not None
    return [list(row) for row in found.iter_rows(values_only=True)]


def test_heads_are_the_real_ones() -> None:
    assert {n: "/".join(BOOKS[n].heads) for n in REAL} == REAL


def test_every_row_goes_out(
    clerk: User, make_firm: Callable[..., Enterprise], client: Client
) -> None:
    firms = [make_firm(f"=模拟{n:02}号", uscc=code(n)) for n in range(60)]
    leader = chains.save_member(
        by=clerk, member=Member(region=clerk.region, kind="leader", name="领导甲")
    )
    chains.assign(by=clerk, firms=firms[:55], values={"leader": leader}, since=SINCE)
    today = timezone.localdate()
    for firm in firms[:7]:
        visiting.record_visit(
            by=clerk, enterprise=firm, token=uuid.uuid4(),
            values={"on": today, "visitors": "甲", "situation": "好"},
            raised=[visiting.Raised("问题一", "其他"), visiting.Raised("问题二", "")],
        )  # fmt: skip
    counts = {1: 55, 2: 14, 3: 7, 4: 1, 5: 60, 6: 14, 7: 5}
    assert counts.keys() == BOOKS.keys()
    for number, count in counts.items():
        rows = sheet(client.get(reverse("visits:visit-book", args=[number])))
        assert tuple(rows[0]) == BOOKS[number].heads
        assert len(rows) - 1 == count, BOOKS[number].name
    (week,) = sheet(client.get(reverse("visits:visit-book", args=[4])))[1:]
    assert week[:3] == [7, 7, "领导甲"]
    (first, *_) = sheet(client.get(reverse("visits:visit-book", args=[3])))[1:]
    assert first[1] == "=模拟00号"  # a text, no formula
    assert first[9] == "1. 问题一\n2. 问题二"
    assert client.get(reverse("visits:visit-book", args=[99])).status_code == 404
    assert AuditRow.objects.filter(action="导出").count() == 9


def test_chains_come_in_and_go_out_the_same(
    clerk: User, make_firm: Callable[..., Enterprise], tmp_path: Path, client: Client
) -> None:
    for name in ("甲公司", "乙公司"):
        make_firm(name)
    rows = [
        chain_row(1, "甲公司", 专班负责单位="工信局", 专班班长="班长甲", 专班联系电话="0931-1",
                  企业负责人="某", 主要产品="泵"),
        chain_row(2, "乙公司", 专班负责单位="农业局", 专班班长="班长甲", 备注="重点"),
        ["", "填表人：某某"],
    ]  # fmt: skip
    path = book(tmp_path / "包抓联.xlsx", rows, CHAIN_HEADS)
    done = bringing.bring(by=clerk, kind="包抓联台账", path=path, since=SINCE, name=path.name)
    assert (done.new, done.same, done.problems) == (2, 0, [])
    assert Member.objects.filter(kind="leader").count() == 1
    assert Member.objects.filter(kind="head").count() == 2  # one name, two units: two people
    out = sheet(client.get(reverse("visits:visit-book", args=[1])))
    assert {tuple(r[1:4] + r[5:11]) for r in out[1:]} == {
        ("甲公司", "某", "", "泵", "领导甲", "工信局", "班长甲", "0931-1", ""),
        ("乙公司", "", "", "", "领导甲", "农业局", "班长甲", "", "重点"),
    }
    again = bringing.bring(by=clerk, kind="包抓联台账", path=path, since=SINCE, name=path.name)
    assert (again.new, again.same) == (0, 2)
    assert Chain.objects.count() == 2


def test_wrong_cells_are_named_and_nothing_is_written(
    clerk: User, make_firm: Callable[..., Enterprise], tmp_path: Path, client: Client
) -> None:
    for name in ("甲公司", "乙公司", "乙公司", "丙公司"):
        make_firm(name)
    rows = [
        chain_row(1, "甲公司"),
        chain_row(2, "没有的公司"),
        chain_row(3, "乙公司"),
        chain_row(4, "甲公司"),
        chain_row(5, "丙公司", 包抓领导=""),
    ]
    path = book(tmp_path / "包抓联.xlsx", rows, CHAIN_HEADS)
    upload = SimpleUploadedFile("包抓联.xlsx", path.read_bytes())
    told = {"kind": "包抓联台账", "file": upload, "since": "2026-03-02"}
    answer = client.post(reverse("visits:visit-bring"), told)
    found = answer.context["done"]
    where = [(p.row, p.column, p.head) for p in found.problems]
    assert where == [(4, "B", "企业名称"), (5, "B", "企业名称"), (6, "B", "企业名称"),
                     (7, "G", "包抓领导")]  # fmt: skip
    assert "2 户同名" in answer.content.decode()
    assert not Chain.objects.exists()
    assert not Member.objects.exists()


def test_tickets_come_in(clerk: User, make_firm: Callable[..., Enterprise], tmp_path: Path) -> None:
    firm = make_firm("甲公司")

    def row(number: str, state: str, **more: Any) -> list[Any]:
        told = {
            "问题编号": number, "企业名称": "甲公司", "问题接收时间": "2026.3.2 09:30",
            "企业反映的问题": "缺电", "办理状态": state, "专班负责单位": "工信局", **more,
        }  # fmt: skip
        return [told.get(head, "") for head in TICKET_HEADS]

    good = [row("A1", "受理中"), row("A2", "办理中", 办理内容="在办", 办理时间="2026-03-05"),
            row("A3", "完全办结", 办结时间="2026年3月9日", 办结说明="好了"),
            row("A4", "暂无法办结", 暂无法办结说明="没有政策")]  # fmt: skip
    bad = [row("B1", "不知道"), row("B2", "暂无法办结"), row("B3", "受理中", 问题接收时间="上周"),
           row("B4", "受理中", 企业反映的问题=""),
           row("B5", "受理中", 问题接收时间="2999-01-01")]  # fmt: skip
    path = book(tmp_path / "问题.xlsx", [*good, *bad], TICKET_HEADS)
    done = bringing.bring(by=clerk, kind="问题台账", path=path, since=SINCE, name="x")
    assert [(p.row, p.column) for p in done.problems] == [
        (7, "H"), (8, "M"), (9, "C"), (10, "D"), (11, "C"),
    ]  # fmt: skip
    assert not Ticket.objects.exists()
    path = book(tmp_path / "问题.xlsx", good, TICKET_HEADS)
    done = bringing.bring(by=clerk, kind="问题台账", path=path, since=SINCE, name="x")
    assert (done.new, done.problems) == (4, [])
    assert "待回访" in done.notes[0]
    states = dict(Ticket.objects.values_list("number", "state"))
    assert states == {
        "A1": flow.RECEIVED, "A2": flow.WORKING, "A3": flow.DONE, "A4": flow.CANNOT,
    }  # fmt: skip
    first = Ticket.objects.get(number="A1")
    assert timezone.localtime(first.received_at).isoformat() == "2026-03-02T09:30:00+08:00"
    assert first.enterprise == firm
    again = bringing.bring(by=clerk, kind="问题台账", path=path, since=SINCE, name="x")
    assert (again.new, again.same) == (0, 4)
    ticket = Ticket.objects.get(number="A3")
    tickets.move(
        by=clerk, ticket=ticket, version=1, code="revisit", note="电话", satisfaction="满意"
    )


def test_visits_come_in(clerk: User, make_firm: Callable[..., Enterprise], tmp_path: Path) -> None:
    make_firm("甲公司", uscc=code(1))
    told = {
        "企业名称": "写错了名字", "统一社会信用代码": code(1), "走访时间": "2024.5.22",
        "走访人": "某某", "走访方式": "实地", "反映的问题和需求": "归集不规范",
        "问题类别": "计划项目",
        "责任单位": "区科技局", "办理情况": "已安排专家", "办结日期": "2024-05-29",
    }  # fmt: skip
    rows = [[told.get(head, "") for head in VISIT_HEADS]]
    path = book(tmp_path / "走访.xlsx", rows, VISIT_HEADS)
    done = bringing.bring(by=clerk, kind="走访记录", path=path, since=SINCE, name="x")
    assert (done.new, done.problems) == (1, [])
    visit, ticket = Visit.objects.get(), Ticket.objects.get()
    assert (visit.on, visit.visitors) == (datetime.date(2024, 5, 22), "某某")
    assert (ticket.state, ticket.unit, ticket.visit) == (flow.DONE, "区科技局", visit)
    assert ticket.done_at is not None
    assert timezone.localtime(ticket.done_at).date() == datetime.date(2024, 5, 29)
    again = bringing.bring(by=clerk, kind="走访记录", path=path, since=SINCE, name="x")
    assert (again.new, again.same, Visit.objects.count()) == (0, 1, 1)
    told |= {"走访时间": "5月22日", "走访方式": "飞去", "走访人": ""}
    rows = [[told.get(head, "") for head in VISIT_HEADS]]
    path = book(tmp_path / "走访.xlsx", rows, VISIT_HEADS)
    done = bringing.bring(by=clerk, kind="走访记录", path=path, since=SINCE, name="x")
    assert [p.head for p in done.problems] == ["走访时间", "走访人", "走访方式"]


def test_another_table_is_refused(clerk: User, tmp_path: Path) -> None:
    path = book(tmp_path / "别的.xlsx", [[1, 2]], ("甲", "乙"))
    with pytest.raises(UserError, match="至少要有 企业名称、包抓领导"):
        bringing.bring(by=clerk, kind="包抓联台账", path=path, since=SINCE, name="x")
