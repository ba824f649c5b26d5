"""公示 as a paper: what is to be paid to whom by which article, and where to object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from denggao.documents.papers.paper import (
    Look,
    Paper,
    Part,
    Table,
    cell,
    day_words,
    numbered,
    say,
)
from denggao.facts.errors import UserError

KIND = "奖补公示"
#: More rows than this are no paper any more.
MOST_ROWS = 2_000
_HEADS = ("序号", "企业名称", "事项", "奖补项目", "金额（元）", "依据")
_WIDTHS = (6, 30, 12, 22, 16, 34)


def publicity_paper(
    title: str, on: date, until: date, contact: str, rows: Sequence[Sequence[Any]]
) -> Paper:
    """The list, rows of (name, event, award, 分, cite). Raises UserError where it is too long."""
    if len(rows) > MOST_ROWS:
        raise UserError(f"公示表有 {len(rows)} 行，Word 装不下；请导出 Excel")
    total = sum(row[3] for row in rows)
    said = (
        f"现将拟兑现奖补 {len(rows)} 笔、合计 {_yuan(total)} 元予以公示，"
        f"公示期自{day_words(on)}至{day_words(until)}。"
    )
    how = f"对公示内容有异议的，请在公示期内以实名书面形式提出。异议受理：{contact}。"
    parts = [
        Part("公示事项", (say(said), say(how))),
        Part("拟兑现名单", (_table(rows),)),
        Part("落款", (say(day_words(on), look=Look.SIGNED),)),
    ]
    return Paper(
        kind=KIND, day=on, title=title, about="", parts=numbered(parts),
        known=(("公示日", str(on)), ("公示至", str(until)), ("合计", f"{_yuan(total)} 元")),
        is_wide=True,
    )  # fmt: skip


def _table(rows: Sequence[Sequence[Any]]) -> Table:
    cells = [
        (cell(str(i)), cell(name), cell(event), cell(award), cell(_yuan(fen)), cell(cite))
        for i, (name, event, award, fen, cite) in enumerate(rows, 1)
    ]
    total = sum(row[3] for row in rows)
    last = (cell(""), cell("合计"), cell(""), cell(f"{len(rows)} 笔"), cell(_yuan(total)), cell(""))
    return Table(_HEADS, _WIDTHS, (*cells, last), frozenset({0, 2, 4}))


def _yuan(fen: int) -> str:
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"
