"""Start 登高 from the unpacked bundle: install beside this file at first, then serve and open.

    start.py                 first account if there is none, serve, open the browser
    start.py COMMAND …       the same as ``denggao COMMAND …`` on the same data

Uses nothing but the standard library; nothing outside the bundle's folder is changed, but for the
data beside it. What it prints is for the clerk.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
import venv
import webbrowser
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent
BUNDLE = PROGRAM.parent
SUMS = BUNDLE / "SHA256SUMS.txt"
PORTS = range(8000, 8010)
_AVX2 = 40  # PF_AVX2_INSTRUCTIONS_AVAILABLE
_HAS_USERS = (
    "from denggao.web import server, start; start(); server.migrate(); "
    "print('yes' if server.has_users() else 'no')"
)


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    os.environ.setdefault("DENGGAO_HOME", str(BUNDLE.parent / "登高数据"))
    check_machine()
    python = installed()
    if arguments:
        return subprocess.run([python, "-m", "denggao", *arguments], check=False).returncode
    return serve(python)


def check_machine() -> None:
    """Say at once what would fail obscurely later."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.maxsize < 2**32:
        sys.exit(f"需要 64 位的 Python 3.11、3.12 或 3.13，现在是 {sys.version.split()[0]}")
    if not has_avx2():
        sys.exit("这台电脑的处理器没有 AVX2 指令，登高的计算部分运行不了；请换一台较新的电脑")


def has_avx2() -> bool:
    """Only x86 has it, or needs it."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(_AVX2))
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True


def installed() -> str:
    """The interpreter of the environment beside this file, made if it is not there, was made by
    another Python or another version, or was moved."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    folder = PROGRAM / f"env-{version}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "stamp.txt"
    told = f"{folder}\n{hashlib.sha256(SUMS.read_bytes()).hexdigest()}\n"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == told and python.is_file():
        return str(python)
    print("首次启动：核对文件，安装，大约一两分钟，请不要关窗口 …", flush=True)
    check_files()
    try:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
    except OSError as error:
        sys.exit(f"文件夹“{PROGRAM}”写不进去（{error}）；请解压到自己能写的地方")
    except subprocess.CalledProcessError:
        sys.exit("这个 Python 缺 venv 组件：apt install python3-venv，或装完整的 Python")
    install = [
        *(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-index", "--find-links", str(PROGRAM / "wheels"), "denggao"),
    ]
    told_pip = {k: v for k, v in os.environ.items() if not k.upper().startswith("PIP_")}
    told_pip["PIP_CONFIG_FILE"] = os.devnull
    if subprocess.run(install, env=told_pip, check=False).returncode:
        sys.exit("安装没有成功，上面是原因；没有改动数据，可以再试")
    stamp.write_text(told, encoding="utf-8")
    return str(python)


def check_files() -> None:
    """Every file of the list must be there, unaltered."""
    for line in SUMS.read_text(encoding="utf-8").splitlines():
        told, _, name = line.partition("  ")
        path = BUNDLE / name
        if not path.is_file():
            sys.exit(f"安装包不全，缺 {name}；请重新解压或重新拷贝")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != told:
                sys.exit(f"{name} 损坏（与校验清单不符）；请重新解压或重新拷贝")


def serve(python: str) -> int:
    """Listen on the first free port and open the browser; runs until the window is closed."""
    port = next((p for p in PORTS if not answers(p)), None)
    running = next((p for p in PORTS if is_ours(p)), None)
    if running is not None:
        print(f"登高已经在运行：http://127.0.0.1:{running}/")
        show(running)
        return 0
    if port is None:
        print(f"{PORTS[0]} 到 {PORTS[-1]} 的端口都有别的程序在用；请加 serve --port 9000")
        return 1
    asked = subprocess.run(
        [python, "-c", _HAS_USERS], stdout=subprocess.PIPE, text=True, check=False
    )
    if asked.returncode:
        return asked.returncode
    if "no" in asked.stdout:
        print("\n====== 第一个账号，密码只显示这一次，请抄下 ======", flush=True)
        if subprocess.run(
            [python, "-m", "denggao", "createadmin", "--alone"], check=False
        ).returncode:
            return 1
        print("==================================================\n", flush=True)
    print(f"数据在 {os.environ['DENGGAO_HOME']}；这个窗口不要关，关了就停", flush=True)
    threading.Thread(target=show_later, args=(port,), daemon=True).start()
    command = [python, "-m", "denggao", "serve", "--port", str(port)]
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 0


def answers(port: int) -> bool:
    """Does anything listen there?"""
    import socket

    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_ours(port: int) -> bool:
    """Is it 登高 that listens there?"""
    if not answers(port):
        return False
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/login/", timeout=5) as page:
            return "登高" in page.read(20_000).decode("utf-8", "replace")
    except OSError:
        return False


def show_later(port: int) -> None:
    """Open the browser once there is something to see."""
    for _ in range(240):
        if is_ours(port):
            show(port)
            return
        time.sleep(0.5)


def show(port: int) -> None:
    """Open the browser, unless told not to."""
    if os.environ.get("DENGGAO_NO_BROWSER") != "1":
        webbrowser.open(f"http://127.0.0.1:{port}/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
