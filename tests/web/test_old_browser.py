"""Chromium 90, the oldest kernel on our users' desktops: a smoke in it, and a gate for the rest.

The browser is fetched by ``scripts/chromium90.py FOLDER``; ``DENGGAO_CHROMIUM90`` says where it
is. Without it the smoke is skipped; the gate over our own styles and scripts always runs.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from scripts.pictures import enter, put
from tests.web.test_browser import NEW, page, served

__all__ = ["served"]  # a fixture

OLD = os.environ.get("DENGGAO_CHROMIUM90", "")
WEB = Path(__file__).resolve().parents[2] / "denggao" / "web"
#: What Chromium 91 or later brought, as far as one could write it by habit.
NEWER_CSS = {
    "color-mix": r"color-mix\(", "oklch": r"\bok(?:lch|lab)\(", ":has": r":has\(",
    "@container": r"@container", "@layer": r"@layer", "@scope": r"@scope",
    "@property": r"@starting-style|@position-try", "nesting": r"^\s*&|\{[^{}]*&\s*[.:#\[>]",
    "dvh": r"\d[dsl]v[hw]\b", "accent-color": r"accent-color", "text-wrap": r"text-wrap\s*:",
    "overflow: clip-margin": r"overflow-clip-margin", "range media": r"@media[^{]*[<>]=?",
    "scrollbar-gutter": r"scrollbar-gutter", "subgrid": r"subgrid", "inert": r":popover-open",
    "individual transforms": r"(?:^|[;{])\s*(?:rotate|scale|translate)\s*:",
    "media update": r"aspect-ratio:\s*auto\s+", "font-palette": r"font-palette",
}  # fmt: skip
NEWER_JS = {
    "at": r"\.at\(", "Object.hasOwn": r"Object\.hasOwn\b", "structuredClone": r"structuredClone",
    "findLast": r"\.findLast(?:Index)?\(", "toSorted": r"\.to(?:Sorted|Reversed|Spliced)\(",
    "groupBy": r"\.groupBy\(", "error cause": r"\bcause\s*:", "static block": r"static\s*\{",
    "private in": r"#\w+\s+in\s", "top-level await": r"^await\s",
    "showPicker": r"showPicker", "popover": r"popover", "crypto.randomUUID": r"randomUUID",
    "Array.fromAsync": r"fromAsync", "import assertions": r"(?:assert|with)\s*\{\s*type",
    "withResolvers": r"withResolvers", "AbortSignal.timeout": r"AbortSignal\.(?:timeout|any)",
}  # fmt: skip


def newer(text: str, table: dict[str, str]) -> list[str]:
    """The features of a table that a text uses, comments aside."""
    bare = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)
    return [name for name, mark in table.items() if re.search(mark, bare, re.MULTILINE)]


def test_our_styles_and_scripts_use_nothing_newer() -> None:
    """Bootstrap, htmx and ECharts say themselves what they run on; these are ours."""
    found = {}
    for ending, table in ((".css", NEWER_CSS), (".js", NEWER_JS)):
        files = [p for p in WEB.rglob(f"*{ending}") if "vendor" not in p.parts]
        assert files
        found |= {p.name: seen for p in files if (seen := newer(p.read_text("utf-8"), table))}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "table", "name"),
    [
        (".a { color: color-mix(in srgb, red, blue); }", NEWER_CSS, "color-mix"),
        (".a:has(> b) { color: red; }", NEWER_CSS, ":has"),
        (".a { color: red;\n  & .b { color: blue; } }", NEWER_CSS, "nesting"),
        ("@media (width >= 600px) { .a { color: red; } }", NEWER_CSS, "range media"),
        (".a { height: 100dvh; }", NEWER_CSS, "dvh"),
        ("var last = rows.at(-1);", NEWER_JS, "at"),
        ("var copy = structuredClone(row);", NEWER_JS, "structuredClone"),
        ("if (Object.hasOwn(row, 'a')) { go(); }", NEWER_JS, "Object.hasOwn"),
    ],
)
def test_something_newer_would_be_seen(text: str, table: dict[str, str], name: str) -> None:
    assert name in newer(text, table)
    assert newer(f"/* {text} */", table) == []


def test_what_is_old_enough_is_not_accused() -> None:
    text = ".a > b, .c::before { transform: rotate(3deg); transition: color .2s; inset: 0; }"
    assert newer(text, NEWER_CSS) == []
    assert newer("a.matches('b'); x?.y ?? z; Promise.allSettled([]);", NEWER_JS) == []


@pytest.mark.skipif(not Path(OLD).is_file(), reason="no Chromium 90: scripts/chromium90.py")
def test_the_first_pages_in_chromium_90(served: tuple[str, str]) -> None:
    """It signs in, the styles hold, a part is swapped by htmx, and nothing is reported."""
    address, password = served
    with page(address, browser_at=OLD) as (opened, wrong):
        assert opened.context.browser.version.startswith("90.")
        enter(opened, address, "li", password, NEW)
        assert "三步开始" in opened.content()
        side = "getComputedStyle(document.querySelector('.side'))"
        assert opened.evaluate(f"[{side}.position, {side}.width]") == ["fixed", "208px"]
        opened.goto(f"{address}/enterprises/")
        opened.evaluate("document.loadedOnce = true")
        put(opened, "#text", "nobody")
        opened.evaluate("document.querySelector('#asked').requestSubmit()")
        for _ in range(100):
            if "text=nobody" in opened.url:
                break
            opened.wait_for_timeout(200)
        assert "共 0 家企业" in opened.content()
        assert opened.evaluate("document.loadedOnce")  # htmx swapped a part, no page was loaded
        button = "getComputedStyle(document.querySelector('.btn-primary')).backgroundColor"
        assert opened.evaluate(button) == "rgb(26, 79, 163)"
        opened.goto(f"{address}/manual/")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert opened.evaluate(wide) == 0
        assert wrong == []
