"""One firm by clicks, by the people whose work each step is: from a lead to the paid award, and
three years later through its renewal to the award for that. Skipped without Chromium or
Playwright."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import settings

from tests.web.books import book, code
from tests.web.clocked import Clocked
from tests.web.test_browser import BROWSER, page

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
#: The second half takes as long again; it runs where it is asked for (thorough).
ALL_THE_WAY = settings.default.max_examples >= 5000
WORDS = "One-Firm-Walk-9"
FIRM, CODE = "模拟领航科技有限公司", code(1)
LAW = "甘肃省高新技术企业奖补"
FILES = ("科技", "财政", "生态环境", "市场监管")
_PEOPLE = f"""
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region
from denggao.web.accounts.regions import SYNTHETIC
region = Region.objects.get(code=SYNTHETIC)
bureau = actions.save_unit(by=None, name="模拟县科技局", kind="bureau", region=region)
tax = actions.save_unit(by=None, name="模拟县税务局", kind="bureau", region=region)
for name, called, code, unit in (
    ("li", "李经办", "clerk", bureau), ("wang", "王科长", "head", bureau),
    ("zhang", "张局长", "leader", bureau), ("shui", "税务联审", "partner", tax),
):
    user, _ = actions.create_first_user(username=name, name=called, codes=[code], unit=unit)
    user.set_password("{WORDS}")
    user.must_change_password = False
    user.save()
"""


class Walk:
    """Pages of several people in one browser. ``shots`` (a folder, for looking) keeps pictures."""

    def __init__(self, opened: Any, wrong: list[str], clock: Clocked) -> None:
        self.first, self.wrong, self.clock = opened, wrong, clock
        self.pages: dict[str, Any] = {}
        self.words: dict[str, str] = {}
        self.count = 0

    def of(self, name: str) -> Any:
        """This person's page, signed in."""
        if name not in self.pages:
            opened = self.first.context.browser.new_context(
                viewport={"width": 1366, "height": 768}, locale="zh-CN", accept_downloads=True
            ).new_page()
            opened.set_default_timeout(float(os.environ.get("WALK_WAIT", "60000")))
            opened.on("pageerror", lambda error: self.wrong.append(str(error)))
            opened.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else 0)
            opened.goto(self.clock.address)
            opened.fill("#id_username", name)
            opened.fill("#id_password", self.words.setdefault(name, WORDS))
            opened.click("button:has-text('登录')")
            if opened.locator("#id_again").count():
                self._new_words(opened, name)
            self.pages[name] = opened
        return self.pages[name]

    def _new_words(self, opened: Any, name: str) -> None:
        """A password holds for ninety days; the next one is asked for at the door."""
        old, new = self.words[name], f"{self.words[name]}9"
        for field, word in (("old", old), ("new", new), ("again", new)):
            opened.fill(f"#id_{field}", word)
        opened.click("button:has-text('保存')")
        opened.wait_for_selector("nav >> text=申报批次")
        self.words[name] = new

    def later(self, day: str) -> None:
        """Another day: everybody signs in again."""
        for opened in self.pages.values():
            opened.context.close()
        self.pages.clear()
        self.clock.set(day)

    def shot(self, opened: Any, name: str) -> None:
        """A picture, if somebody looks."""
        if folder := os.environ.get("WALK_SHOTS"):
            self.count += 1
            opened.screenshot(path=f"{folder}/{self.count:02}-{name}.png", full_page=True)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    clock = Clocked(tmp_path)
    clock.set("2021-03-01")
    clock.run(_PEOPLE)
    with clock.served() as address, page(address) as (opened, wrong):
        walked = Walk(opened, wrong, clock)
        yield walked
        for name, last in walked.pages.items():
            walked.shot(last, f"last-{name}")


def to_firm(li: Any) -> None:
    """Its page, by the search of the ledger."""
    li.click("nav >> text=培育库台账")
    li.fill("#text", "mnlh")
    li.click("button:has-text('查询')")
    li.wait_for_selector("text=共 1 家企业")
    li.click(f"td >> text={FIRM}")
    li.wait_for_selector(".timeline")


