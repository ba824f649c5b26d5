"""On a phone without JavaScript: a visit is recorded; in the office its 诉求 is handed on, done,
revisited and struck off. Skipped where there is no Chromium or no Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.serving import served as served_in
from tests.web.test_browser import BROWSER, NEW, enter, page

_COUNTY = """
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise
region = Region.objects.get(code="620102")
unit = actions.save_unit(by=None, name="某局", kind="bureau", region=region)
print(actions.create_first_user(username="li", name="李", codes=["head"], unit=unit)[1])
Enterprise.objects.create(name="模拟甲公司", region=region, made_by=User.objects.get())
"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, one-time password of li) of a running application with one firm."""
    with served_in(tmp_path_factory.mktemp("visits"), _COUNTY) as (address, password):
        yield address, password


def small(opened: Any) -> list[str]:
    """Fields and buttons of the form that a thumb would miss: less than 44 px high."""
    boxes = opened.locator(".phone .form-control, .phone .form-select, .phone .btn").all()
    assert len(boxes) >= 12
    sizes = [(box.get_attribute("name"), box.bounding_box()) for box in boxes if box.is_visible()]
    return [str(name) for name, size in sizes if size["height"] < 44]


def test_from_the_visit_to_the_striking_off(served: tuple[str, str]) -> None:
    address, password = served
    with page(address, java_script_enabled=False) as (opened, wrong):
        opened.set_viewport_size({"width": 375, "height": 812})
        enter(opened, address, password)
        for field, word in (("old", password), ("new", NEW), ("again", NEW)):
            opened.fill(f"#id_{field}", word)
        opened.click("button:has-text('保存')")
        opened.goto(f"{address}/visits/new/")
        opened.fill("#text", "模拟")
        opened.click("button:has-text('找')")
        opened.click(".pick >> text=模拟甲公司")
        opened.wait_for_selector("text=谈了什么")
        assert small(opened) == []
        assert opened.locator("body").evaluate("b => b.scrollWidth") <= 375
        opened.fill("#id_met", "企业负责人")
        opened.fill("#id_situation", "正常生产")
        opened.fill("#id_ask0", "缺检测设备")
        opened.select_option("#id_fact0", "staff")
        opened.select_option("#id_year0", index=2)
        opened.fill("#id_value0", "32")
        opened.click("button:has-text('保存走访')")
        opened.wait_for_selector("text=转出诉求 1 件")
        assert wrong == []
    with page(address) as (opened, wrong):
        enter(opened, address, NEW)
        opened.goto(f"{address}/visits/tickets/?mark=open")
        opened.click("td >> text=办理")
        opened.fill("#unit", "工信局")
        for button in ("交办", "签收办理"):
            opened.click(f".moves button:text-is('{button}')")
            opened.wait_for_selector("text=已记下")
        opened.fill("#note", "已借到设备")
        opened.click(".moves button:text-is('办结')")
        assert opened.locator(".moves button:text-is('销号')").count() == 0
        opened.select_option("#satisfaction", "满意")
        opened.fill("#note", "电话回访")
        opened.click(".moves button:text-is('回访')")
        opened.click(".moves button:text-is('销号')")
        opened.wait_for_selector(".tier >> text=已销号")
        assert "电话回访" in opened.inner_text("main")
        opened.click("main >> text=模拟甲公司")
        opened.click("text=一户一页")
        opened.wait_for_selector(".timeline >> text=销号（满意）")
        assert wrong == []
