"""Random lists through the database: by district = by level = by batch = published = granted =
paid = the finance sheet, in 分; and unknown amounts, vouchers, reliefs."""

from __future__ import annotations

import datetime
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from denggao.facts.errors import UserError
from denggao.web.ledger.actions import Conflict
from denggao.web.ledger.models import Enterprise
from denggao.web.money import actions, balance, exports, queries, reliefs, vouchers
from denggao.web.money.models import Grant, Payment, Publication, Relief, Run, Voucher
from tests.strategies import examples
from tests.web.books import code
from tests.web.money import Office, event, listed

DISTRICTS = ("城关区", "七里河区", "西固区", "红古区", "")
KINDS = ("首次认定", "重新认定", "整体迁入", "创新券兑付", "创新券发放", "入库")
HEAD = (
    "企业名称,统一社会信用代码,所在区县,批次,事项,事项日期,对象,创新券编号,"
    "创新券面额（元）,合同金额（元）,服务发票金额（元）"
)


def random_list(rnd: Random, count: int) -> bytes:
    """Few firms, so that the same comes twice; odd 分 by vouchers."""
    rows = []
    for number in range(count):
        firm = rnd.randrange(max(2, count // 2))
        day = datetime.date(2017, 1, 1) + datetime.timedelta(days=rnd.randrange(2800))
        fen = [f"{rnd.randrange(1, 5_000_000) / 100:.2f}" for _ in range(3)]
        title = rnd.choice(["高新技术企业", "高新技术企业", "省级科技创新型企业"])
        rows.append([
            f"模拟第{firm}号科技有限公司", code(firm), rnd.choice(DISTRICTS),
            rnd.choice(["第一批", "第二批", ""]), rnd.choice(KINDS), day, title, f"券{number}",
            *fen,
        ])  # fmt: skip
    return listed(rows, HEAD)


class Sums(TestCase):
    """Each example is rolled back."""

    @given(st.randoms(use_true_random=False), st.integers(1, 25))
    @examples(50, 1000)
    def test_every_way_of_adding_up_gives_the_total(self, rnd: Random, count: int) -> None:
        office = _province()
        run = office.run(random_list(rnd, count), datetime.date(2024, 12, 31))
        assert (run.state, run.message) == ("computed", "")
        total = run.counts["total"]
        self._agree(run, total)
        assert [(line.fen, line.off) for line in _balance(run)] == [(total, 0)] * 5
        if not total:
            return
        run = office.published(run)
        today, paid = timezone.localdate(), 0
        assert run.publication.total == total
        assert sum(row[3] for row in run.publication.rows) == total
        actions.approve(by=office.leader, run=run)
        places = sorted({g.district for g in Grant.objects.filter(run=run)})
        for number, place in enumerate(places):
            paid += actions.pay(
                by=office.clerk, run=run, paid_on=today, reference=str(number), district=place
            ).fen
        run.refresh_from_db()
        assert run.state == "paid"
        shown = _balance(run)
        assert [line.words for line in shown[5:]] == ["公示", "审定应付", "拨付批次"]
        assert {(line.fen, line.off) for line in shown} == {(total, 0)}
        assert len({line.count for line in shown} - {None}) == 1
        grants = list(Grant.objects.filter(run=run))
        moved = sum(p.fen for p in Payment.objects.filter(grant__run=run))
        levels = sum(sum(g.levels.values()) for g in grants)
        assert [paid, sum(g.fen for g in grants), levels, moved] == [total] * 4
        if count % 5 == 0:  # a workbook costs as much as all the rest
            assert _finance(run) == total
        keys = Counter((g.holder, g.scheme, g.award, g.year, g.stage, g.ref) for g in grants)
        assert max(keys.values()) == 1
        for payment in list(Payment.objects.filter(grant__run=run))[:3]:
            actions.reverse(by=office.clerk, payment=payment, on=today, reference="退", why="撤销")
            paid -= payment.fen
        assert sum(p.fen for p in Payment.objects.filter(grant__run=run)) == paid

    def _agree(self, run: Run, total: int) -> None:
        for heading, lines in queries.sums(run):
            assert sum(fen for _, _, fen in lines) == total, heading
            known = {"区县": "district", "级次": "level", "批次": "batch", "办法": "scheme"}
            told = run.counts[f"by_{known[heading]}"]
            assert {n: f for n, _, f in lines} == told, heading
        count, fen = queries.total(run)
        assert (fen, count) == (total, sum(c for _, c, _ in queries.sums(run)[1][1]))


def _written(run: Run) -> bytes:
    return exports.written(lambda path: exports.workbook(path, run, "finance"))


def _balance(run: Run) -> list[balance.Line]:
    """What the page of the run shows."""
    published = Publication.objects.filter(run=run).first()
    total = queries.total(run)[1]
    found = balance.lines(run, total, queries.sums(run), published, run.batches.all())
    return list(found)


def _finance(run: Run) -> int:
    book = openpyxl.load_workbook(io.BytesIO(_written(run)))
    rows = list(book["拨款明细"].iter_rows(values_only=True))
    at = rows[0].index("拨付金额（元）")
    fen = [round(float(row[at]) * 100) for row in rows[1:]]  # type: ignore[arg-type]
    assert sum(fen[:-1]) == fen[-1]
    return fen[-1]


def _province() -> Office:
    return Office("620000")


def test_a_sum_that_is_wrong_would_be_seen() -> None:
    """The control: a 分 that is lost in the database is noticed."""
    run = _province().run(random_list(Random(1), 30), datetime.date(2024, 12, 31))
    row = queries.moving(run).first()
    assert row is not None
    run.rows.filter(pk=row.pk).update(fen=row.fen - 1)
    with pytest.raises(AssertionError):
        Sums()._agree(run, run.counts["total"])
    assert {line.off for line in _balance(run)} == {0, 1}  # the page, too


def test_the_page_shows_that_all_sums_agree(sign_in: Callable[..., Client]) -> None:
    """With a row left out, an objection upheld and money coming back; and a lost 分 in red."""
    office = _province()
    office.paid(listed([event(9)]), name="先前")
    back = event(9, "追回首次认定")
    run = office.run(listed([*(event(n) for n in range(1, 5)), back]), datetime.date(2021, 7, 1))
    actions.leave_out(by=office.clerk, row=run.rows.get(number=1), why="重名")
    run = office.published(run)
    told = {"who": "某", "on": timezone.localdate(), "text": "没有", "number": 1}
    found = actions.object_to(by=office.clerk, run=run, **told)
    actions.decide(by=office.head, objection=found, outcome="upheld", answer="证书撤销")
    actions.approve(by=office.leader, run=run)
    actions.pay(by=office.clerk, run=run, paid_on=timezone.localdate(), reference="凭证2")
    run.refresh_from_db()
    assert {(line.fen, line.off) for line in _balance(run)} == {(20_000_000, 0)}
    client = sign_in(office.leader)
    page = client.get(f"/money/runs/{run.pk}/").content.decode()
    assert page.count('<span class="truth pass">一致</span>') == 7
    assert "公示 4 笔" not in page
    assert "公示 3 笔，减异议成立 1 笔，加追回 1 笔" in page
    assert "差 " not in page
    Publication.objects.update(total=59_999_999)
    assert "差 −0.01 元" in client.get(f"/money/runs/{run.pk}/").content.decode()


# --- vouchers ------------------------------------------------------------------------------------


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def voucher(office: Office) -> Voucher:
    firm = Enterprise.objects.create(
        name="模拟甲公司", uscc=code(1), region=office.clerk.region, made_by=office.clerk
    )
    return vouchers.apply(
        by=office.clerk, enterprise=firm, number="券1", face=5_000_000,
        issued_on=datetime.date(2021, 3, 1), valid_to=None,
    )  # fmt: skip


def proven(office: Office, voucher: Voucher, contract: int = 3_800_000, invoice: int = 3_799_999):  # type: ignore[no-untyped-def]
    """As far as the review."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("contract", {"provider": "某院", "contract": "合1", "contract_fen": contract}),
        ("invoice", {"invoice": "票1", "invoice_fen": invoice}),
        ("prove", {"proof": "检测报告"}),
    ]
    for step, told in steps:
        vouchers.take(by=office.clerk, voucher=voucher, code=step, **told)
    voucher.refresh_from_db()
    return voucher


def test_a_voucher_goes_its_way_and_never_over_the_contract(
    office: Office, voucher: Voucher
) -> None:
    take = vouchers.take
    with pytest.raises(Conflict):
        take(by=office.clerk, voucher=voucher, code="invoice", invoice="票", invoice_fen=1)
    proven(office, voucher)
    found = vouchers.proposed(voucher)
    assert found is not None
    assert (found.fen, vouchers.ceiling(voucher)) == (3_799_999, 3_799_999)
    with pytest.raises(UserError, match=r"由clerk申领登记、clerk佐证登记；审核的人"):
        take(by=office.clerk, voucher=voucher, code="review", fen=100)
    with pytest.raises(UserError, match=r"不超过 37999\.99元"):
        take(by=office.head, voucher=voucher, code="review", fen=3_800_000)
    take(by=office.head, voucher=voucher, code="review", fen=found.fen)
    on = timezone.localdate() - datetime.timedelta(days=20)
    take(by=office.clerk, voucher=voucher, code="publish", on=on, days=5)
    told = {"on": timezone.localdate(), "reference": "国库9"}
    with pytest.raises(Conflict):  # nobody has approved it
        take(by=office.clerk, voucher=voucher, code="pay", **told)
    with pytest.raises(UserError, match=r"head审核；审定的人.*您（head）已经办过审核"):
        take(by=office.head, voucher=voucher, code="approve")
    take(by=office.leader, voucher=voucher, code="approve")
    take(by=office.head, voucher=voucher, code="pay", **told)
    with pytest.raises(Conflict):
        take(by=office.head, voucher=voucher, code="pay", **told)
    voucher.refresh_from_db()
    assert (voucher.state, voucher.fen) == ("paid", 3_799_999)
    for changes in (
        {"fen": 3_800_000}, {"fen": 5_000_001}, {"contract_fen": 1}, {"face": 1},
        {"approved_by": office.head}, {"approved_by": office.clerk}, {"approved_by": None},
        {"reviewed_by": office.clerk}, {"proved_by": office.head},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Voucher.objects.filter(pk=voucher.pk).update(**changes)


def test_an_invoice_serves_one_voucher(office: Office, voucher: Voucher) -> None:
    proven(office, voucher)
    other = vouchers.apply(
        by=office.clerk, enterprise=voucher.enterprise, number="券2", face=100,
        issued_on=datetime.date(2021, 3, 1), valid_to=None,
    )  # fmt: skip
    with pytest.raises(Conflict, match="已经用在另一张券上"):
        proven(office, other)
    with pytest.raises(Conflict, match="券号已经有了"):
        vouchers.apply(
            by=office.clerk, enterprise=voucher.enterprise, number="券1", face=100,
            issued_on=datetime.date(2021, 3, 1), valid_to=None,
        )  # fmt: skip
    other.refresh_from_db()
    assert other.state == "contracted"


# --- reliefs -------------------------------------------------------------------------------------


def relief_book(path: Path, rows: list[list[Any]], unit: str = "万元") -> bytes:
    """A relief ledger; the papers give only totals, the rows of the tests are synthetic."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("减免")
        sheet.write_row(0, 0, ["模拟减免台账（各行为模拟数据，合计与公布数一致）"])
        sheet.write_row(1, 0, ["企业名称", "所在载体", "所属期", f"减免税（{unit}）",
                               f"减免租金（{unit}）", "来源"])  # fmt: skip
        for number, row in enumerate(rows, 2):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def split(total: int, parts: int, rnd: Random) -> list[float]:
    """So many amounts in 万元 with two decimals that add up to ``total`` hundredths."""
    cuts = sorted(rnd.sample(range(1, total), parts - 1))
    return [(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def test_the_relief_totals_that_were_published(office: Office, tmp_path: Path) -> None:
    rnd = Random(4)
    tax, rent = split(68_120, 60, rnd), split(55_420, 60, rnd)
    rows: list[list[Any]] = [
        [f"模拟第{n}号公司", f"模拟载体{n % 7}", "2020", t, r, "模拟"]
        for n, (t, r) in enumerate(zip(tax, rent, strict=True))
    ]
    rows.append(["模拟第99号公司", "模拟载体1", "2020", "不详", "", "模拟"])
    content = relief_book(tmp_path / "减免.xlsx", rows)
    made = reliefs.bring(by=office.clerk, name="减免.xlsx", content=content)
    assert made.count == 122
    told = {t.kind: t for t in reliefs.totals(office.clerk)}
    assert (told["减免税"].fen, told["减免租金"].fen) == (681_200_000, 554_200_000)
    assert (told["减免税"].unknown, told["减免租金"].unknown) == (1, 1)  # unknown, not nought
    with pytest.raises(Conflict, match="已经导入过"):
        reliefs.bring(by=office.clerk, name="减免.xlsx", content=content)
    relief = Relief.objects.filter(kind="tax", fen__isnull=False).first()
    assert relief is not None
    reliefs.withdraw(by=office.clerk, relief=relief, why="重复")
    assert {t.kind: t for t in reliefs.totals(office.clerk)}["减免税"].fen < 681_200_000
    assert Relief.objects.count() == 122


@pytest.mark.parametrize(
    ("rows", "unit", "says"),
    [
        ([["甲", "", "2020", "很多", 1, ""]], "万元", "第 3 行 D 列"),
        ([["甲", "", "2020", "570余", 1, ""]], "万元", "准数"),
        ([["甲", "", "2020", 1, "", ""], ["甲", "", "2020", 2, "", ""]], "万元", "同一户"),
        ([], "万元", "没有读到减免"),
    ],
)
def test_a_relief_file_with_a_fault_leaves_nothing(
    office: Office, tmp_path: Path, rows: list[list[Any]], unit: str, says: str
) -> None:
    content = relief_book(tmp_path / "坏.xlsx", rows, unit)
    with pytest.raises(UserError, match=says):
        reliefs.bring(by=office.clerk, name="坏.xlsx", content=content)
    assert not Relief.objects.exists()


def test_an_amount_without_a_unit_is_asked_for(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "甲.csv"
    path.write_text("企业名称,类别,所属期,金额\n甲,减免税,2020,3\n", encoding="utf-8")
    with pytest.raises(UserError, match="表头没有单位"):
        reliefs.bring(by=office.clerk, name="甲.csv", content=path.read_bytes())