def lead(walk: Walk) -> None:
    """A new firm, its first visit, and what it asked for, to the striking off."""
    li = walk.of("li")
    li.click("nav >> text=包抓走访")
    li.click("a:has-text('记走访')")
    li.fill("#text", FIRM)
    li.click("button:has-text('找')")
    li.click("text=新增这户企业")
    li.fill("#id_uscc", CODE)
    li.select_option("#id_owner", label="李经办")
    li.fill("#id_why", "街道上报的意向企业")
    walk.shot(li, "new-firm")
    li.click("form button:has-text('保存')")
    li.wait_for_selector("text=已新增")
    walk.shot(li, "firm-new")
    li.click(".tools a:has-text('包抓走访')")
    li.click(".tools a:has-text('记走访')")
    li.fill("#id_met", "企业负责人")
    li.fill("#id_situation", "想申报高新技术企业，研发账没有分开")
    li.fill("#id_ask0", "不会做研发费用辅助账")
    walk.shot(li, "visit")
    li.click("button:has-text('保存走访')")
    li.wait_for_selector("text=转出诉求 1 件")
    walk.shot(li, "visited")
    li.click("td a >> nth=0")
    li.fill("#unit", "高新科")
    for button in ("交办", "签收办理"):
        li.click(f".moves button:text-is('{button}')")
        li.wait_for_selector("text=已记下")
    li.fill("#note", "会计师上门辅导，辅助账已建")
    li.click(".moves button:text-is('办结')")
    li.select_option("#satisfaction", "满意")
    li.fill("#note", "电话回访")
    li.click(".moves button:text-is('回访')")
    li.click(".moves button:text-is('销号')")
    li.wait_for_selector(".tier >> text=已销号")
    walk.shot(li, "ticket")


def announce(walk: Walk, year: int) -> None:
    """The batch of the year."""
    li = walk.of("li")
    li.click("nav >> text=申报批次")
    li.click("a:has-text('登记批次')")
    li.fill("#id_year", str(year))
    li.fill("#id_number", "第一批")
    li.fill("#id_words", "5月31日24时")
    li.fill("#id_basis", f"关于组织{year}年度第一批申报的通知")
    walk.shot(li, "batch-new")
    li.click("button:has-text('保存')")
    li.wait_for_selector("text=倒计时")


def ledger_of(year: int, folder: Path) -> str:
    """What the firm handed in, as one row."""
    rows = {
        "企业名称": FIRM, "统一社会信用代码": CODE, "所在区县": "模拟县",
        "成立日期": "2017-05-08", f"{year - 1}年职工总数": 40, f"{year - 1}年科技人员数": 12,
        f"{year - 1}年高新技术产品收入（万元）": 1900, f"{year - 1}年总收入（万元）": 2600,
        "一类知识产权数": 2,
        **{f"{y}年销售收入（万元）": 2000 + 100 * (y - 2018) for y in range(year - 3, year)},
        **{f"{y}年研发费用（万元）": 160 + 10 * (y - 2018) for y in range(year - 3, year)},
    }  # fmt: skip
    return str(book(folder / f"{year}年申报数据.xlsx", [list(rows.values())], list(rows)))


def bring(walk: Walk, path: str) -> None:
    """Its figures come in as a file, beside the firm that is there."""
    li = walk.of("li")
    li.click("nav >> text=导入台账")
    li.click("a:has-text('导入台账') >> nth=-1")
    li.set_input_files("#id_file", path)
    li.click("button:has-text('上传并检查')")
    li.wait_for_selector("text=认得的表头")
    walk.shot(li, "import")
    li.click("button:has-text('导入') >> nth=0")
    li.wait_for_selector("text=撤销这次导入")


def apply(walk: Walk, year: int, folder: Path) -> None:
    """From the intent to the joint review."""
    li = walk.of("li")
    bring(walk, ledger_of(year, folder))
    to_firm(li)
    walk.shot(li, "firm")
    li.click(".tools a:has-text('申报')")
    walk.shot(li, "filings")
    li.click("button:has-text('登记意向')")
    li.wait_for_selector("text=已登记意向")
    walk.shot(li, "case")
    li.click("button:has-text('开始辅导')")
    li.click(".tools a:has-text('办件信息')")
    li.fill("#id_adviser", "某会计师事务所")
    li.click("form button:has-text('保存')")
    li.click("button:has-text('准备材料')")
    li.click("button:has-text('材料都已核齐')")
    li.wait_for_selector(".alert-success:has-text('已保存')")
    walk.shot(li, "gates")
    assert "境内研发费用占比" in li.inner_text("tr:has(.truth:text-is('未知'))")
    if li.locator("a:has-text('具名放行')").count():
        li.click("a:has-text('具名放行')")
        li.fill("#id_agreed_by", "王科长")
        li.fill("#id_why", "佐证材料已现场核实")
        li.click("form button:has-text('放行')")
        li.wait_for_selector("text=已放行")
    walk.shot(li, "ready")
    li.click("button:has-text('提交材料')")
    li.wait_for_selector(".stagename:has-text('联审')")


