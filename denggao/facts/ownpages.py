"""The pages that we add to workbooks ourselves: they tell of firms but are no ledger, and come
back to us in a filled form or template."""

from __future__ import annotations

import itertools
import re

from denggao.facts.workbook import Grid

SOURCES, OPEN, HELP, LISTS = "来源", "待填清单", "填表说明", "登高字典"
SOURCE_HEADS = (
    "工作表", "单元格", "企业", "填的是", "填入的值",
    "来源文件", "来源工作表", "来源单元格", "来源表头", "换算和说明",
)  # fmt: skip
OPEN_HEADS = ("性质", "工作表", "单元格", "企业", "表头", "说明")
#: The first line of the template's explanations begins so.
HELP_BEGINS = "一、这份表供导入登高"
FIRST_LIST = ("是", "否")

#: Name of the sheet → (row from 0, how its first cells begin): others may call a sheet so, too.
_SIGNS: dict[str, tuple[tuple[int, str], ...]] = {
    SOURCES: ((0, "|".join(SOURCE_HEADS)),),
    OPEN: ((0, "|".join(OPEN_HEADS)),),
    HELP: ((0, HELP), (2, HELP_BEGINS)),
    LISTS: tuple(enumerate(FIRST_LIST)),
}
_NUMBERED = re.compile(r"\([0-9]+\)$")


def signed_rows(sheet: str) -> int:
    """How many rows ``is_own`` must see of a sheet of this name, 0 for most."""
    signs = _SIGNS.get(_NUMBERED.sub("", sheet), ())
    return max((row + 1 for row, _ in signs), default=0)


def is_own(sheet: str, rows: list[list[str]]) -> bool:
    """Is a sheet of this name with these first rows one that we added?"""
    signs = _SIGNS.get(_NUMBERED.sub("", sheet))
    if not signs or len(rows) < signed_rows(sheet):
        return False
    return all("|".join(rows[row]).startswith(words) for row, words in signs)


def is_own_grid(grid: Grid) -> bool:
    """The same of a sheet that is read; costs nothing under any other name."""
    first = itertools.islice(grid.rows(), signed_rows(grid.sheet))
    return is_own(grid.sheet, [[str(cell) for cell in row] for row in first])
