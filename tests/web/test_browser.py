"""A clerk's morning in a real browser: nothing from elsewhere, no script of a firm's name, and
everything to be read without JavaScript. Skipped where there is no Chromium or no Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.web.books import book, row
from tests.web.serving import SHIPPED
from tests.web.serving import served as served_in

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SCRIPT = "<script>alert(1)</script>模拟公司"
NEW = "Morning-Words-7"
_PEOPLE = """
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions
from denggao.web.accounts.models import Region
region = Region.objects.get(code="620102")
unit = actions.save_unit(by=None, name="某局", kind="bureau", region=region)
print(actions.create_first_user(username="li", name="李", codes=["head"], unit=unit)[1])
"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(address, one-time password of li) of a running application."""
    with served_in(tmp_path_factory.mktemp("served"), _PEOPLE, SHIPPED) as (address, password):
        yield address, password


@contextmanager
def page(
    address: str, *, browser_at: str | None = BROWSER, **how: Any
) -> Iterator[tuple[Any, list[str]]]:
    """A page of a new browser, and whatever went wrong on it."""
    api = pytest.importorskip("playwright.sync_api", reason="no Playwright (extra e2e)")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_at, args=FLAGS)
        opened = browser.new_context(
            viewport={"width": 1366, "height": 768}, locale="zh-CN", **how
        ).new_page()
        wrong: list[str] = []
        opened.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
        opened.on("request", lambda r: None if r.url.startswith(address) else wrong.append(r.url))
        opened.set_default_timeout(60_000)
        yield opened, wrong
        browser.close()


def enter(opened: Any, address: str, password: str) -> None:
    opened.goto(address)
    opened.fill("#id_username", "li")
    opened.fill("#id_password", password)
    opened.click("button:has-text('登录')")


def test_a_morning(served: tuple[str, str], tmp_path: Path) -> None:
    address, password = served
    rows = [row(1, 100, 120, 30), row(2, 5, 6, 7, name=SCRIPT), row(3, 1, "一大笔", 3)]
    ledger = book(tmp_path / "我县台账.xlsx", rows)
    with page(address) as (opened, wrong):
        enter(opened, address, password)
        opened.fill("#id_old", password)
        opened.fill("#id_new", NEW)
        opened.fill("#id_again", NEW)
        opened.click("button:has-text('保存')")
        assert "三步开始" in opened.content()

        opened.click(".steps a:has-text('导入台账')")
        opened.set_input_files("#id_file", str(ledger))
        opened.click("button:has-text('上传并检查')")
        opened.wait_for_selector("text=认得的表头")
        assert "一大笔" in opened.content()
        opened.check("#without_wrong")
        opened.click("button:has-text('导入') >> nth=0")
        opened.wait_for_selector("text=撤销这次导入")

        opened.click("nav >> text=培育库台账")
        opened.fill("#text", "mnx")
        opened.click("button:has-text('查询')")
        opened.wait_for_selector("text=共 1 家企业")
        assert "text=mnx" in opened.url
        opened.click("td >> text=模拟县第1号科技有限公司")
        opened.click(".facts td a.source >> nth=0")
        opened.wait_for_selector("text=各来源的说法")
        assert "〈台账〉" in opened.content()

        opened.goto(f"{address}/enterprises/")
        opened.click(f"td >> text={SCRIPT}")
        assert opened.inner_text(".card-header >> nth=0").startswith(SCRIPT)
        assert wrong == []

    with page(address, java_script_enabled=False) as (opened, wrong):  # … and without JavaScript
        enter(opened, address, NEW)
        assert "首页 / 今天" in opened.content()
        opened.click("nav >> text=培育库台账")
        opened.fill("#text", "第1号")
        opened.click("button:has-text('查询')")
        assert "共 1 家企业" in opened.content()
        opened.click("td >> text=模拟县第1号科技有限公司")
        assert "2025年" in opened.content()
        opened.click(".facts td a.source >> nth=0")
        assert "各来源的说法" in opened.content()
        assert wrong == []


def test_a_wrong_page_would_be_seen(served: tuple[str, str]) -> None:
    """The control: a script of a name, a dialog and a foreign request are noticed."""
    address, _ = served
    with page(address) as (opened, wrong):
        opened.set_content("<script>alert(1)</script><img src='http://127.0.0.1:9/x.png'>")
        opened.wait_for_timeout(300)
        assert "dialog" in wrong
        assert any(":9/" in seen for seen in wrong)