def review(walk: Walk, due: str, folder: Path) -> None:
    """Four departments by file, one by login; then the list, that another person approves."""
    li = walk.of("li")
    li.click(".nav-tabs >> text=联审")
    li.fill("#id_due", due)
    li.click("button:has-text('发出')")
    with li.expect_download() as download:
        li.click("a:has-text('下载各部门意见表')")
    with zipfile.ZipFile(download.value.path()) as package:
        package.extractall(folder)
    for department in FILES:
        path = folder / f"联审意见-{department}.xlsx"
        sheet = openpyxl.load_workbook(path)
        sheet.active.cell(6, 4).value = "是"
        sheet.save(path)
        li.select_option("#id_department", department)
        li.set_input_files("#id_file", str(path))
        li.click("button:has-text('读入')")
        li.wait_for_selector(f"#returned tr:has-text('{department}'):has-text('已采用')")
    walk.shot(li, "review")
    shui = walk.of("shui")
    shui.click("nav >> text=申报批次")
    shui.click("td a >> nth=0")
    shui.click(".nav-tabs >> text=意见")
    shui.select_option(f"[aria-label='{FIRM}的意见']", "是")
    walk.shot(shui, "opinion")
    shui.click("button:has-text('保存意见')")
    shui.wait_for_selector(".alert-success")
    li.click(".nav-tabs >> text=推荐名单")
    li.click("button:has-text('拟推荐名单')")
    li.wait_for_selector("text=等另一人审定")
    walk.shot(li, "list")
    zhang = walk.of("zhang")
    zhang.click("nav >> text=申报批次")
    zhang.click("td a >> nth=0")
    zhang.click(".nav-tabs >> text=推荐名单")
    walk.shot(zhang, "approve-list")
    zhang.click("button:has-text('审定 1 户')")
    zhang.wait_for_selector("text=1 户进入推荐")
    zhang.click("nav >> text=首页")
    walk.shot(zhang, "leader-home")


def to_case(li: Any) -> None:
    to_firm(li)
    li.click(".tools a:has-text('申报')")
    li.click("td a:has-text('第一批') >> nth=0")


def judged(walk: Walk, noticed: str) -> None:
    """Through the experts to the public notice."""
    li = walk.of("li")
    to_case(li)
    li.click("button:has-text('送专家评审')")
    li.fill("[aria-label='公示发布日']", noticed)
    li.click("button:text-is('公示')")
    li.wait_for_selector(".stagename:has-text('公示')")
    walk.shot(li, "notice")


def certify(walk: Walk, number: str, day: str) -> None:
    """The certificate, in the ledger."""
    li = walk.of("li")
    to_case(li)
    li.fill("[aria-label='证书编号']", number)
    li.fill("[aria-label='发证日期']", day)
    li.click("button:has-text('登记发证')")
    li.wait_for_selector(".stagename:has-text('发证')")
    walk.shot(li, "issued")
    li.click("a:has-text('企业页')")
    assert number in li.inner_text(".card:has-text('资格证书')")
    walk.shot(li, "firm-titled")


def compute(walk: Walk, name: str) -> None:
    """A pay run over the certificates; who computed cannot review."""
    li = walk.of("li")
    li.click("nav >> text=奖补兑现")
    walk.shot(li, "runs")
    li.click("a:has-text('测算奖补')")
    li.fill("#id_name", name)
    li.select_option("#id_laws", label=f"{LAW}（甘肃省）")
    walk.shot(li, "run-new")
    li.click("form button:has-text('测算')")
    li.wait_for_selector(".steps.flow")
    walk.shot(li, "run")
    assert li.locator("button:has-text('复核通过')").count() == 0


