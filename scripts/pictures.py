"""Walk every page of the demonstration in a browser, keep pictures, and say what is wrong.

    python scripts/pictures.py FOLDER            pictures of each page: two screens and paper
    python scripts/pictures.py --docs FOLDER     besides, the pictures of the manual → docs/img
    python scripts/pictures.py --check           no pictures; ends with 1 where a page is wrong

A page is wrong when it is wider than the window, when the browser reports an error, when it asks
for anything elsewhere, or when it shows less without JavaScript. Needs Chromium and Playwright.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
SCREENS = {"1366": (1366, 768), "1920": (1920, 1080)}
#: An A4 sheet on its side without its margins, in CSS pixels.
PAPER = 1017
#: Without these a browser asks elsewhere by itself.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--lang=zh-CN"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
#: By these a browser writes dates.
CHINESE = {"LANG": "zh_CN.UTF-8", "LANGUAGE": "zh_CN"}
PASSWORD = "Pictures-4-Manual"  # noqa: S105 - of a database that lives for a minute
LAW, DAY = "高新技术企业认定", "2026-06-30"
#: Picture of the manual → path of the page, as the walk knows it.
DOCS: dict[str, str] = {
    "today": "/",
    "ledger": "/enterprises/",
    "enterprise": "/enterprises/N/",
    "import": "/imports/N/",
    "verdict": "/enterprises/N/verdict/",
    "pool": "/pool/N/",
    "lists": "/lists/",
    "law": "/laws/N/",
    "versions": "/laws/versions/",
    "audit": "/audit/",
    "units": "/units/",
}


@dataclass
class Walk:
    """What was seen: path with numbers as N → address, and what is wrong, by page."""

    seen: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--browser", default=shutil.which("chromium"), help="which Chromium")
    parser.add_argument("--only", default="", help="a regular expression of paths")
    told = parser.parse_args(arguments)
    if not told.check and told.folder is None:
        parser.error("FOLDER or --check")
    with tempfile.TemporaryDirectory() as scratch, served(Path(scratch)) as (address, passwords):
        kept = None if told.check else told.folder
        walk = pictures(address, passwords, kept, told.browser, told.only)
    if told.docs:
        for name, path in DOCS.items():
            source = told.folder / "docs" / f"{file_name(path)}.png"
            if source.is_file():
                shutil.copy(source, IMAGES / f"{name}.png")
    for path in sorted(walk.seen):
        print(path, walk.seen[path])
    for fault in walk.wrong:
        print("WRONG", fault)
    print(f"{len(walk.seen)} pages, {len(walk.wrong)} faults")
    return 1 if walk.wrong or not walk.seen else 0


@contextlib.contextmanager
def served(scratch: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(address, one-time passwords of demo and of an auditor) of the demonstration, as long as
    the block lasts."""
    told = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)}
    told.pop("DATABASE_URL", None)
    demo = [sys.executable, "-m", "denggao", "demo", "--no-serve", "--keep", str(scratch / "demo")]
    home = str(scratch / "demo" / "网页数据")
    auditor = [*demo[:3], "createadmin", "auditor", "--role", "audit", "--home", home]
    passwords = {}
    for who, command in (("demo", demo), ("auditor", auditor)):
        made = subprocess.run(
            command, env=told, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        found = re.search(r"一次性密码[ ：](\S+?)(?:（|$)", made.stdout, re.M)
        if found is None:
            raise SystemExit(made.stdout)
        passwords[who] = found[1]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = [sys.executable, "-m", "denggao", "serve", "--home", home, "--port", str(port)]
    server = subprocess.Popen(serve, env=told, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/login/", timeout=5).close()  # noqa: S310 - ours
                break
            time.sleep(0.5)
        yield address, passwords
    finally:
        server.terminate()
        server.wait(timeout=30)


def pictures(
    address: str, passwords: dict[str, str], folder: Path | None, browser_at: str, only: str = ""
) -> Walk:
    """Walk all pages; with ``folder``, keep pictures of each there."""
    from playwright.sync_api import sync_playwright

    walk = Walk()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_at, args=FLAGS, env={**os.environ, **CHINESE}
        )
        for who, password in passwords.items():
            context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
            page = context.new_page()
            _watch(page, walk, address)
            _shoot(page, address, "/login/", folder, walk)
            enter(page, address, who, password, PASSWORD)
            if who == "demo":
                _fill(page, address)
            plain = browser.new_context(
                java_script_enabled=False, storage_state=context.storage_state()
            ).new_page()
            starts = [*EXTRA, "/"] if who == "demo" else ["/audit/"]
            _crawl(page, plain, address, starts, folder, walk, only)
            context.close()
        browser.close()
    return walk


def _watch(page: Any, walk: Walk, address: str) -> None:
    def note(what: str) -> None:
        walk.wrong.append(f"{urlsplit(page.url).path}: {what}")

    page.on("console", lambda m: note(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: note(str(error)))
    page.on("request", lambda r: None if r.url.startswith(address) else note(f"asks {r.url}"))
    page.set_default_timeout(60_000)


def put(page: Any, selector: str, value: str) -> None:
    """Fill a field. By script: Playwright's own way asks old browsers for what they lack."""
    page.evaluate("([at, value]) => document.querySelector(at).value = value", [selector, value])


def press(page: Any, words: str) -> None:
    """Click the button with these words, and wait for the page behind it."""
    click = (
        "words => [...document.querySelectorAll('button')].find(b => b.innerText.includes(words))"
    )
    with page.expect_navigation():
        page.evaluate(f"words => ({click})(words).click()", words)


def enter(page: Any, address: str, who: str, password: str, new: str) -> None:
    """Sign in for the first time, with another password for later."""
    page.goto(address)
    put(page, "#id_username", who)
    put(page, "#id_password", password)
    press(page, "登录")
    for name, value in (("old", password), ("new", new), ("again", new)):
        put(page, f"#id_{name}", value)
    press(page, "保存")


def _fill(page: Any, address: str) -> None:
    """What the demonstration does not have by itself: a run, and a frozen list."""
    page.goto(f"{address}/pool/")
    put(page, "#law", LAW)
    put(page, "#as_of", DAY)
    press(page, "体检")
    for _ in range(60):
        if "差距分布" in page.content():
            break
        time.sleep(1)
        page.reload()
    page.goto(f"{address}/lists/?as_of={DAY}")
    press(page, "冻结")


#: Pages that no link of a plain walk reaches with something on them.
EXTRA = (
    f"/lists/?as_of={DAY}",
    "/laws/versions/?law=专精特新中小企业认定&try=1",
    "/welcome/",
    f"/enterprises/1/verdict/?law={LAW}&as_of={DAY}",
)
_DOWNLOADS = re.compile(
    r"^/api/|export|/file/|template|marked|workbook|sheet|\.(docx|pdf|xlsx|zip)$"
)


def _crawl(
    page: Any, plain: Any, address: str, waiting: list[str], folder: Path | None, walk: Walk,
    only: str,
) -> None:  # fmt: skip
    """One page of each kind: an address with other numbers or another query is the same kind."""
    from playwright.sync_api import Error

    while waiting:
        where = waiting.pop(0)
        path = urlsplit(where).path
        kind = re.sub(r"\d+", "N", re.sub(r"facts/\w+", "facts/F", path))
        if kind in walk.seen or _DOWNLOADS.search(path):
            continue
        walk.seen[kind] = where
        try:
            answer = page.goto(address + where)
        except Error as error:
            if not re.search("Download is starting|ERR_ABORTED", error.message):  # a file
                walk.wrong.append(f"{where}: {error.message.splitlines()[0]}")
            continue
        if answer.status >= 400:
            walk.wrong.append(f"{where}: {answer.status}")
            continue
        if "text/html" not in answer.headers.get("content-type", ""):
            continue  # a program's page
        if page.query_selector("main") is None:
            walk.wrong.append(f"{where}: no <main>")
            continue
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        links = [link.partition("#")[0] for link in links]
        waiting += [link for link in links if link.startswith("/")]
        waiting += [path + link for link in links if link.startswith("?")]
        if only and not re.search(only, kind):
            continue
        _readable(page, plain, address + where, kind, walk)
        _shoot(page, address, where, folder, walk)


_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


#: A chart says with words on it what the table beside it says.
_WORDS = """() => {
  const main = document.querySelector("main");
  const words = at => at.innerText.split(/\\s+/).filter(Boolean).length;
  return words(main) - [...main.querySelectorAll(".chart")].map(words).reduce((a, b) => a + b, 0);
}"""


def _readable(page: Any, plain: Any, where: str, kind: str, walk: Walk) -> None:
    """The same words with and without JavaScript."""
    plain.goto(where)
    with_it, without = (p.evaluate(_WORDS) for p in (page, plain))
    if without < with_it or not without:
        walk.wrong.append(f"{kind}: {without} of {with_it} words without JavaScript")


def _shoot(page: Any, address: str, where: str, folder: Path | None, walk: Walk) -> None:
    path = re.sub(r"\d+", "N", urlsplit(where).path)
    if urlsplit(page.url).path != urlsplit(where).path:
        page.goto(address + where)
    for name, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate(_TOO_WIDE)
        if wide > 0:
            walk.wrong.append(f"{path}: {wide} px wider than {width}")
        if folder is not None:
            page.evaluate("window.scrollTo(0, 0)")
            _keep(page, folder / name / f"{file_name(path)}.png", full_page=True)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 768})
    wide = page.evaluate(_TOO_WIDE)
    if wide > 1:
        walk.wrong.append(f"{path}: {wide} px wider than the paper")
    page.emulate_media(media="null")
    if folder is not None:
        page.set_viewport_size({"width": 1120, "height": 600})
        _keep(page, folder / "docs" / f"{file_name(path)}.png")
        _paper(page, folder / "paper" / f"{file_name(path)}.png")
    page.set_viewport_size({"width": 1366, "height": 768})


def _keep(page: Any, target: Path, **how: Any) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target), **how)


def _paper(page: Any, target: Path) -> None:
    """The first sheet of paper."""
    import pypdfium2

    target.parent.mkdir(parents=True, exist_ok=True)
    sheets = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    bitmap = sheets[0].render(scale=1.3, rev_byteorder=True)
    target.write_bytes(png(bitmap.width, bitmap.height, bytes(bitmap.buffer), bitmap.stride))
    sheets.close()


def png(width: int, height: int, pixels: bytes, stride: int) -> bytes:
    """A picture file of RGB pixels; saves a dependency that nothing else needs."""
    rows = (pixels[y * stride : y * stride + 3 * width] for y in range(height))
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(told)) + kind + told + struct.pack(">I", zlib.crc32(kind + told))
        for kind, told in parts
    )


def file_name(path: str) -> str:
    """``/laws/N/`` → ``laws-N``."""
    return path.strip("/").replace("/", "-") or "home"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
