"""A plan in a real browser, by clicks only: text → draft → confirmed → adopted → board. The five
original documents where they are at hand, else a text of our own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.serving import served
from tests.web.test_browser import BROWSER, page
from tests.web.test_plans import TEXT

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
PASSWORD = "Right-Password-1"
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("DENGGAO_SHARED", REPOSITORY.parent / "shared"))
_PEOPLE = f"""
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region
region = Region.objects.get(code="620102")
unit = actions.save_unit(by=None, name="某局", kind="bureau", region=region)
for name, role in (("li", "clerk"), ("wang", "leader")):
    user, _ = actions.create_first_user(username=name, name=name, codes=[role], unit=unit)
    actions.change_password(by=user, password="{PASSWORD}")
"""


def texts(folder: Path) -> list[Path]:
    """The originals, else ours."""
    found = sorted((SHARED / "data" / "policies").glob("seed-*.txt"))
    if found:
        return found
    own = folder / "城关区行动方案.txt"
    own.write_text(TEXT, encoding="utf-8")
    return [own]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running application with a clerk and a leader."""
    with served(tmp_path_factory.mktemp("walk"), _PEOPLE) as (where, _):
        yield where


def enter(opened: Any, address: str, name: str) -> None:
    opened.goto(address)
    opened.fill("#id_username", name)
    opened.fill("#id_password", PASSWORD)
    opened.click("button:has-text('登录')")
    opened.click("nav >> text=目标任务")


def judged(opened: Any) -> Counter[str]:
    """How many items stand how."""
    states = opened.locator("li.item .state").all_inner_texts()
    return Counter(states)


def correct_years(opened: Any) -> None:
    """Whatever still keeps the plan from being put in force: phrases instead of years."""
    for _ in range(20):
        faults = opened.locator(".alert-warning li").all_inner_texts()
        if not faults:
            return
        assert "年" in faults[0], faults
        number = faults[0].split()[1]
        opened.click(f"#i{number} >> text=更正")
        opened.fill("#id_year", "2028")
        opened.fill("#id_why", "三年内，自2026年起算")
        opened.click("button:has-text('保存更正')")
        opened.wait_for_selector(f"#i{number}.corrected")
    pytest.fail("the plan stays unfit")


def judge(opened: Any) -> Counter[str]:
    """Look at the first item from both sides, then confirm kind by kind."""
    first = opened.locator("li.item .quote").first
    if first.count():
        first.click()
        assert "#at-" in opened.url
        opened.locator("a.mark").first.click()
        assert "#i" in opened.url or "#f" in opened.url
    while opened.locator("li.item.conflict.open button:has-text('知悉')").count():
        one = opened.locator("li.item.conflict.open").first
        number = one.get_attribute("id")
        one.locator("button:has-text('知悉')").click()
        opened.wait_for_selector(f"#{number}.confirmed")
    target = opened.locator("li.item.target.open button:has-text('确认')").first
    if target.count():  # one by its own button: only the part of the page is fetched
        number = opened.locator("li.item.target.open").first.get_attribute("id")
        target.click()
        opened.wait_for_selector(f"#{number}.confirmed")
    while opened.locator("button:has-text('确认其余')").count():
        before = opened.locator("button:has-text('确认其余')").count()
        opened.locator("button:has-text('确认其余')").first.click()
        opened.wait_for_function(
            "n => [...document.querySelectorAll('button')]"
            ".filter(b => b.textContent.includes('确认其余')).length < n",
            arg=before,
        )
    correct_years(opened)
    return judged(opened)


def test_from_text_to_board(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    with page(address) as (opened, wrong):
        enter(opened, address, "li")
        leader = opened.context.browser.new_context(locale="zh-CN").new_page()
        enter(leader, address, "wang")
        for path in texts(tmp_path):
            opened.click("nav.tabs >> text=计划文本")
            opened.click("a:has-text('登记计划文本')")
            opened.set_input_files("#id_file", str(path))
            opened.click("button:has-text('读取')")
            opened.wait_for_selector("text=拟稿")
            items = opened.locator("li.item:not(.fact)").count()
            targets, facts = (opened.locator(f"li.item.{k}").count() for k in ("target", "fact"))
            tasks = opened.locator("li.item.task").count()
            done = judge(opened)
            opened.click("button:has-text('提交审核')")
            opened.wait_for_selector("text=请另一位审核下达")
            assert not opened.locator("button:has-text('下达')").count()

            leader.click("nav.tabs >> text=计划文本")
            leader.locator("td.act a").first.click()
            leader.click("button:has-text('下达')")
            leader.wait_for_selector("text=挂图作战和任务清单已更新")
            leader.click("nav.tabs >> text=挂图作战")
            leader.wait_for_selector("h1")
            told.append(
                f"{path.name}: {items} items ({targets} targets, {tasks} tasks), {facts} facts, "
                f"{dict(done)}"
            )
            assert leader.locator(".board table").count()
            if targets:
                assert "全部目标" in leader.content()
        assert wrong == []
    with page(address, java_script_enabled=False) as (opened, wrong):  # … and without JavaScript
        enter(opened, address, "wang")
        assert "进度" in opened.inner_text("h1")
        figures = opened.locator(".board a[href^='/enterprises/?']")
        assert figures.count() >= 4
        figures.first.click()
        assert "家企业" in opened.content()
        assert wrong == []
    with capsys.disabled():
        print("\n" + "\n".join(told))  # noqa: T201 - the closing note asks for these figures
