"""分解表: a .csv whose rows are cells: a place on the axes, a number, ``*`` or a weight."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from denggao.diagnosis.quotas import Quota, Total, cut, divided, in_force
from denggao.diagnosis.series_file import rows_of
from denggao.facts.errors import UserError
from denggao.facts.numbers import exact

#: Heads that say what a cell holds; every other head is an axis.
_VALUE, _WEIGHT, _SINCE, _WHY = "数", "权重", "起", "说明"
_UNKNOWN = ("*", "＊", "未定", "待定")
MAX_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Division:
    """The cells of a division with the names of its axes."""

    axes: tuple[str, ...]
    quotas: list[Quota]

    def cuts(self) -> dict[str, dict[str, Total]]:
        """Its sum along every axis."""
        return {axis: cut(self.quotas, i) for i, axis in enumerate(self.axes)}


def read_quotas(path: Path) -> Division:
    """All rows of the file, revisions included. Raises UserError naming row and column."""
    rows = rows_of(path, "分解表")
    heads = [head.strip() for head in rows[0]]
    axes = tuple(h for h in heads if h and h not in (_VALUE, _WEIGHT, _SINCE, _WHY))
    if not axes or (_VALUE not in heads and _WEIGHT not in heads):
        raise UserError(
            f"「{path.name}」第 1 行应有分解的各方面（年度、单位、行业、层级、"
            f"责任人……）和“数”或“权重”"
        )
    if len(rows) > MAX_ROWS:
        raise UserError(f"「{path.name}」有 {len(rows)} 行，超过 {MAX_ROWS} 行，请分成几份")
    quotas = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            cells = dict(zip(heads, [*row, *[""] * (len(heads) - len(row))], strict=False))
            quotas.append(_quota(cells, axes, f"「{path.name}」第 {number} 行"))
    if not quotas:
        raise UserError(f"「{path.name}」里没有一行分解")
    _no_doubles(quotas, path.name)
    return Division(axes, quotas)


def _quota(cells: dict[str, str], axes: tuple[str, ...], where: str) -> Quota:
    told, weight = cells.get(_VALUE, "").strip(), cells.get(_WEIGHT, "").strip()
    if told and weight:
        raise UserError(f"{where}既有“数”又有“权重”，只写一样")
    value = None
    if told and told not in _UNKNOWN:
        number = exact(told)
        if number is None or number.denominator != 1 or number < 0:
            raise UserError(f"{where}的数“{told}”应是不小于 0 的整数；未定的写 *")
        value = int(number)
    share = exact(weight) if weight else None
    if weight and (share is None or share < 0):
        raise UserError(f"{where}的权重“{weight}”应是不小于 0 的数")
    if not told and not weight:
        raise UserError(f"{where}“数”和“权重”都空着；未定的写 *，没有任务的写 0")
    return Quota(
        tuple(cells[a].strip() for a in axes),
        value,
        share,
        _day(cells.get(_SINCE, ""), where),
        cells.get(_WHY, "").strip(),
    )


def _day(text: str, where: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{where}的“起”“{text.strip()}”应是日期，如 2025-03-01") from None


def _no_doubles(quotas: list[Quota], file: str) -> None:
    seen = set()
    for quota in quotas:
        if (quota.at, quota.since) in seen:
            place = " ".join(filter(None, quota.at))
            raise UserError(f"「{file}」里“{place}”有两行，改数请在后一行的“起”写明日期")
        seen.add((quota.at, quota.since))


def divide(division: Division, total: int | None, as_of: date, file: str) -> Division:
    """The division in force on the day, shared out. Raises UserError where it cannot be."""
    try:
        return Division(division.axes, divided(total, in_force(division.quotas, as_of)))
    except ValueError as error:
        raise UserError(f"「{file}」：{error}") from None


def write_quotas(division: Division, path: Path) -> None:
    """The division as a .csv that reads back the same."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*division.axes, _VALUE, _SINCE, _WHY])
        for quota in division.quotas:
            value = "*" if quota.value is None else quota.value
            writer.writerow([*quota.at, value, quota.since or "", quota.why])
