"""Which wheels each target needs, fetched by pip; and, from the files alone, whether all are there.

pip evaluates markers for the machine it runs on even when it is told another platform, so what
Windows needs would be missing. Therefore the closure is taken here: each wheel's own metadata is
read with the target's environment, and pip only fetches what is named, by the pins and hashes of
requirements.lock.
"""

from __future__ import annotations

import contextlib
import email
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

PYTHONS = ("3.11", "3.12", "3.13")
#: The oldest C library that our Linux targets have (Kylin V10, UOS 20): lower comes first, for
#: pip takes the first that fits.
_GLIBC = ("2_5", "2_12", "2_17", "2_24", "2_26", "2_27", "2_28")
_OLD_NAMES = {"2_5": "manylinux1", "2_12": "manylinux2010", "2_17": "manylinux2014"}


@dataclass(frozen=True, slots=True)
class Target:
    """One interpreter on one kind of machine; ``name`` such as ``windows-x86_64-3.12``."""

    system: str
    machine: str
    python: str

    @property
    def name(self) -> str:
        return f"{self.system}-{self.machine}-{self.python}"

    @property
    def platforms(self) -> list[str]:
        """Platform tags, the best first."""
        if self.system == "windows":
            return ["win_amd64"]
        found = []
        for version in _GLIBC:
            old = _OLD_NAMES.get(version)
            found += [f"{old}_{self.machine}"] if old else []
            found.append(f"manylinux_{version}_{self.machine}")
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What markers ask for."""
        windows = self.system == "windows"
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "nt" if windows else "posix",
            "platform_machine": "AMD64" if windows else self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Windows" if windows else "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "win32" if windows else "linux",
        }

    def tags(self) -> set[Tag]:
        """Every tag of a wheel that it can install."""
        version = tuple(map(int, self.python.split(".")))
        found = set(cpython_tags(version, platforms=self.platforms))
        return found | set(
            compatible_tags(version, "cp" + "".join(map(str, version)), self.platforms)
        )

    def fits(self, wheel: Path) -> bool:
        """Can it install this wheel?"""
        return bool(parse_wheel_filename(wheel.name)[3] & self.tags())


TARGETS = tuple(
    Target(system, machine, python)
    for system, machine in (("windows", "x86_64"), ("linux", "x86_64"), ("linux", "aarch64"))
    for python in PYTHONS
)


class Missing(Exception):
    """Packages without a wheel, each with the targets that lack it."""


def locked(lock: str) -> dict[str, list[str]]:
    """Package → its entries in requirements.lock: a pin with marker and hashes."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    found: dict[str, list[str]] = {}
    for entry in entries:
        pin = Requirement(entry.partition("\\")[0].strip())
        found.setdefault(canonicalize_name(pin.name), []).append(entry)
    return found


def wanted_by(wheel: Path, target: Target, extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """What a wheel asks for on this target."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
        told = email.message_from_bytes(archive.read(name)).get_all("Requires-Dist") or []
    for wish in map(Requirement, told):
        asked = ({**target.environment, "extra": extra} for extra in ("", *extras))
        if wish.marker is None or any(map(wish.marker.evaluate, asked)):
            yield wish


def closure(
    own: Path, target: Target, fetch: Callable[[set[str]], dict[str, Path]]
) -> tuple[list[Path], list[str]]:
    """(wheels that the target needs for ``own``, what is missing in words). ``fetch``: package
    names → those of them that have a wheel."""
    found: dict[str, Path] = {}
    missing: list[str] = []
    done: set[tuple[str, frozenset[str]]] = set()
    todo = list(wanted_by(own, target))
    while todo:
        fresh = [w for w in todo if (canonicalize_name(w.name), frozenset(w.extras)) not in done]
        names = {str(canonicalize_name(w.name)) for w in fresh} - found.keys()
        got = fetch(names)
        missing += [f"{name}（{target.name}）" for name in sorted(names - got.keys())]
        found |= got
        todo = []
        for wish in fresh:
            name = canonicalize_name(wish.name)
            done.add((name, frozenset(wish.extras)))
            if name not in found:
                continue
            _, version, _, _ = parse_wheel_filename(found[name].name)
            if not wish.specifier.contains(version, prereleases=True):
                missing.append(f"{wish}（{target.name}，只有 {version}）")
            todo += wanted_by(found[name], target, wish.extras)
    return [own, *found.values()], missing


class Fetcher:
    """Fetches pinned packages for one target with pip, into ``folder``."""

    def __init__(self, target: Target, lock: str, folder: Path) -> None:
        self.target, self.pins, self.folder = target, locked(lock), folder

    def __call__(self, names: set[str]) -> dict[str, Path]:
        """Package → wheel, for those that have one. Raises Missing for one not in the lock."""
        wanted = names - by_name(self.folder, self.target).keys()
        entries = {name: self._entry(name) for name in sorted(wanted)}
        if entries and not self._pip(list(entries.values())):
            for name, entry in entries.items():  # one by one, to name all that have no wheel
                self._pip([entry], tell=name)
        return _among(by_name(self.folder, self.target), names)

    def prefetch(self, names: set[str]) -> None:
        """At once what will probably be asked for, one after the other; saves calls of pip."""
        entries = []
        for name in sorted(names):
            with contextlib.suppress(Missing):
                entries.append(self._entry(name))
        if entries:
            self._pip(entries)

    def _entry(self, name: str) -> str:
        for entry in self.pins.get(name, []):
            pin = Requirement(entry.partition("\\")[0].strip())
            if pin.marker is None or pin.marker.evaluate(self.target.environment):
                return re.sub(r"\s*;[^\\]*", " ", entry, count=1)
        raise Missing(f"{name} 不在 requirements.lock 里；先 make lock")

    def _pip(self, entries: list[str], tell: str = "") -> bool:
        asked = self.folder / "asked.txt"
        asked.write_text("\n".join(entries) + "\n", encoding="utf-8")
        nodot = self.target.python.replace(".", "")
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"),
            *("--python-version", self.target.python, "--implementation", "cp"),
            *("--abi", f"cp{nodot}", "--abi", "abi3", "--abi", "none"),
            *(part for p in self.target.platforms for part in ("--platform", p)),
            *("--dest", str(self.folder), "--requirement", str(asked)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and tell and "No matching distribution" not in done.stderr:
            raise SystemExit(f"{tell}（{self.target.name}）取不到：\n{done.stderr.strip()}")
        return done.returncode == 0


def by_name(folder: Path, target: Target) -> dict[str, Path]:
    """The wheels of a folder that the target can install."""
    wheels = (w for w in sorted(folder.glob("*.whl")) if target.fits(w))
    return {str(parse_wheel_filename(wheel.name)[0]): wheel for wheel in wheels}


def _among(known: dict[str, Path], names: set[str]) -> dict[str, Path]:
    return {name: known[name] for name in names & known.keys()}


def faults(folder: Path, package: str, targets: Iterable[Target] = TARGETS) -> list[str]:
    """What is missing in a folder of wheels, by target: nothing, if every one can install."""
    found: list[str] = []
    for target in targets:
        known = by_name(folder, target)
        if package not in known:
            found.append(f"{package}（{target.name}）")
            continue
        here = partial(_among, known)
        found += closure(known[package], target, here)[1]
    return found
