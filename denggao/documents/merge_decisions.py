"""The sheet 待认定: pairs of firms side by side, and a person's word on each, read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from denggao.documents.screening_page import Column, ListSheet, Looks
from denggao.facts import cells
from denggao.facts.decisions import DIFFERENT, SAME, Decision, Register, Who
from denggao.facts.errors import UserError
from denggao.facts.matching import Candidate, Party
from denggao.facts.problems import place
from denggao.facts.workbook import Grid, Row, open_grids

SHEET = "待认定"
_VERDICT = "认定（同一/不同）"
#: No head of a ledger: this sheet must not be read as one.
_WHO = ("甲：户名", "甲：代码", "乙：户名", "乙：代码")
_COLUMNS = (
    Column("第几对", 7, "rank"),
    Column(_VERDICT, 19, "centre"),
    Column("相像（满分100）", 16, "rank"),
    Column("为什么", 40, "wrap"),
    *(
        column
        for side in "甲乙"
        for column in (
            Column(f"{side}：户名", 32, "wrap"),
            Column(f"{side}：代码", 22),
            Column(f"{side}：所写地址", 32, "wrap"),
            Column(f"{side}：在哪里", 30, "wrap"),
        )
    ),
)


def write(
    book: Any,
    looks: Looks,
    as_of: date,
    found: Sequence[Party],
    pairs: Sequence[Candidate],
    decided: Sequence[Decision],
) -> None:
    """The pairs still open, then the decisions taken, which the next run needs again."""
    sheet = ListSheet(book, looks, SHEET, as_of, _COLUMNS, frozen=2, day="数据截至")
    for number, pair in enumerate(pairs, 1):
        sides = [_side(found[firm]) for firm in (pair.first, pair.second)]
        sheet.add([number, None, pair.score, pair.why, *sides[0], *sides[1]])
    register = Register((party.name, party.code) for party in found)
    for number, decision in enumerate(decided, len(pairs) + 1):
        one, other = (_decided_side(who, found, register) for who in (decision.one, decision.other))
        sheet.add([number, decision.verdict, None, "上次已认定", *one, *other])
    sheet.finish()
    choice = {"validate": "list", "source": [SAME, DIFFERENT], "ignore_blank": True}
    sheet.sheet.data_validation(1, 1, max(1, len(pairs) + len(decided)), 1, choice)


def _side(party: Party) -> list[str]:
    return [party.name, party.code, party.address, place(*party.place, "")]


def _decided_side(who: Who, found: Sequence[Party], register: Register) -> list[str]:
    """The firm as it was decided upon, and where it stands now, if it still stands anywhere."""
    firm = register.find(who)
    now = ["", ""] if firm is None else _side(found[firm])[2:]
    return [who.name, who.code, *now]


# --- read back -----------------------------------------------------------------------------


def read_decisions(path: Path) -> list[Decision]:
    """The rows of 待认定 in which 认定 is filled in. Raises UserError for a workbook without
    that sheet, and for a word that is neither 同一 nor 不同."""
    for grid in open_grids(path):
        if grid.sheet == SHEET:
            return list(_decisions(grid))
    raise UserError(
        f"「{path.name}」里没有〈{SHEET}〉这一页；--decisions 要的是 merge 写出的工作簿"
    )


def _decisions(grid: Grid) -> Iterator[Decision]:
    rows = enumerate(grid.rows(), 1)
    number, heads = next(rows, (0, []))
    texts = [str(cell).strip() for cell in heads]
    missing = [head for head in (_VERDICT, *_WHO) if head not in texts]
    if missing:
        told = "、".join(missing)
        raise UserError(f"「{grid.file}」〈{grid.sheet}〉第 1 行缺表头：{told}；请勿改动表头")
    verdict, *who = (texts.index(head) for head in (_VERDICT, *_WHO))
    for number, row in rows:
        said = _text(row, verdict)
        if not said:
            continue
        if said not in (SAME, DIFFERENT):
            where = place(grid.file, grid.sheet, number, "", _VERDICT)
            raise UserError(f"{where}：“{said}”看不懂，应填“{SAME}”或“{DIFFERENT}”，未定的留空")
        one_name, one_code, other_name, other_code = (_text(row, index) for index in who)
        one, other = Who(one_name, one_code), Who(other_name, other_code)
        if not any(one) or not any(other):
            where = place(grid.file, grid.sheet, number, "")
            raise UserError(f"{where}：甲、乙都要有户名或代码，请照原样恢复")
        yield Decision(one, other, said, (grid.file, grid.sheet, number))


def _text(row: Row, index: int) -> str:
    return cells.plain_text(row[index]) if index < len(row) else ""
