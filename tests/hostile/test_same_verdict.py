"""One file, two doors: what ``check`` refuses, ``screen`` does not read either."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from denggao.facts.checking import Checked, check_file
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.problems import DOUBTS
from tests.hostile.making import Case
from tests.hostile.test_hostile import LIGHT, ids, made

AS_OF = dt.date(2026, 6, 30)
#: Two columns that say different things concern every row: ``screen`` reads nothing, ``check``
#: names the rows.
_DIFFER = "同一个事实在一张表里有两列"


@pytest.mark.parametrize("case", [c for c in LIGHT if not c.region], ids=ids)
def test_check_and_screen_agree(case: Case, tmp_path: Path) -> None:
    path = made(case, tmp_path)
    with check_file(path, as_of=AS_OF) as checked:
        if checked.file_errors or not checked.valid_rows:
            with pytest.raises(UserError):
                read_ledgers([path], as_of=AS_OF)
        elif case.name == "two heads alike, different":
            with pytest.raises(UserError, match=_DIFFER):
                read_ledgers([path], as_of=AS_OF)
        else:
            assert_same(read_ledgers([path], as_of=AS_OF), checked)


def assert_same(ledger: Ledger, checked: Checked) -> None:
    named = {(p.row, p.kind) for p in ledger.problems if p.row and not p.is_notice}
    rows = {row for row, kind in named if kind not in DOUBTS}
    assert rows <= {entry.row for entry in checked.errors}
    counted = checked.valid_rows + checked.error_rows + len(checked.skipped)
    blank = ledger.skipped["空行"]  # also those below the table
    assert counted <= ledger.rows_read + ledger.rows_skipped <= counted + blank
    assert len(ledger) <= ledger.rows_read
