"""Build the zip that a clerk without network unpacks and starts: dist/denggao-VERSION-bundle.zip.

    python scripts/bundle.py                     all targets (`make bundle`)
    python scripts/bundle.py --only linux-x86_64-3.11 …    some, for a test or a small bundle
    python scripts/bundle.py --check ZIP         is everything in it that every target needs?

In it: the wheels of every target and our own, two start scripts, the manual as HTML and PDF, and
the SHA-256 of each file. Where one target lacks one wheel there is no zip, and the wheel is named.
DENGGAO_BUNDLE_PYTHON may name an installer of Python for Windows, to be put in as well.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from packaging.utils import parse_wheel_filename  # noqa: E402

from scripts.wheelhouse import (  # noqa: E402 - works as a file and as a module
    TARGETS,
    Fetcher,
    Missing,
    Target,
    by_name,
    closure,
    faults,
)

FILES = ROOT / "scripts" / "bundle_files"
LOCK = ROOT / "requirements.lock"
BAT = "启动登高.bat"
SUMS = "SHA256SUMS.txt"
#: Of a zip entry: made on Unix, so that the mode counts.
_UNIX = 3


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", nargs="*", help="names of targets", metavar="TARGET")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--no-pdf", action="store_true", help="the manual as HTML only")
    parser.add_argument("--check", type=Path, metavar="ZIP")
    told = parser.parse_args(arguments)
    targets = [t for t in TARGETS if not told.only or t.name in told.only]
    unknown = set(told.only or ()) - {t.name for t in TARGETS}
    if unknown:
        parser.error(f"没有 {'、'.join(unknown)}；现有：{'、'.join(t.name for t in TARGETS)}")
    found = check(told.check, targets) if told.check else None
    if found is not None:
        print("\n".join(found) if found else f"{told.check.name}：{len(targets)} 个平台都齐")
        return 1 if found else 0
    begun = time.monotonic()
    try:
        made = build(targets, told.output, pdf=not told.no_pdf)
    except Missing as error:
        print(f"没有做成安装包。缺：\n{error}", file=sys.stderr)
        return 1
    size = made.stat().st_size / 2**20
    print(f"{made}：{size:.0f} MB，{len(targets)} 个平台，{time.monotonic() - begun:.0f} 秒")
    return 0


def build(targets: Sequence[Target], output: Path, *, pdf: bool) -> Path:
    """Write the zip; returns its path. Raises Missing where a target lacks a wheel; then there is
    no zip, and one that was there before stays."""
    with tempfile.TemporaryDirectory() as scratch:
        own = own_wheel(Path(scratch))
        version = own.name.split("-")[1]
        root = Path(scratch) / f"登高-{version}"
        glibc = wheels(own, targets, Path(scratch), root / "program" / "wheels")
        start_files(root, version, glibc)
        manual(root, pdf=pdf)
        sums = "".join(f"{sha256(p)}  {p.relative_to(root).as_posix()}\n" for p in inside(root))
        (root / SUMS).write_text(sums, encoding="utf-8", newline="\n")
        return packed(root, output / f"denggao-{version}-bundle.zip")


def own_wheel(scratch: Path) -> Path:
    """Our wheel, with the front-end files and the manual inside."""
    from hatchling.builders.wheel import WheelBuilder

    (made,) = WheelBuilder(str(ROOT)).build(directory=str(scratch), versions=["standard"])
    return Path(made)


def wheels(own: Path, targets: Sequence[Target], scratch: Path, folder: Path) -> str:
    """Collect the wheels of all targets in one folder, each once; returns the version of the C
    library that the Linux ones need. Raises Missing."""
    folder.mkdir(parents=True)
    shutil.copy(own, folder)
    missing: list[str] = []
    newest = (2, 17)
    names: set[str] = set()
    for target in targets:
        fetched = scratch / target.name
        fetched.mkdir()
        fetch = Fetcher(target, LOCK.read_text(encoding="utf-8"), fetched)
        fetch.prefetch(names)
        found, lacking = closure(own, target, fetch)
        names |= {parse_wheel_filename(wheel.name)[0] for wheel in found[1:]}
        missing += lacking
        size = sum(wheel.stat().st_size for wheel in found) / 2**20
        print(f"{target.name}：{len(found)} 个，{size:.0f} MB", flush=True)
        for wheel in found:
            if not (folder / wheel.name).exists():
                shutil.copy(wheel, folder)
            if target.system == "linux":
                needs = re.findall(r"manylinux_(\d+)_(\d+)", wheel.name)
                newest = max(newest, min((int(a), int(b)) for a, b in needs) if needs else newest)
    missing += [] if missing else faults(folder, "denggao", targets)
    if missing:
        raise Missing("\n".join(dict.fromkeys(missing)))
    return ".".join(map(str, newest))


def start_files(root: Path, version: str, glibc: str) -> None:
    """What the clerk sees first, in the encodings and line ends of the systems they are for."""
    shutil.copy(FILES / "start.py", root / "program")
    shutil.copy(ROOT / "LICENSE", root)
    (root / "start.sh").write_bytes((FILES / "start.sh").read_bytes().replace(b"\r\n", b"\n"))
    (root / BAT).write_bytes(windows_batch((FILES / "start.bat").read_text(encoding="utf-8")))
    installer = os.environ.get("DENGGAO_BUNDLE_PYTHON", "")
    python = "没有的，请先装，或把安装程序放进 Python 文件夹。"
    if installer:
        (root / "Python").mkdir()
        shutil.copy(installer, root / "Python")
        python = "Windows 上没有的，启动时自动装 Python 文件夹里带的。"
    told = (FILES / "readme.txt").read_text(encoding="utf-8")
    told = told.format(version=version, glibc=glibc, python=python)
    # the editor of every Windows knows UTF-8 by its mark
    (root / "先看这里.txt").write_text(told, encoding="utf-8-sig", newline="\r\n")


def windows_batch(text: str) -> bytes:
    """A batch file as cmd.exe of a Chinese Windows reads it: GBK, CRLF. It sets that code page
    itself, for a Windows that was switched to UTF-8; UTF-8 batch files break on older ones."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("gbk")


