"""What became of each row of a file, written down while it is read."""

from __future__ import annotations

import datetime
import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from denggao.facts.columns import Column
from denggao.facts.identity import normal_name
from denggao.facts.importing import MAX_ALIKE, MAX_SHOWN
from denggao.facts.privacy import masked
from denggao.facts.problems import DOUBTS, Problem, place
from denggao.facts.rowchecks import District, Fault, contradictions
from denggao.facts.rowfilter import BLANK
from denggao.facts.rowvalues import rows_of
from denggao.facts.tables import Table
from denggao.facts.watching import Watch
from denggao.facts.workbook import Grid

#: Kinds besides the notices that refuse no row: the value is read as it stands.
_ONLY_DOUBTFUL = DOUBTS | {"district_by_register"}
#: Doubts about a row's identity → the value that another row shares with it.
_SHARED = {
    "two_codes": "name",
    "ambiguous_name": "name",
    "two_names": "uscc",
    "ambiguous_code": "uscc",
}
_json = json.JSONEncoder(ensure_ascii=False).encode
#: A row is known by one number: that of its sheet stands above these bits.
_ROW_BITS = 32
#: Beyond this the values of the rows wait in a temporary file.
_IN_MEMORY = 32 << 20


class Journal(Watch):
    """After ``finish``: ``valid_rows``, ``error_rows`` and ``skipped`` (sheet, row, reason), which
    together are all rows; ``problems`` found here and not by the reader."""

    def __init__(self, as_of: datetime.date, district: District | None = None) -> None:
        self.as_of, self.district = as_of, district
        self.problems: list[Problem] = []
        self.skipped: list[tuple[str, int, str]] = []
        self.valid_rows = self.error_rows = 0
        self._sheets: dict[str, int] = {}
        self._names: list[str] = []
        self._skips: dict[int, str] = {}
        self._faulty: set[int] = set()
        self._said_twice: set[int] = set()
        self._doubts: list[Problem] = []
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._keys, self._ends = array("Q"), array("Q", [0])
        self._first: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._repeats: dict[int, int] = {}
        self._holder: dict[tuple[str, str], int] = {}
        self._listed: Counter[tuple[str, str, str]] = Counter()

    # --- while reading ---------------------------------------------------------------------

    def skipped_row(self, grid: Grid, row: int, reason: str) -> None:
        self._skips[self._key(grid.sheet, row)] = reason

    def problem(self, problem: Problem) -> None:
        if problem.kind == "duplicate":
            self._said_twice.add(self._key(problem.sheet, problem.row))
        elif problem.kind in _SHARED:
            self._doubts.append(problem)
        if self.refuses(problem):
            self._faulty.add(self._key(problem.sheet, problem.row))

    def conflict(self, problem: Problem) -> None:
        self.problem(problem)
        like = (problem.sheet, problem.column, problem.kind)
        self._listed[like] += 1
        if self._listed[like] <= MAX_ALIKE:
            self.problems.append(problem)

    def stored(
        self,
        table: Table,
        rows: Sequence[int],
        firms: Sequence[int],
        years: Sequence[int],
        columns: Mapping[str, Sequence[Any]],
    ) -> None:
        self._check(table, rows, columns)
        keys = [self._key(table.grid.sheet, row) for row in rows]
        sheet = _json(table.grid.sheet or table.grid.file.rpartition(".")[0])
        for position, values in enumerate(rows_of(years, columns)):
            key, row = keys[position], rows[position]
            said = _json(values)
            self._remember(key, values, (id(table), firms[position], years[position]), hash(said))
            self._write(key, f'{{"sheet": {sheet}, "row": {row}, "values": {said}}}')

    def _remember(
        self, key: int, values: Mapping[str, Any], who: tuple[int, int, int], said: int
    ) -> None:
        first, words = self._first.setdefault(who, (key, said))
        if first != key and key in self._said_twice and words == said:
            self._repeats[key] = first
        if "name" in values:
            self._holder.setdefault(("name", normal_name(values["name"])), key)
        if "uscc" in values:
            self._holder.setdefault(("uscc", values["uscc"]), key)

    def _write(self, key: int, text: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        self._spool.write(data)
        self._keys.append(key)
        self._ends.append(self._ends[-1] + len(data))

    def _check(
        self, table: Table, rows: Sequence[int], columns: Mapping[str, Sequence[Any]]
    ) -> None:
        for position, fault in contradictions(columns, self.as_of):
            self._found(table, rows[position], fault)
        if self.district is None:
            return
        told = {k: columns[k] for k in ("region", "address", "uscc") if k in columns}
        for position, row in enumerate(rows):
            values = {key: column[position] for key, column in told.items()}
            for said in self.district.fault(values):
                if said is not None:
                    self._found(table, row, said)

    def _found(self, table: Table, row: int, fault: Fault) -> None:
        grid, column = table.grid, _column(table, fault.key)
        value = masked(fault.value)[:MAX_SHOWN]
        letter, head = (column.letter, column.head) if column else ("", "")
        kind, expected, advice = fault.finding
        said = value, expected, advice, kind, fault.key.replace("@*", "")
        self.conflict(Problem(grid.file, grid.sheet, row, letter, head, *said))

    # --- afterwards ------------------------------------------------------------------------

    def finish(self) -> None:
        """Decide every row, once all conflicts are known."""
        self._say_at_the_other_row()
        last = self._last_rows()
        rows = set(self._keys)
        for key, reason in sorted(self._skips.items()):
            sheet, row = self._place(key)
            if key in rows or row > last.get(sheet, 0):
                continue
            if key in self._faulty:
                self.error_rows += 1
            else:
                self.skipped.append((sheet, row, reason))
        for key in self._keys:
            if key in self._faulty:
                self.error_rows += 1
            elif key in self._repeats:
                _, first = self._place(self._repeats[key])
                self.skipped.append((*self._place(key), f"与第 {first} 行完全重复，只算一次"))
            else:
                self.valid_rows += 1
        self.skipped.sort(key=lambda skip: (self._sheets[skip[0]], skip[1]))

    def valid(self) -> Iterator[str]:
        """The valid rows in the order of the file, each as a JSON object."""
        self._spool.seek(0)
        for position, key in enumerate(self._keys):
            length = self._ends[position + 1] - self._ends[position]
            data = self._spool.read(length)
            if key not in self._faulty and key not in self._repeats:
                yield data.decode("utf-8", "replace")

    def close(self) -> None:
        """Give up the values of the rows."""
        self._spool.close()

    @staticmethod
    def refuses(problem: Problem) -> bool:
        """Does it make a row wrong? Problems with a whole column or sheet do not."""
        return problem.row > 0 and not problem.is_notice and problem.kind not in _ONLY_DOUBTFUL

    def _say_at_the_other_row(self) -> None:
        """Two rows that share a name or a code, but not the other: both are wrong."""
        texts = self._texts({self._key(p.sheet, p.row) for p in self._doubts})
        for doubt in self._doubts:
            shared = _SHARED[doubt.kind]
            key = self._key(doubt.sheet, doubt.row)
            value = str(json.loads(texts.get(key, "{}")).get("values", {}).get(shared, ""))
            value = normal_name(value) if shared == "name" else value
            first = self._holder.get((shared, value), key)
            if first == key:
                continue
            sheet, row = self._place(first)
            what = "名称" if shared == "name" else "信用代码"
            where = place(doubt.file, doubt.sheet, doubt.row, doubt.column)
            advice = f"{what}与{where}相同，另一项却不同；请核对这两行"
            said = masked(value)[:MAX_SHOWN], doubt.expected, advice, doubt.kind
            self.conflict(Problem(doubt.file, sheet, row, "", "", *said))

    def _texts(self, keys: set[int]) -> dict[int, str]:
        found = {}
        for position, key in enumerate(self._keys):
            if key in keys:
                self._spool.seek(self._ends[position])
                data = self._spool.read(self._ends[position + 1] - self._ends[position])
                found[key] = data.decode("utf-8", "replace")
        return found

    def _last_rows(self) -> dict[str, int]:
        """The last row of each sheet that is not blank."""
        last: dict[str, int] = {}
        filled = [key for key, reason in self._skips.items() if reason != BLANK]
        for key in (*self._keys, *filled):
            sheet, row = self._place(key)
            last[sheet] = max(last.get(sheet, 0), row)
        return last

    def _key(self, sheet: str, row: int) -> int:
        if sheet not in self._sheets:
            self._sheets[sheet] = len(self._names)
            self._names.append(sheet)
        return self._sheets[sheet] << _ROW_BITS | row

    def _place(self, key: int) -> tuple[str, int]:
        return self._names[key >> _ROW_BITS], key & ((1 << _ROW_BITS) - 1)


def _column(table: Table, key: str) -> Column | None:
    code, _, year = key.partition("@")
    own = [column for column in table.columns if column.fact_code == code]
    exact = [c for c in own if c.meaning and str(c.meaning.year or "") == year]
    return next(iter((*exact, *own)), None)
