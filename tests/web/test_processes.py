"""What only whole processes show: commands, a backup and its restore, and kill -9."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.web.books import book, row
from tests.web.homes import migrated, said
from tests.web.racing import KINDS, Office

KILLS, FIRMS = 10, 600
_PREPARE = """
import sys, datetime, pathlib
from denggao.web import server, start
start()
server.migrate()
from denggao.web.accounts import actions as people
from denggao.web.accounts.models import Region
from denggao.web.ledger import actions, importing
region = Region.objects.get(code="620102")
unit = people.save_unit(by=None, name="某局", kind="bureau", region=region)
user, _ = people.create_first_user(username="a", name="甲", codes=["head"], unit=unit)
path = pathlib.Path(sys.argv[1])
source = actions.bring(by=user, name=path.name, chunks=[path.read_bytes()], region=region,
    mode="upsert", source="ledger", as_of=datetime.date(2026, 6, 30))
importing.check(source.pk)
source.refresh_from_db()
actions.confirm(by=user, source=source, without_wrong=False)
"""


def environment(home: Path) -> dict[str, str]:
    told = {**os.environ, "DENGGAO_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DENGGAO_SECRET_KEY"):
        told.pop(name, None)
    return told


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=environment(home), capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def denggao(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(home, "-m", "denggao", *arguments)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an import that waits to be written: a ledger of so many firms."""
    home = tmp_path_factory.mktemp("home")
    path = book(home / "大表.xlsx", [row(n, n, n + 1, 5) for n in range(FIRMS)])
    done = run(migrated(home), "-c", _PREPARE, str(path))
    assert done.returncode == 0, done.stderr
    return home


@pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked")
@pytest.mark.parametrize("kind", KINDS)
def test_kill_minus_nine_leaves_all_or_nothing(kind: str, tmp_path: Path) -> None:
    with Office(tmp_path, kind) as office:
        path = book(tmp_path / "大表.xlsx", [row(n, n, n + 1, 5) for n in range(FIRMS)])
        done = subprocess.run(
            [sys.executable, "-c", _PREPARE, str(path)], env=office.environment,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        _kill(office.home, office.environment)


def _kill(home: Path, told_environment: dict[str, str]) -> None:
    """Kill the import in ``home`` again and again: none of it there, or all, and the second try
    always completes it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.killing", str(home), str(KILLS)], env=told_environment,
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    complete = told["complete"]
    assert told["whole"] == 0
    assert (complete[0], complete[3:]) == (FIRMS, ["committed", "ok"])
    nothing = [0, 0, 0, "committing", "ok"]
    for kill in told["kills"]:
        assert kill["found"] in (complete, nothing)
        assert (kill["again"], kill["then"]) == (0, complete)
    undone = sum(kill["found"] == nothing for kill in told["kills"])
    assert KILLS // 5 <= undone <= KILLS - KILLS // 10, "the kills fell all on one side"


def contents(home: Path) -> dict[str, str]:
    """The SHA-256 of each table's rows in order."""
    with sqlite3.connect(home / "denggao.sqlite3") as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        return {
            name: hashlib.sha256(
                repr(database.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()).encode()
            ).hexdigest()
            for (name,) in found
        }


@pytest.fixture(scope="module")
def backed_up(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "备份.zip"
    done = denggao(prepared, "backup", "-o", str(target))
    assert done.returncode == 0, done.stderr
    return target


def test_a_backup_comes_back_the_same(prepared: Path, backed_up: Path, tmp_path: Path) -> None:
    home = tmp_path / "新机器"
    done = denggao(home, "restore", str(backed_up))
    assert done.returncode == 0, done.stderr
    assert contents(home) == contents(prepared)
    files = [
        {
            p.relative_to(at).as_posix(): p.read_bytes()
            for p in (at / "uploads").rglob("*")
            if p.is_file()
        }
        for at in (prepared, home)
    ]
    assert files[0] == files[1]
    assert files[0]
    assert denggao(home, "verify").returncode == 0
    with sqlite3.connect(home / "denggao.sqlite3") as database:  # the control
        database.execute("UPDATE accounts_unit SET name = '别局'")
    assert contents(home) != contents(prepared)


def test_a_restore_overwrites_nothing(prepared: Path, backed_up: Path) -> None:
    before = contents(prepared)
    done = denggao(prepared, "restore", str(backed_up))
    assert (done.returncode, "已经有数据" in done.stderr) == (2, True)
    assert contents(prepared) == before


@pytest.mark.parametrize("damage", ["cut off", "a byte flipped", "newer", "no archive"])
def test_a_bad_backup_is_refused(backed_up: Path, tmp_path: Path, damage: str) -> None:
    bad = tmp_path / "坏.zip"
    data = backed_up.read_bytes()
    if damage == "cut off":
        bad.write_bytes(data[: len(data) // 2])
    elif damage == "no archive":
        bad.write_bytes(b"nothing")
    else:
        with zipfile.ZipFile(backed_up) as old, zipfile.ZipFile(bad, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if damage == "a byte flipped" and name.endswith("sqlite3"):
                    content = content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]
                if damage == "newer" and name == "manifest.json":
                    told = json.loads(content)
                    told["migrations"].append(["ledger", "9999_from_the_future"])
                    content = json.dumps(told).encode()
                new.writestr(name, content)
    home = tmp_path / "新机器"
    done = denggao(home, "restore", str(bad))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert {
        "cut off": "不是完整的登高备份", "a byte flipped": "已损坏", "newer": "请先升级登高",
        "no archive": "不是完整的登高备份",
    }[damage] in done.stderr  # fmt: skip
    assert not (home / "denggao.sqlite3").exists() or contents(home).get("accounts_user") is None


def test_commands_from_an_empty_folder(tmp_path: Path) -> None:
    home = tmp_path / "空"
    home.mkdir()
    migrated(home)  # the run's one database, by ``denggao migrate`` in an empty folder
    assert "数据库已就绪" in said()
    made = denggao(home, "createadmin", "zhang", "--alone")
    assert made.returncode == 0, made.stderr
    assert "一次性密码" in made.stdout
    again = denggao(home, "createadmin", "ZHANG")
    assert (again.returncode, "已经有账号" in again.stderr) == (2, True)
    with sqlite3.connect(home / "denggao.sqlite3") as database:
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            database.execute("UPDATE accounts_auditrow SET why = '改' WHERE seq = 1")
        database.execute("DROP TRIGGER accounts_auditrow_no_UPDATE")
        database.execute("UPDATE accounts_auditrow SET why = '改' WHERE seq = 1")
    found = denggao(home, "verify")
    assert found.returncode == 1
    assert "审计第 1 条被改过" in found.stdout


@pytest.mark.parametrize("command", [["verify"], ["backup", "-o", "备份.zip"]])
def test_a_folder_without_data_is_neither_sound_nor_worth_a_backup(
    tmp_path: Path, command: list[str]
) -> None:
    done = denggao(tmp_path / "写错的", *command)
    assert done.returncode == 2
    assert "没有登高的数据" in done.stderr
    assert "--home" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("DENGGAO_DEBUG", "maybe"), ("DENGGAO_IDLE_MINUTES", "0"), ("DENGGAO_SECRET_KEY", "short")],
)
def test_nonsense_in_the_environment_is_named(tmp_path: Path, name: str, value: str) -> None:
    told = {**environment(tmp_path), name: value}
    done = subprocess.run(
        [sys.executable, "-m", "denggao", "migrate"], env=told, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr
