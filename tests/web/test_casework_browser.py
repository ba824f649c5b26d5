"""A batch of sixty firms by clicks: from the announcement of the batch to a certificate, with
joint review by file and one department's file altered. Skipped without Chromium or Playwright."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.common import today
from tests.web.serving import served as served_in
from tests.web.test_browser import BROWSER, page

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
FIRMS, FIRST_ROW = 60, 6
WORDS = "Sixty-Firms-Walk-9"
_PEOPLE = f"""
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region
from tests.web.cases import add_firms
region = Region.objects.get(code="620102")
unit = actions.save_unit(by=None, name="某局", kind="bureau", region=region)
for name, code in (("li", "clerk"), ("zhang", "leader")):
    user, _ = actions.create_first_user(username=name, name=name, codes=[code], unit=unit)
    user.set_password("{WORDS}")
    user.must_change_password = False
    user.save()
    if code == "clerk":
        print("\\n".join(firm.name for firm in add_firms(user, {FIRMS})))
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """(address, names of the firms) of a running application."""
    with served_in(tmp_path, _PEOPLE) as (address, names):
        yield address, names


def enter(opened: Any, address: str, name: str) -> None:
    opened.goto(address)
    opened.fill("#id_username", name)
    opened.fill("#id_password", WORDS)
    opened.click("button:has-text('登录')")


def together(opened: Any, step: str, day: str = "") -> None:
    """Tick all firms of the board, and take one step with them."""
    opened.click(".nav-tabs >> text=状态看板")
    opened.check("input[data-all]")
    opened.select_option("#step", label=step)
    if day:
        opened.fill("#day", day)
    opened.click("button:has-text('办理')")
    opened.wait_for_selector(f".alert-success:has-text('“{step}”已办')")


def filled(data: bytes, target: Path, altered: bool = False) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    for row in range(FIRST_ROW, FIRST_ROW + FIRMS):
        sheet.cell(row, 4).value = "是"
    if altered:
        sheet.cell(FIRST_ROW + 2, 2).value = "换了一家有限公司"
    book.save(target)
    return str(target)


def hand_in(opened: Any, department: str, path: str) -> None:
    opened.select_option("#id_department", department)
    opened.set_input_files("#id_file", path)
    opened.click("button:has-text('读入')")


def announce(opened: Any) -> None:
    """A batch is announced, judged by no law, and moved by a notice."""
    last = today() + datetime.timedelta(days=9)
    opened.click("nav >> text=申报批次")
    opened.click("a:has-text('登记批次')")
    opened.fill("#id_year", str(last.year))
    opened.fill("#id_number", "第一批")
    opened.fill("#id_words", f"{last.month}月{last.day}日24时")
    opened.fill("#id_basis", "当年申报通知")
    opened.click("button:has-text('保存')")
    opened.wait_for_selector("text=还有 9 天")
    opened.click(".tools a:has-text('修改')")
    opened.select_option("#id_law", "")
    opened.click("button:has-text('保存')")
    opened.click(".tools a:has-text('改期')")
    moved = last + datetime.timedelta(days=3)
    opened.fill("#id_words", f"{moved.year}年{moved.month}月{moved.day}日24时")
    opened.fill("#id_notice", "延长申报截止时间的通知")
    opened.click("button:has-text('保存')")
    assert opened.inner_text(".known .old") == f"{last.month}月{last.day}日24时"


def file_all(opened: Any, names: str) -> None:
    """All firms from intent to joint review; before their materials are there none is ready."""
    opened.click(".tools a:has-text('登记意向')")
    opened.fill("#id_firms", names)
    opened.click("form button:has-text('登记')")
    opened.wait_for_selector(f"text=已登记 {FIRMS} 户意向")
    together(opened, "准备材料")
    opened.click(".nav-tabs >> text=截止前夜表")
    assert "其中可提交 0 户" in opened.content()
    together(opened, "材料都已核齐")
    together(opened, "提交材料")
    assert opened.inner_text(".stage:has-text('联审') b") == str(FIRMS)


def review(opened: Any, folder: Path) -> str:
    """Five files go out and come back, that of one department altered at first; returns the
    address of the list that is to be approved."""
    opened.click(".nav-tabs >> text=联审")
    opened.fill("#id_due", (today() + datetime.timedelta(days=5)).isoformat())
    opened.click("button:has-text('发出')")
    with opened.expect_download() as download:
        opened.click("a:has-text('下载各部门意见表')")
    with zipfile.ZipFile(download.value.path()) as package:
        sheets = {
            name.removeprefix("联审意见-").removesuffix(".xlsx"): package.read(name)
            for name in package.namelist()
        }
    assert len(sheets) == 5
    for department, data in sheets.items():
        altered = department == "税务"
        hand_in(opened, department, filled(data, folder / f"{department}.xlsx", altered))
    refused = opened.inner_text("#returned tr:has-text('没有采用')")
    assert "第 8 行 B 列" in refused
    assert "换了一家有限公司" in refused
    opened.click(".nav-tabs >> text=推荐名单")
    assert "没有可以推荐的企业" in opened.content()
    opened.click(".nav-tabs >> text=联审")
    hand_in(opened, "税务", filled(sheets["税务"], folder / "税务（重报）.xlsx"))
    opened.wait_for_selector(f"text=已采用 {FIRMS} 条意见")
    opened.click(".nav-tabs >> text=推荐名单")
    opened.click("button:has-text('拟推荐名单')")
    opened.wait_for_selector("text=等另一人审定")
    assert opened.locator("button:has-text('审定')").count() == 0
    return str(opened.url)


def certify(opened: Any) -> None:
    """The experts, the public notice, and the first certificate."""
    together(opened, "送专家评审")
    together(opened, "公示", (today() - datetime.timedelta(days=40)).isoformat())
    opened.click("td >> text=模拟县第1号科技有限公司")
    opened.fill("[aria-label='证书编号']", "GR202699000001")
    opened.fill("[aria-label='发证日期']", today().isoformat())
    opened.click("button:has-text('登记发证')")
    opened.wait_for_selector(".stagename:has-text('发证')")
    opened.click("a:has-text('企业页')")
    told = opened.inner_text(".timeline")
    for words in ("登记意向", "提交材料", "审定推荐", "公示", "登记发证", "税务意见：是"):
        assert words in told, words
    assert "GR202699000001" in opened.content()


def test_a_batch_of_sixty_by_clicks(served: tuple[str, str], tmp_path: Path) -> None:
    address, names = served
    with page(address, accept_downloads=True) as (opened, wrong):
        enter(opened, address, "li")
        announce(opened)
        file_all(opened, names)
        where = review(opened, tmp_path)
        assert wrong == []
    with page(address) as (opened, wrong):
        enter(opened, address, "zhang")
        opened.goto(where)
        opened.click(f"button:has-text('审定 {FIRMS} 户')")
        opened.wait_for_selector(f"text={FIRMS} 户进入推荐")
        assert wrong == []
    with page(address) as (opened, wrong):
        enter(opened, address, "li")
        opened.goto(where)
        certify(opened)
        assert wrong == []
