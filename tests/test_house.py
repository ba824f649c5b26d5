"""Conventions of the house, kept by machine. Each gate is also shown something it must refuse."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from denggao.facts.catalogue import find
from tests.conftest import LONGEST

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "denggao"
MAX_FILE = 500
MAX_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef

# Spelt in two halves, so that this file does not find itself.
LEFT_OPEN = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:home|root|work|Users)/[\w.-]")


def git(*arguments: str) -> list[str]:
    """The file names that git lists; none outside a clone."""
    command = ["git", *arguments, "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [name for name in listed.stdout.split("\0") if name]


def project_files() -> list[Path]:
    """What belongs to the project: tracked, or new and not ignored."""
    names = git("ls-files", "--cached", "--others", "--exclude-standard")
    found = [ROOT / name for name in names] if names else list(PACKAGE.rglob("*"))
    return [path for path in found if path.is_file()]


def modules(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.py") if "migrations" not in p.parts)


# --- the gates: each yields what is wrong, as "where: what" -----------------------------------


def without_docstring(path: Path) -> Iterator[str]:
    """Public modules, and the public classes and functions at their top, that say nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not path.stem.startswith("_") and not ast.get_docstring(tree):
        yield f"{path.name}: module"
    for node in tree.body:
        public = isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
        if public and not ast.get_docstring(node):
            yield f"{path.name}:{node.lineno}: {node.name}"


def too_long(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if len(text.splitlines()) > MAX_FILE:
        yield f"{path.name}: {len(text.splitlines())} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION:
                yield f"{path.name}:{node.lineno}: {node.name} has {lines} lines"


def matching(pattern: re.Pattern[str]) -> Callable[[Path], Iterator[str]]:
    def gate(path: Path) -> Iterator[str]:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a workbook or an old register
            return
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                yield f"{path.name}:{number}: {line.strip()}"

    return gate


left_open = matching(LEFT_OPEN)
machine_path = matching(MACHINE_PATH)


def unknown_make_targets(readme: Path) -> Iterator[str]:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for target in re.findall(r"^make (\w+)|`make (\w+)", readme.read_text(encoding="utf-8"), re.M):
        if not targets & set(target):
            yield f"{readme.name}: make {''.join(target)}"


# --- the house passes -------------------------------------------------------------------------


@pytest.mark.parametrize("gate", [without_docstring, too_long])
def test_package(gate: Callable[[Path], Iterator[str]]) -> None:
    assert [found for path in modules(PACKAGE) for found in gate(path)] == []


@pytest.mark.parametrize("gate", [left_open, machine_path], ids=["left open", "machine path"])
def test_whole_project(gate: Callable[[Path], Iterator[str]]) -> None:
    assert [found for path in project_files() for found in gate(path)] == []


def test_readme_names_make_targets_that_exist() -> None:
    readme = ROOT / "README.md"
    assert "make demo" in readme.read_text(encoding="utf-8")
    assert "make test" in readme.read_text(encoding="utf-8")
    assert list(unknown_make_targets(readme)) == []


def test_readme_names_facts_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", readme, re.DOTALL)
    assert [name for name in json.loads(example)["facts"] if find(name) is None] == []


def test_nothing_is_tracked_that_should_be_ignored() -> None:
    """No .venv, no uv.lock (it names registries), no ledger of real firms."""
    assert git("ls-files", "--cached", "--ignored", "--exclude-standard")[:10] == []


# --- and each gate refuses what it must ------------------------------------------------------


@pytest.mark.parametrize(
    ("gate", "planted"),
    [
        (without_docstring, "x = 1\n"),
        (without_docstring, '"""Said."""\n\ndef silent():\n    return 1\n'),
        (without_docstring, '"""Said."""\n\nclass Silent:\n    x = 1\n'),
        (too_long, "x = 1\n" * (MAX_FILE + 1)),
        (too_long, "def endless():\n" + "    x = 1\n" * MAX_FUNCTION),
        (too_long, "class A:\n    async def endless():\n" + "        x = 1\n" * MAX_FUNCTION),
        (left_open, "x = 1  # TO" + "DO later\n"),
        (machine_path, 'open("/ho' + 'me/someone/ledger.csv")\n'),
        (unknown_make_targets, "```\nmake coffee\n```\n"),
        (unknown_make_targets, "先 `make coffee` 再说\n"),
    ],
)
def test_gate_refuses(gate: Callable[[Path], Iterator[str]], planted: str, tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text(planted, encoding="utf-8")
    assert list(gate(path))


@pytest.mark.parametrize(
    ("gate", "harmless"),
    [
        (without_docstring, '"""Said."""\n\ndef _private():\n    return 1\n'),
        (too_long, "def just():\n" + "    x = 1\n" * (MAX_FUNCTION - 1)),
        (machine_path, "见 docs/home/notes.md 与 https://example.org/home/page\n"),
        (unknown_make_targets, "```\nmake demo\n```\n"),
    ],
)
def test_gate_lets_pass(
    gate: Callable[[Path], Iterator[str]], harmless: str, tmp_path: Path
) -> None:
    path = tmp_path / "harmless.py"
    path.write_text(harmless, encoding="utf-8")
    assert list(gate(path)) == []


# --- the import contract ----------------------------------------------------------------------


def broken_contracts(folder: Path) -> str:
    """What lint-imports says about the package in ``folder``; empty when all is kept."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", program],  # -c puts the working folder first on the path
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr) if done.returncode else ""


def copy_of_the_package(folder: Path, planted: dict[str, str]) -> Path:
    """The contract, and a package with the folders it speaks of, holding only ``planted``."""
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    web = ("web", "web/kit", "web/accounts", "web/ledger")
    for name in ("", "facts", "rules", "rules/engines", "diagnosis", *web):
        (folder / "denggao" / name).mkdir(exist_ok=True)
        (folder / "denggao" / name / "__init__.py").touch()
    for name, text in planted.items():
        path = folder / "denggao" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_imports_keep_the_contract() -> None:
    assert broken_contracts(ROOT) == ""


@pytest.mark.parametrize(
    ("planted", "contract"),
    [
        ({"facts/ledger.py": "import denggao.rules\n"}, "Imports go towards the facts only"),
        ({"diagnosis/gaps.py": "def lazily():\n    import polars\n"}, "Only the engines know"),
        ({"gadgets/__init__.py": ""}, "Imports go towards the facts only"),
        ({"diagnosis/x.py": "import django.db\n"}, "Only the web application knows Django"),
        ({"web/accounts/x.py": "import denggao.web.ledger\n"}, "Departments of the web"),
    ],
    ids=["upwards", "polars outside the engines", "a new folder", "django", "departments"],
)
def test_contract_refuses(planted: dict[str, str], contract: str, tmp_path: Path) -> None:
    said = broken_contracts(copy_of_the_package(tmp_path, planted))
    assert contract in said
    assert "BROKEN" in said


def test_contract_lets_pass(tmp_path: Path) -> None:
    planted = {
        "rules/engines/columnar.py": "import polars\n",
        "rules/nodes.py": "import denggao.facts\n",
        "diagnosis/gaps.py": "import denggao.rules.nodes\n",
    }
    assert broken_contracts(copy_of_the_package(tmp_path, planted)) == ""


def test_version_is_stated_once() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in config["project"]


def test_the_long_files_that_begin_first_are_there() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
