"""The front-end files: fetched at build time, never committed, missed loudly."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """hatch_build.py."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copied(hook: ModuleType, to: Path) -> Path:
    """A project with the inputs alone."""
    for name in hook.INPUTS:
        (to / name).write_bytes((ROOT / name).read_bytes())
    return to


@pytest.mark.parametrize(
    ("version", "refused"), [("standard", True), ("editable", False)], ids=["wheel", "editable"]
)
def test_skipping_is_for_work_on_the_source_only(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], version: str, refused: bool,
) -> None:  # fmt: skip
    monkeypatch.setenv("DENGGAO_FRONTEND", "skip")
    root = copied(hook, tmp_path)
    built = hook.FrontEnd(str(root), {}, None, None, str(root), "wheel")
    if refused:
        with pytest.raises(RuntimeError, match="只用于可编辑安装"):
            built.initialize(version, {})
    else:
        built.initialize(version, {})
        assert "没有样式和图表" in capsys.readouterr().err


def test_files_of_other_inputs_are_stale(hook: ModuleType, tmp_path: Path) -> None:
    root = copied(hook, tmp_path)
    assert not hook.is_fresh(root)
    (root / hook.TARGET).mkdir(parents=True)
    (root / hook.TARGET / hook.STAMP).write_text(hook.stamp(root), encoding="utf-8")
    assert hook.is_fresh(root)
    (root / "package.json").write_text("{}", encoding="utf-8")
    assert not hook.is_fresh(root)


def test_the_lock_names_no_host_and_has_hashes() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in told for name, told in packages.items() if name)


def test_pages_without_front_end_files_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("denggao.web.menu.has_front_end", lambda: False)
    answer = Client().get("/login/")
    assert answer.status_code == 200
    assert "前端文件没有装上" in answer.content.decode()
    monkeypatch.setattr("denggao.web.menu.has_front_end", lambda: True)
    assert "前端文件没有装上" not in Client().get("/login/").content.decode()