def publish(walk: Walk, name: str) -> None:
    """Another person reviews; then the list is up for five working days."""
    wang = walk.of("wang")
    wang.click("nav >> text=奖补兑现")
    wang.click(f"td a:has-text('{name}')")
    wang.click("button:has-text('复核通过')")
    wang.fill("#id_contact", "模拟县科技局高新科")
    wang.click("button:has-text('公示，冻结名单')")
    wang.wait_for_selector("text=已公示，名单从此冻结")
    walk.shot(wang, "published")


def pay(walk: Walk, name: str, reference: str, amount: str, cite: str) -> None:
    """Approved by the leader, paid by the clerk: the sum, the voucher and the citation."""
    zhang = walk.of("zhang")
    zhang.click("nav >> text=奖补兑现")
    zhang.click(f"td a:has-text('{name}')")
    zhang.click(f"button:has-text('审定 1 笔 {amount} 元')")
    zhang.wait_for_selector(".alert-success:has-text('已审定')")
    walk.shot(zhang, "approved")
    li = walk.of("li")
    li.click("nav >> text=奖补兑现")
    li.click(f"td a:has-text('{name}')")
    li.fill("#id_reference", reference)
    li.click("button:has-text('登记拨付')")
    li.wait_for_selector(".alert-success:has-text('已登记付款')")
    walk.shot(li, "paid")
    assert amount in li.inner_text(f".card:has-text('拨付批次') tr:has-text('{reference}')")
    row = li.locator("tr:has(.truth:text-is('发放'))")
    assert row.count() == 1
    assert amount in row.inner_text()
    row.locator("a:has-text('为什么')").click()
    li.wait_for_selector("text=应付与付款")
    assert f"《{LAW}》{cite}" in li.inner_text(".known")
    walk.shot(li, "why")


def expiring(walk: Walk) -> None:
    """The lists know that the certificate ends this year; from there to the firm."""
    li = walk.of("li")
    walk.shot(li, "home-later")
    li.click("nav >> text=三清单预警")
    walk.shot(li, "lists")
    li.click("a:has-text('到期')")
    walk.shot(li, "expiring")
    assert "2024-06-27" in li.inner_text(f"tr:has-text('{FIRM}')")


def money_of(walk: Walk) -> str:
    """What the firm's own page of awards says."""
    li = walk.of("li")
    to_firm(li)
    walk.shot(li, "firm-after")
    li.click(".tools a:has-text('奖补兑现')")
    walk.shot(li, "firm-money")
    return str(li.inner_text("main"))


def test_from_the_lead_to_the_renewed_award(walk: Walk, tmp_path: Path) -> None:
    lead(walk)
    announce(walk, 2021)
    apply(walk, 2021, tmp_path)
    review(walk, "2021-03-12", tmp_path)
    walk.later("2021-06-01")
    judged(walk, "2021-06-01")
    walk.later("2021-06-30")
    certify(walk, "GR202162000001", "2021-06-28")
    compute(walk, "2021年高企奖补")
    publish(walk, "2021年高企奖补")
    walk.later("2021-07-12")
    pay(walk, "2021年高企奖补", "财科付2021-1", "200,000.00", "甘办发〔2016〕50号")
    assert "已经拿到 200,000.00 元" in money_of(walk)
    if ALL_THE_WAY:
        renewal(walk, tmp_path)
    assert walk.wrong == []


def renewal(walk: Walk, folder: Path) -> None:
    """Three years later: the list, the new case, the new certificate and the award for it."""
    walk.later("2024-03-01")
    expiring(walk)
    announce(walk, 2024)
    apply(walk, 2024, folder)
    review(walk, "2024-03-15", folder)
    walk.later("2024-06-03")
    judged(walk, "2024-06-03")
    walk.later("2024-06-26")
    certify(walk, "GR202462000009", "2024-06-25")
    compute(walk, "2024年高企奖补")
    publish(walk, "2024年高企奖补")
    walk.later("2024-07-08")
    pay(walk, "2024年高企奖补", "财科付2024-1", "100,000.00", "兰州市城关区梯度培育")
    assert "已经拿到 300,000.00 元" in money_of(walk)