def manual(root: Path, *, pdf: bool) -> None:
    """The manual as one HTML file with its pictures, and printed. Raises SystemExit where it shall
    be printed and there is no Chromium."""
    from denggao.web.manual import text

    folder = root / "手册"
    (folder / "img").mkdir(parents=True)
    for picture in sorted(text.IMAGES.glob("*.png")):
        shutil.copy(picture, folder / "img")
    page = folder / "index.html"
    page.write_text(manual_html(), encoding="utf-8")
    if not pdf:
        return
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("没有 Chromium，印不出手册的 PDF；装上，或加 --no-pdf")
    target = root / "使用手册.pdf"
    with tempfile.TemporaryDirectory() as profile:
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update"),
            *(f"--user-data-dir={profile}", "--no-pdf-header-footer"),
            *(f"--print-to-pdf={target}", page.as_uri()),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    if not target.is_file():
        raise SystemExit("Chromium 没有印出手册的 PDF；或加 --no-pdf")


_STYLE = """
body { max-width: 52rem; margin: 0 auto; padding: 1rem; line-height: 1.75; color: #1f2937;
  font-family: "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Zen Hei", sans-serif; font-size: 15px; }
h1 { font-size: 22px; border-bottom: 2px solid #1a4fa3; padding-bottom: .3rem; margin-top: 3rem; }
h2 { font-size: 17px; } img { max-width: 100%; border: 1px solid #d5dce7; }
table { border-collapse: collapse; } td, th { border: 1px solid #d5dce7; padding: .3rem .6rem;
  vertical-align: top; text-align: left; } th { background: #eef3fa; }
pre { background: #f8f9fb; border: 1px solid #e2e6ee; padding: .6rem; white-space: pre-wrap; }
a { color: #1a4fa3; text-decoration: none; }
@media print { @page { size: A4; margin: 18mm 16mm; } body { padding: 0; font-size: 10.5pt; }
  h1 { break-before: page; margin-top: 0; } h1.first { break-before: auto; }
  h2 { break-after: avoid; } img, tr, pre { break-inside: avoid; } }
"""


def manual_html() -> str:
    """All chapters on one page."""
    from denggao.web.manual import text

    known = text.chapters()
    contents = "".join(f'<li><a href="#{c.slug}">{html.escape(c.title)}</a></li>' for c in known)
    parts = []
    for chapter in known:
        body = text.html_of(chapter, picture="img/{}".format, page="#{}".format)
        body = body.replace('<h2 id="', f'<h2 id="{chapter.slug}-')
        parts.append(f'<h1 id="{chapter.slug}">{html.escape(chapter.title)}</h1>\n{body}')
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>登高使用手册</title><style>{_STYLE}</style></head>"
        f'<body><h1 class="first">登高使用手册</h1>'
        f"<ol>{contents}</ol>{''.join(parts)}</body></html>\n"
    )


def inside(root: Path) -> list[Path]:
    """Every file, in an order that does not change."""
    return sorted(path for path in root.rglob("*") if path.is_file())


def sha256(path: Path) -> str:
    """Of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def packed(root: Path, target: Path) -> Path:
    """The folder as a zip beside the old one, then in its place. Wheels are packed already."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in inside(root):
            entry = zipfile.ZipInfo.from_file(path, path.relative_to(root.parent).as_posix())
            entry.create_system = _UNIX
            entry.external_attr = (0o100755 if path.suffix == ".sh" else 0o100644) << 16
            kind = zipfile.ZIP_STORED if path.suffix == ".whl" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), kind)
    draft.replace(target)
    return target


def check(bundle: Path, targets: Sequence[Target] = TARGETS) -> list[str]:
    """What is wrong with a bundle: files that differ from its list, wheels that a target lacks."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(bundle) as archive:
        archive.extractall(scratch)
        (root,) = Path(scratch).iterdir()
        lines = (root / SUMS).read_text(encoding="utf-8").splitlines()
        listed = {name: told for told, name in (line.split("  ", 1) for line in lines)}
        for path in inside(root):
            name = path.relative_to(root).as_posix()
            if name != SUMS and listed.pop(name, "") != sha256(path):
                found.append(f"{name} 与 {SUMS} 不符")
        found += [f"{name} 不见了" for name in listed]
        folder = root / "program" / "wheels"
        found += [f"缺 {fault}" for fault in faults(folder, "denggao", targets)]
        for target in targets:
            print(f"{target.name}：{len(by_name(folder, target))} 个可用", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
