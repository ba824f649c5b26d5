"""A file as it will be imported: read by ``facts.checking``, kept row by row beside the upload."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from denggao.facts.checking import Checked, check_file
from denggao.facts.columnmap import ColumnMap, load_column_map
from denggao.facts.divisions import divisions
from denggao.facts.ledger import Progress
from denggao.facts.rowchecks import District
from denggao.web.accounts.models import Region
from denggao.web.ledger.models import Import

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Row:
    """One valid row: ``sheet`` is a number in the import's tables, ``values`` the exchange form
    under ``code`` or ``code@year``."""

    sheet: int
    row: int
    values: dict[str, Any]


def upload_path(source: Import) -> Path:
    """Where the file lies as it was brought, under its own name: messages quote it."""
    name = Path(source.file)
    stem = _NOT_IN_NAMES.sub("_", name.stem).strip(". ")[:60] or "台账"
    return settings.UPLOADS / str(source.pk) / f"{stem}{name.suffix.lower()}"


def rows_path(source: Import) -> Path:
    """Where its valid rows lie between check and commit."""
    return settings.UPLOADS / str(source.pk) / "valid.rows"


def check(source: Import, progress: Progress) -> Checked:
    """Read the file; rows of firms outside the region are wrong. Close what is returned."""
    return check_file(
        upload_path(source),
        as_of=source.as_of,
        columns=column_map(source),
        district=_district(source.region),
        progress=progress,
    )


def column_map(source: Import) -> ColumnMap | None:
    """What a person said of heads that were not understood."""
    if not source.columns:
        return None
    ignored = [head for head, told in source.columns.items() if told is None]
    lines = ["[heads]", f"ignore = {_toml(ignored)}"]
    for head, told in source.columns.items():
        if told is not None:
            parts = ", ".join(f"{key} = {_toml(value)}" for key, value in told.items() if value)
            lines.append(f"{_toml(head)} = {{ {parts} }}")
    path = upload_path(source).with_name("columns.toml")
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_column_map(path)


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # the same for texts, numbers and lists


def _district(region: Region) -> District | None:
    """A county or city; the whole country and zones are no division that could refuse."""
    return District(region.code) if region.code in divisions() else None


def tables_of(checked: Checked) -> list[dict[str, Any]]:
    """What each table's columns were read as, as the import keeps it."""
    return [
        {
            "sheet": part.sheet or part.file.rpartition(".")[0],
            "first": part.first_row,
            "rows": part.rows,
            "skipped": dict(part.skipped),
            "columns": [
                {
                    "letter": c.letter,
                    "head": c.head,
                    "read_as": c.read_as,
                    "key": c.key,
                    "factor": c.factor,
                }
                for c in part.columns
            ],
        }
        for part in checked.parts
    ]


def keep_rows(source: Import, checked: Checked) -> None:
    """Write the valid rows beside the upload."""
    with rows_path(source).open("w", encoding="utf-8") as file:
        for line in checked.rows():
            file.write(line + "\n")


def kept_rows(source: Import) -> Iterator[Row]:
    """The valid rows again."""
    tables = Tables(source.tables)
    with rows_path(source).open(encoding="utf-8") as file:
        for line in file:
            told = json.loads(line)
            yield Row(tables.number(told["sheet"], told["row"]), told["row"], told["values"])


@dataclass
class Tables:
    """Which table a row belongs to, and which column of it states a key."""

    tables: list[dict[str, Any]]
    _of_sheet: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _letters: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Index by sheet and by key."""
        for number, table in enumerate(self.tables):
            self._of_sheet.setdefault(table["sheet"], []).append((table["first"], number))
            letters: dict[str, str] = {}
            for column in table["columns"]:
                if column["key"]:
                    letters.setdefault(column["key"], column["letter"])
            self._letters.append(letters)

    def number(self, sheet: str, row: int) -> int:
        """The table of a row: the last that begins above it."""
        found = self._of_sheet.get(sheet, [(0, 0)])
        return max((pair for pair in found if pair[0] <= row), default=found[0])[1]

    def letter(self, table: int, key: str) -> str:
        """The column that states ``sales@2024`` in this table, "" where none does."""
        if table >= len(self._letters):
            return ""
        letters = self._letters[table]
        return letters.get(key) or letters.get(key.partition("@")[0], "")

    def factor(self, table: int, letter: str) -> int:
        """What one in this column means (万元: 10000)."""
        columns = self.tables[table]["columns"] if table < len(self.tables) else []
        return next((c["factor"] or 1 for c in columns if c["letter"] == letter), 1)

    def sheet(self, table: int) -> str:
        """The name of the table's sheet."""
        return self.tables[table]["sheet"] if table < len(self.tables) else ""


def as_json(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """As a pending row keeps them."""
    return [{"sheet": r.sheet, "row": r.row, "values": r.values} for r in rows]


def from_json(rows: Iterable[dict[str, Any]]) -> list[Row]:
    """And back."""
    return [Row(r["sheet"], r["row"], r["values"]) for r in rows]
