"""备份 and back again: one zip with the database, the uploads and a manifest of hashes.

SQLite is copied by its own backup, consistent while others write; PostgreSQL table by table with
COPY in one snapshot. A restore goes into an empty place only, checks every hash before it writes
anything, and brings an older database to this release's form.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from denggao import __version__
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.kit.appending import lifted

MANIFEST, SQLITE, TABLES, UPLOADS = "manifest.json", "denggao.sqlite3", "tables/", "uploads/"
_HEAD = "SELECT seq, digest FROM accounts_auditrow ORDER BY seq DESC LIMIT 1"
_SEQUENCE = (
    "SELECT pg_get_serial_sequence(%s, 'id') FROM information_schema.columns"
    " WHERE table_name = %s AND column_name = 'id'"
)
_COUNT = 'SELECT COUNT(*) FROM "{}"'


def backup(target: Path) -> dict[str, Any]:
    """Write everything to ``target`` (.zip); returns the manifest. Raises UserError where it
    cannot be written."""
    with tempfile.TemporaryDirectory() as folder, replacing(target) as temporary:
        head, counts = _dump(Path(folder))
        if settings.UPLOADS.is_dir():
            shutil.copytree(settings.UPLOADS, Path(folder) / UPLOADS)
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        manifest = {
            "program": __version__,
            "engine": connection.vendor,
            "at": timezone.now().isoformat(),
            "audit_head": head,
            "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
            "tables": counts,
            "files": {path.relative_to(folder).as_posix(): _sha256(path) for path in files},
        }
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
            for path in files:
                archive.write(path, path.relative_to(folder).as_posix())
    return manifest


def _dump(folder: Path) -> tuple[str, dict[str, int]]:
    """The database into ``folder``; returns the audit head and the rows of each table in it."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(folder / SQLITE)
        connection.connection.backup(copy)
        head = copy.execute(_HEAD).fetchone()
        counts = {name: copy.execute(_COUNT.format(name)).fetchone()[0] for name in tables()}
        copy.close()
        return _head(head), counts
    (folder / TABLES).mkdir()
    counts = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name in tables():
            cursor.execute(_COUNT.format(name))
            (counts[name],) = cursor.fetchone()
            command = f"COPY {name} TO STDOUT (FORMAT csv, HEADER)"
            with (
                (folder / TABLES / f"{name}.csv").open("wb") as file,
                cursor.copy(command) as copied,
            ):
                for block in copied:
                    file.write(bytes(block))
        cursor.execute(_HEAD)
        return _head(cursor.fetchone()), counts


def _head(row: tuple[int, str] | None) -> str:
    return f"{row[0]}:{row[1]}" if row else f"0:{audit.START}"


def restore(source: Path) -> dict[str, Any]:
    """Bring a backup back into an empty database and an empty folder of uploads; returns its
    manifest. Raises UserError, with nothing changed, for a damaged file, one of a newer program
    or another kind of database, and where there is data already."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = _unpacked(source, folder)
        _check_fits(manifest)
        if connection.vendor == "sqlite":
            _replace_sqlite(folder / SQLITE)
        else:
            _fill_tables(folder / TABLES)
        if (folder / UPLOADS).is_dir():
            shutil.copytree(folder / UPLOADS, settings.UPLOADS, dirs_exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if audit.head() != manifest["audit_head"]:
        raise UserError("恢复之后审计头与备份时不符，请不要使用这个库，另找一份备份")
    return manifest


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(source) as archive:
            if any(n.startswith("/") or ".." in Path(n).parts for n in archive.namelist()):
                raise UserError(f"“{source}”里有越界的文件名，不是登高的备份")
            archive.extractall(folder)
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        wrong = [n for n, digest in manifest["files"].items() if _sha256(folder / n) != digest]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UserError(f"“{source}”不是完整的登高备份（{type(error).__name__}）") from None
    if wrong:
        raise UserError(f"“{source}”已损坏，没有恢复：{'、'.join(wrong[:5])}")
    return manifest


def _check_fits(manifest: dict[str, Any]) -> None:
    from django.db.migrations.loader import MigrationLoader

    if manifest["engine"] != connection.vendor:
        raise UserError(
            f"备份来自 {manifest['engine']}，现在的库是 {connection.vendor}，不能直接恢复"
        )
    known = MigrationLoader(None).disk_migrations.keys()
    newer = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if newer:
        raise UserError(
            f"备份是更新的登高 {manifest['program']} 做的（有 {'、'.join(newer[:3])}），"
            "请先升级登高"
        )
    uploads = settings.UPLOADS
    if _has_data() or (uploads.is_dir() and any(uploads.iterdir())):
        raise UserError("这里已经有数据，不覆盖；请用 --home 指一个空文件夹（或空的数据库）再恢复")


def _has_data() -> bool:
    there = connection.introspection.table_names()
    return User._meta.db_table in there and User.objects.exists()


def _replace_sqlite(copy: Path) -> None:
    connections.close_all()
    place = Path(settings.DATABASES["default"]["NAME"])
    place.parent.mkdir(parents=True, exist_ok=True)
    for rest in ("-wal", "-shm"):
        place.with_name(place.name + rest).unlink(missing_ok=True)
    with replacing(place) as temporary:
        shutil.copyfile(copy, temporary)


def _fill_tables(folder: Path) -> None:
    call_command("migrate", verbosity=0, interactive=False)
    files = sorted(folder.glob("*.csv"))
    with transaction.atomic(), lifted(connection), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(path.stem for path in files)} CASCADE")
        for path in files:
            heads = path.read_text(encoding="utf-8").partition("\n")[0]
            columns = ", ".join(f'"{head}"' for head in heads.split(","))
            command = f"COPY {path.stem} ({columns}) FROM STDIN (FORMAT csv, HEADER)"
            with cursor.copy(command) as copied:
                copied.write(path.read_bytes())
        for name in (path.stem for path in files):
            cursor.execute(_SEQUENCE, [name, name])
            for (sequence,) in [row for row in cursor.fetchall() if row[0]]:
                next_one = f"SELECT COALESCE(MAX(id), 0) + 1 FROM {name}"  # noqa: S608
                cursor.execute(f"SELECT setval('{sequence}', ({next_one}), false)")


def tables() -> list[str]:
    """Every table of the application, sessions and finished jobs left out."""
    left = {"django_session", "django_tasks_database_dbtaskresult"}
    return sorted(set(connection.introspection.table_names()) - left)


def rows(table: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in the order of its first column, for a comparison."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table)
        cursor.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608 - our names
        while some := cursor.fetchmany(5000):
            yield from some


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
