"""减免台账 as files: who was let off how much of which tax or rent, and who said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from denggao.diagnosis.payout.eventheads import unit_of
from denggao.facts import cells
from denggao.facts.catalogue import catalogue
from denggao.facts.cells import BadCell
from denggao.facts.errors import UserError
from denggao.facts.headparts import normal, without_unit
from denggao.facts.heads import Meaning, unit_factor
from denggao.facts.problems import column_letter, place
from denggao.facts.workbook import Cell, Grid, open_grids

TAX, RENT = "tax", "rent"
#: How a list says which of the two.
_KINDS = {
    **dict.fromkeys(("减免税", "减税", "税收减免", "减免税款", "税", "税费减免"), TAX),
    **dict.fromkeys(("减免租金", "租金", "租金减免", "房租减免", "减租"), RENT),
}
_HEADS = {
    "name": ("企业名称", "名称", "企业", "单位名称", "企业或载体", "载体名称"),
    "code": ("统一社会信用代码", "信用代码"),
    "carrier": ("所在载体", "载体", "孵化器", "众创空间", "所属载体"),
    "kind": ("类别", "减免类别", "减免类型", "种类"),
    "period": ("所属期", "年度", "年份", "期间", "时间"),
    "amount": ("金额", "减免金额"),
    TAX: ("减免税", "减免税额", "税收减免", "减免税款", "减免税金额"),
    RENT: ("减免租金", "租金减免", "租金", "减免租金金额"),
    "source": ("来源", "数据来源", "依据"),
}
_ROLE = {normal(head): role for role, heads in _HEADS.items() for head in heads}
_UNKNOWN = ("*", "＊", "不详", "未知", "不掌握", "未报", "待核", "-", "—", "/")
_MONEY = catalogue()["upper_paid"]
_LOOKED_AT, _SHOWN = 20, 8


@dataclass(frozen=True, slots=True)
class Line:
    """One amount in 分, ``None`` where nobody knows it; ``where``: file, sheet and row."""

    name: str
    code: str
    carrier: str
    kind: str
    period: str
    fen: int | None
    source: str
    where: str


def read_reliefs(path: Path) -> list[Line]:
    """Every row of every sheet with these heads. Raises UserError that names each cell that
    cannot be read; then nothing of the file counts."""
    found: list[Line] = []
    wrong: list[str] = []
    for grid in open_grids(path):
        if not grid.hidden:
            for line in _lines(grid):
                (found if isinstance(line, Line) else wrong).append(line)  # type: ignore[arg-type]
    if wrong:
        more = f"；另有 {len(wrong) - _SHOWN} 处" if len(wrong) > _SHOWN else ""
        raise UserError("；".join(wrong[:_SHOWN]) + more)
    if not found:
        raise UserError(
            f"「{path.name}」里没有读到减免：要有“企业名称”“类别”“所属期”“金额（万元）”各列，"
            "或“减免税（万元）”“减免租金（万元）”两列"
        )
    return found


def _lines(grid: Grid) -> Iterator[Line | str]:
    heads: dict[str, int] = {}
    factors: dict[str, int] = {}
    for number, row in enumerate(grid.rows(), 1):
        if not heads:
            if number > _LOOKED_AT:
                return
            heads, factors = _heads(row)
        elif any(cells.plain_text(cell) for cell in row):
            yield from _Row(grid, number, row, heads, factors).lines()


def _heads(row: Sequence[Cell]) -> tuple[dict[str, int], dict[str, int]]:
    heads: dict[str, int] = {}
    factors: dict[str, int] = {}
    for index, cell in enumerate(row):
        text = cells.plain_text(cell)
        role = _ROLE.get(normal(without_unit(text)[0])) if text else None
        if role is not None and role not in heads:
            heads[role] = index
            unit = unit_of(text)
            factors[role] = unit_factor(Meaning("fact", _MONEY.code), unit) or 0 if unit else 0
    amounts = {"amount", TAX, RENT} & heads.keys()
    return (heads, factors) if "name" in heads and amounts else ({}, {})


@dataclass(frozen=True, slots=True)
class _Row:
    grid: Grid
    number: int
    row: Sequence[Cell]
    heads: dict[str, int]
    factors: dict[str, int]

    def lines(self) -> Iterator[Line | str]:
        name = self.text("name")
        if not name or normal(name) in ("合计", "小计", "总计"):
            return
        period = self.text("period") or "未写"
        for role in ("amount", TAX, RENT):
            if role not in self.heads:
                continue
            told = _KINDS.get(self.text("kind")) if role == "amount" else role
            if told is None:
                yield self.wrong("kind", "应是 减免税 或 减免租金")
                continue
            if role != "amount" and not self.text(role) and "amount" in self.heads:
                continue
            amount = self.amount(role)
            if isinstance(amount, str):
                yield amount
            else:
                yield Line(
                    name, self.text("code"), self.text("carrier"), told, period, amount,
                    self.text("source"), place(self.grid.file, self.grid.sheet, self.number, ""),
                )  # fmt: skip

    def text(self, role: str) -> str:
        index = self.heads.get(role)
        found = (
            cells.plain_text(self.row[index]).strip()
            if index is not None and index < len(self.row)
            else ""
        )
        return found.removesuffix(".0") if role == "period" else found

    def amount(self, role: str) -> int | str | None:
        text = self.text(role)
        if not text or text in _UNKNOWN:
            return None
        factor = self.factors[role]
        if not factor:
            return self.wrong(role, "表头没有单位，应写成“金额（万元）”或“金额（元）”")
        try:
            found = cells.number(self.row[self.heads[role]], _MONEY, factor).value
        except BadCell as bad:
            return self.wrong(role, f"应是{bad.finding.expected}；不掌握的空着")
        return found if isinstance(found, int) else self.wrong(role, "应是准数；不掌握的空着")

    def wrong(self, role: str, expected: str) -> str:
        index = self.heads.get(role)
        column = "" if index is None else column_letter(index)
        where = place(self.grid.file, self.grid.sheet, self.number, column)
        return f"{where}“{self.text(role)[:30]}”：{expected}"
