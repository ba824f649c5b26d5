"""Write the two locks and copy their pins into pyproject.toml, where uv obeys them.

requirements.lock is what everybody installs; requirements.more.lock besides has Spark and the
driver of browsers, half a gigabyte that only CI and those who need them install.

    python scripts/lock.py               after a change of dependencies
    python scripts/lock.py --upgrade     to move to newer releases

uv.lock itself is not kept, because it names the registry of whoever wrote it (docs/adr/0004).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
MORE = ROOT / "requirements.more.lock"
PYPROJECT = ROOT / "pyproject.toml"
#: For every platform and every Python from the oldest we support; no mirror of this machine.
COMPILE = [
    *("pip", "compile", "--no-config", "--universal", "--python-version", "3.11"),
    *("--no-annotate", "--no-header", "--quiet"),
]


def pins(lock: str) -> list[str]:
    """The pinned releases of a lock file, markers kept, hashes left out."""
    lines = (line.removesuffix("\\").strip() for line in lock.splitlines())
    return [line for line in lines if line and not line.startswith(("--hash", "#"))]


def with_array(pyproject: str, key: str, values: list[str]) -> str:
    """The text of pyproject.toml with the array ``key`` set to ``values``, one to a line."""
    rows = "".join(f'    "{value}",\n' for value in values)
    array = re.compile(rf"^{key} = \[(?:\n(?:    .*\n)*)?\]$", re.MULTILINE)
    text, found = array.subn(lambda _: f"{key} = [\n{rows}]", pyproject)
    if found != 1:
        raise SystemExit(f"pyproject.toml must have the array {key} once, found {found}")
    return text


def main(options: list[str]) -> None:
    """Resolve everything anew, keeping the present pins unless ``--upgrade`` is given."""
    from uv import find_uv_bin  # only here: the tests read `pins` without it

    def resolve(lock: Path, *extras: str) -> None:
        command = [find_uv_bin(), *COMPILE, "--generate-hashes", *extras, *options]
        command += ["--output-file", lock.name, PYPROJECT.name]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    resolve(LOCK, "--extra", "test", "--extra", "dev")
    resolve(MORE, "--all-extras", "--constraint", LOCK.name)
    text = PYPROJECT.read_text(encoding="utf-8")
    build = subprocess.run(
        [find_uv_bin(), *COMPILE, "--constraint", LOCK.name, "-"],
        cwd=ROOT,
        check=True,
        input="\n".join([*tomllib.loads(text)["build-system"]["requires"], "editables"]),
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    released = pins(MORE.read_text(encoding="utf-8"))
    text = with_array(text, "constraint-dependencies", released)
    text = with_array(text, "build-constraint-dependencies", pins(build))
    PYPROJECT.write_text(text, encoding="utf-8")
    print(f"{MORE.name}: {len(released)} pins, copied into {PYPROJECT.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
