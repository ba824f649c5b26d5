"""The bundle: what each system reads of it; installed with no index, started, a page fetched.

``DENGGAO_BUNDLE`` names the zip that `make bundle` made, as CI does; ``build`` makes one for this
machine only, some 140 MB to fetch. Without it the installed tests are skipped.
"""

from __future__ import annotations

import os
import platform
import re
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.tags import sys_tags

from scripts import bundle
from scripts.wheelhouse import TARGETS, Target, closure, faults, locked

ROOT = Path(__file__).resolve().parent.parent
HERE = Target("linux", platform.machine(), f"{sys.version_info[0]}.{sys.version_info[1]}")
WINDOWS = Target("windows", "x86_64", "3.12")
BATCH = (bundle.FILES / "start.bat").read_text(encoding="utf-8")


# --- what cmd.exe reads --------------------------------------------------------------------------


def test_the_batch_file_is_read_by_a_chinese_windows() -> None:
    data = bundle.windows_batch(BATCH)
    assert data.decode("gbk").replace("\r\n", "\n") == BATCH
    assert data.count(b"\n") == data.count(b"\r\n") == BATCH.count("\n")
    lines = data.split(b"\r\n")
    # until the code page is set, nothing but ASCII; afterwards no second byte that cmd may take
    # for a sign of its own
    first = next(i for i, line in enumerate(lines) if line.startswith(b"chcp 936"))
    assert all(line.isascii() for line in lines[: first + 1])
    for character in BATCH:
        encoded = character.encode("gbk")
        assert len(encoded) == 1 or encoded[1] not in b"\\^|", character


def test_the_batch_file_goes_nowhere_that_is_not_there() -> None:
    labels = set(re.findall(r"^:(\w+)", BATCH, re.MULTILINE))
    assert set(re.findall(r"(?:goto|call) :?(\w+)", BATCH)) == labels
    assert "%*" in BATCH


@pytest.mark.parametrize("name", ["start.sh"])
def test_the_shell_script_is_right(name: str) -> None:
    done = subprocess.run(["sh", "-n", str(bundle.FILES / name)], check=False)
    assert done.returncode == 0


def test_start_refuses_a_damaged_file(tmp_path: Path) -> None:
    root = tmp_path / "登高"
    (root / "program").mkdir(parents=True)
    for name in ("start.py", "start.sh"):
        where = root / "program" if name.endswith(".py") else root
        (where / name).write_bytes((bundle.FILES / name).read_bytes())
    sums = "".join(
        f"{bundle.sha256(p)}  {p.relative_to(root).as_posix()}\n" for p in bundle.inside(root)
    )
    (root / bundle.SUMS).write_text(sums, encoding="utf-8")
    (root / "start.sh").write_text("x", encoding="utf-8")
    done = _start(root, tmp_path / "data", "law", "list")
    assert done.returncode != 0
    assert "start.sh 损坏" in done.stderr
    (root / "start.sh").unlink()
    assert "缺 start.sh" in _start(root, tmp_path / "data", "law", "list").stderr


# --- wheels of every target ----------------------------------------------------------------------


def wheel(folder: Path, name: str, *wishes: str, tag: str = "py3-none-any") -> Path:
    """A wheel that asks for others."""
    path = folder / f"{name}-1.0-{tag}.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {wish}" for wish in wishes]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def test_markers_are_read_for_the_target_and_not_for_this_machine(tmp_path: Path) -> None:
    own = wheel(tmp_path, "own", "a[x]; sys_platform == 'win32'", "b; python_version < '3.12'")
    wheel(tmp_path, "a", "c; extra == 'x'", "d; extra == 'y'")
    for name in "bcd":
        wheel(tmp_path, name)
    known = {p.name[0]: p for p in tmp_path.glob("?-*.whl")}

    def needs(target: Target) -> set[str]:
        found, missing = closure(own, target, lambda names: {n: known[n] for n in names})
        assert missing == []
        return {p.name.partition("-")[0] for p in found}

    assert needs(WINDOWS) == {"own", "a", "c"}
    assert needs(Target("linux", "aarch64", "3.12")) == {"own"}
    assert needs(Target("windows", "x86_64", "3.11")) == {"own", "a", "c", "b"}


def test_a_wheel_that_one_target_lacks_is_named(tmp_path: Path) -> None:
    wheel(tmp_path, "own", "a>=1", "b>=2")
    wheel(tmp_path, "a", tag="cp312-cp312-win_amd64")
    wheel(tmp_path, "b")
    found = faults(tmp_path, "own", [WINDOWS, Target("linux", "x86_64", "3.12")])
    assert found == [
        "b>=2（windows-x86_64-3.12，只有 1.0）",
        "a（linux-x86_64-3.12）",
        "b>=2（linux-x86_64-3.12，只有 1.0）",
    ]
    assert faults(tmp_path, "nothing", [WINDOWS]) == ["nothing（windows-x86_64-3.12）"]


