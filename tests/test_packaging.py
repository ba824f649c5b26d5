"""The lock, its copy in pyproject.toml, and what a wheel carries."""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import pins, with_array

ROOT = Path(__file__).resolve().parent.parent
LOCK, MORE = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements.more.lock")
)
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
CONFIG = tomllib.loads(PYPROJECT)

#: An address, a host name or a number of one; version numbers have no letters at their end.
HOST = re.compile(
    r"https?:|git\+|file:|@ |(?<![\w.])[\w-]+(\.[\w-]+)*\.(cn|com|dev|io|net|org)\b"
    r"|(?<![\w.=])\d{1,3}(\.\d{1,3}){3}(?![\w.])"
)


def wanted() -> list[Requirement]:
    project = CONFIG["project"]
    extras = project["optional-dependencies"].values()
    lists = [project["dependencies"], CONFIG["build-system"]["requires"], *extras]
    found = [Requirement(line) for lines in lists for line in lines]
    return [wish for wish in found if wish.name != project["name"]]  # an extra made of extras


def locked() -> dict[str, Requirement]:
    return {canonicalize_name(pin.name): pin for pin in map(Requirement, pins(MORE))}


def test_what_everybody_installs_is_part_of_the_larger_lock() -> None:
    assert set(pins(LOCK)) < set(pins(MORE))


def test_uv_obeys_every_pin_of_the_lock() -> None:
    assert CONFIG["tool"]["uv"]["constraint-dependencies"] == pins(MORE)


def test_the_build_uses_pins_of_the_lock() -> None:
    build = CONFIG["tool"]["uv"]["build-constraint-dependencies"]
    assert build
    assert set(build) <= set(pins(LOCK))


@pytest.mark.parametrize("wish", wanted(), ids=str)
def test_the_lock_fulfils_pyproject(wish: Requirement) -> None:
    (pin,) = locked()[canonicalize_name(wish.name)].specifier
    assert pin.operator == "=="
    assert wish.specifier.contains(pin.version)


@pytest.mark.parametrize("text", [LOCK, MORE], ids=["lock", "more"])
def test_every_pin_has_hashes(text: str) -> None:
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(pins(text))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    "text",
    [LOCK, MORE, PYPROJECT],
    ids=["requirements.lock", "requirements.more.lock", "pyproject.toml"],
)
def test_no_registry_is_named(text: str) -> None:
    assert [line for line in text.splitlines() if HOST.search(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https:" + "//packages.example/simple",
        "lark @ file:" + "///wheels/lark.whl",
        "extra-index = mirror.university.edu.cn",
        "url = 10.0.0.8",
    ],
)
def test_a_registry_would_be_seen(line: str) -> None:
    assert HOST.search(line)


def test_a_changed_pin_would_be_seen() -> None:
    other = with_array(PYPROJECT, "constraint-dependencies", ["lark==0.1"])
    assert tomllib.loads(other)["tool"]["uv"]["constraint-dependencies"] == ["lark==0.1"]
    again = with_array(other, "constraint-dependencies", pins(MORE))
    assert again == PYPROJECT


def test_the_wheel_carries_the_data_files(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = {".csv", ".lark", ".md", ".toml"}
    ours = [path for path in (ROOT / "denggao").rglob("*") if path.suffix in data]
    assert ours
    assert [str(p) for p in ours if p.relative_to(ROOT).as_posix() not in inside] == []
    manual = [*(ROOT / "docs" / "manual").glob("*.md"), *(ROOT / "docs" / "img").glob("*.png")]
    carried = {Path(name).name for name in inside if name.startswith("denggao/web/manual/")}
    assert manual
    assert [path.name for path in manual if path.name not in carried] == []