def test_a_wheel_for_a_newer_c_library_does_not_fit(tmp_path: Path) -> None:
    target = Target("linux", "x86_64", "3.12")
    for glibc, fits in (("2_17", True), ("2_28", True), ("2_34", False)):
        made = wheel(tmp_path, "a", tag=f"cp312-cp312-manylinux_{glibc}_x86_64")
        assert target.fits(made) == fits
    assert not target.fits(wheel(tmp_path, "a", tag="cp312-cp312-musllinux_1_2_x86_64"))
    assert not target.fits(wheel(tmp_path, "a", tag="cp311-cp311-manylinux_2_17_x86_64"))
    assert target.fits(wheel(tmp_path, "a", tag="cp39-abi3-manylinux_2_17_x86_64"))


def test_our_idea_of_this_machine_is_what_python_says() -> None:
    if HERE not in TARGETS:
        pytest.skip(f"{HERE.name} is not among the targets")
    ours = {t for t in HERE.tags() if t.interpreter.startswith("cp3") and t.abi != "none"}
    assert ours <= set(sys_tags())


def test_nothing_is_put_in_that_is_not_locked() -> None:
    pins = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    assert len(pins["numpy"]) == 2  # one for each of two ranges of Python
    assert all("--hash=sha256:" in entry for entries in pins.values() for entry in entries)


# --- installed and started -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of this machine's target, as the clerk unpacks it."""
    told = os.environ.get("DENGGAO_BUNDLE", "")
    if not told or HERE not in TARGETS:
        pytest.skip("DENGGAO_BUNDLE names no bundle, or there is none for this machine")
    folder = tmp_path_factory.mktemp("bundle")
    made = _made(folder) if told == "build" else Path(told)
    assert bundle.check(made, [HERE]) == []
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "D 盘 & 我的")  # a space, a sign and Chinese, as in real life
    (root,) = (folder / "D 盘 & 我的").iterdir()
    return root


def _made(folder: Path) -> Path:
    probe = [*(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest")]
    probe += [str(folder / "probe"), "--timeout", "5", "--retries", "0", "mdurl==0.1.2"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no package index can be reached, or pip is not here")
    return bundle.build([HERE], folder, pdf=False)


def _start(root: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "program" / "start.py"), *arguments], env=_environment(home),
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=600,
    )  # fmt: skip


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "DJANGO"))}
    kept.pop("DATABASE_URL", None)
    more = {"DENGGAO_HOME": str(home), "DENGGAO_NO_BROWSER": "1", "PYTHONIOENCODING": "utf-8"}
    # whoever asks an index is noticed
    return {**kept, **more, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.fixture
def started(unpacked: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """(address, what the window says) of the application started by the clerk's script."""
    said = tmp_path / "window.txt"
    with said.open("w", encoding="utf-8") as window:
        running = subprocess.Popen(
            [sys.executable, str(unpacked / "program" / "start.py")],
            env=_environment(tmp_path / "登高数据"), stdout=window, stderr=window,
            start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(600):
            told = said.read_text(encoding="utf-8")
            found = re.search(r"http://127\.0\.0\.1:\d+/", told)
            if found and _listens(found[0]):
                yield found[0], told
                return
            assert running.poll() is None, told
            time.sleep(0.5)
        pytest.fail(said.read_text(encoding="utf-8"))
    finally:
        os.killpg(running.pid, 15)
        running.wait(timeout=30)


def _listens(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2]))) == 0


@pytest.mark.skipif(os.name == "nt", reason="the test ends a group of processes")
def test_installed_without_an_index_and_started(
    unpacked: Path, started: tuple[str, str], tmp_path: Path
) -> None:
    address, told = started
    assert re.search(r"账号 admin，一次性密码：\S{14}", told)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{address}login/", timeout=30) as page:
        text = page.read().decode()
    assert "登高" in text
    for asset in ("vendor/bootstrap/bootstrap.min.css", "manual/ledger.png"):
        with opener.open(f"{address}static/{asset}", timeout=30) as file:
            assert file.status == 200
    # the same data, the second start is quick, and everything works without the source tree
    shown = _start(unpacked, tmp_path / "登高数据", "law", "list")
    assert "首次启动" not in shown.stdout
    assert "高新技术企业认定" in shown.stdout
    demo = ["demo", "--no-serve", "--keep", str(tmp_path / "演示")]
    made = _start(unpacked, tmp_path / "登高数据", *demo)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "演示" / "摸排结果.xlsx").is_file()


def test_every_wheel_of_the_bundle_is_for_somebody(unpacked: Path) -> None:
    for path in (unpacked / "program" / "wheels").glob("*.whl"):
        assert any(target.fits(path) for target in TARGETS), path.name
