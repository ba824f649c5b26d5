"""目标分解 as a workbook: out with every figure in force, in with figures, weights and unknowns."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.db import transaction

from denggao.facts.catalogue import technical_fields
from denggao.facts.errors import UserError
from denggao.facts.numbers import exact
from denggao.facts.titles import full_kind
from denggao.facts.workbook import open_grids
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.ledger.exports import write_list
from denggao.web.ledger.search import LADDER
from denggao.web.planning import quotas
from denggao.web.planning.counting import WHOLE, Place
from denggao.web.planning.figures import Standing
from denggao.web.planning.models import Goal, Quota, Revision
from denggao.web.planning.revising import Cell, propose, shared

HEADS = (
    "指标", "梯队", "口径", "计量单位", "起始年度", "年度", "区县", "责任单位", "行业", "责任人",
    "数", "权重", "说明",
)  # fmt: skip
_NEEDED = ("指标", "年度", "数")
_UNKNOWN = ("*", "＊", "未定", "待定")
_MOST = 20_000
_HOWS = {label: code for code, label in Goal.How.choices}


@transaction.atomic
def bring(*, by: User, name: str, content: bytes, since: datetime.date, why: str) -> Revision:
    """Propose the figures of a workbook or .csv, whole or not at all; goals that it names anew
    count for nothing until they are put in force. Raises UserError naming sheet and row."""
    if by.region is None:
        raise UserError("您没有辖区，不能导入目标分解")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name[-100:] or "分解表.xlsx")
        path.write_bytes(content)
        rows = list(_rows(path))
    if not rows:
        raise UserError(f"「{name}」里没有一行分解")
    names = _Known(by.region)
    found: dict[tuple[Any, ...], list[tuple[str, Cell]]] = {}
    for where, row in rows:
        found.setdefault(_key(where, row), []).append((where, names.cell(where, row)))
    cells = [(_goal(by.region, key), _divided(some)) for key, some in found.items()]
    digest = hashlib.sha256(content).hexdigest()
    return propose(by=by, since=since, why=why, cells=cells, file=name, digest=digest)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(where, cells by head) of every sheet that has the heads."""
    seen: list[str] = []
    for grid in open_grids(path):
        heads: list[str] = []
        for number, cells in enumerate(grid.rows() if not grid.hidden else (), 1):
            texts = ["" if cell is None else str(cell).strip() for cell in cells]
            if not heads:
                if all(head in texts for head in _NEEDED):
                    heads = texts
                continue
            if not any(texts):
                continue
            if number > _MOST:
                raise UserError(f"「{path.name}」超过 {_MOST} 行，请分成几份")
            told = dict(zip(heads, [*texts, *[""] * len(heads)], strict=False))
            yield f"工作表“{grid.sheet}”第 {number} 行", told
        seen += heads
    if not seen:
        raise UserError(f"「{path.name}」里没有分解表：要有表头 {'、'.join(HEADS)}")


def _key(where: str, row: dict[str, str]) -> tuple[Any, ...]:
    name, tier = row["指标"], full_kind(row.get("梯队", ""))
    if not name:
        raise UserError(f"{where}没有写指标")
    if tier and tier not in LADDER:
        raise UserError(f"{where}的梯队“{tier}”应是{'、'.join(LADDER)}，台账不能清点的空着")
    how = _HOWS.get(row.get("口径", "") or "存量")
    if how is None:
        raise UserError(f"{where}的口径“{row['口径']}”应是{'、'.join(_HOWS)}")
    year = _year(where, "年度", row["年度"])
    first = _year(where, "起始年度", row.get("起始年度", "") or row["年度"])
    if first > year:
        raise UserError(f"{where}的起始年度 {first} 晚于年度 {year}")
    return name[:80], tier, how, (row.get("计量单位", "") or "家")[:12], first, year


def _year(where: str, head: str, told: str) -> int:
    text = told.removesuffix("年").removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and 2000 <= int(text) <= 2100):
        raise UserError(f"{where}的{head}“{told}”应是年份，如 2026")
    return int(text)


def _goal(region: Region, key: tuple[Any, ...]) -> Goal:
    name, tier, how, unit, first, year = key
    made, _ = Goal.objects.get_or_create(
        region=region, name=name, how=how, unit=unit, first=first, year=year,
        defaults={"tier": tier},
    )  # fmt: skip
    return made


class _Known:
    """Names in the file → keys of ours."""

    def __init__(self, region: Region) -> None:
        self.region = region
        inside = {"region__path__startswith": region.path}
        self.regions = {r.name: r.code for r in Region.objects.filter(path__startswith=region.path)}
        self.offices = {u.name: str(u.pk) for u in Unit.objects.filter(**inside)}
        people = list(User.objects.filter(unit__region__path__startswith=region.path))
        names = Counter(user.name for user in people)
        self.people = {user.name: str(user.pk) for user in people if names[user.name] == 1}
        self.people |= {user.username: str(user.pk) for user in people}
        self.fields = {name: code for code, name in technical_fields().items() if "." not in code}

    def cell(self, where: str, row: dict[str, str]) -> Cell:
        """The figure of a row. Raises UserError naming the column."""
        told, weight = row["数"].strip(), row.get("权重", "").strip()
        value = share = None
        if told and weight:
            raise UserError(f"{where}既有“数”又有“权重”，只写一样")
        if not told and not weight:
            raise UserError(f"{where}“数”和“权重”都空着；未定的写 *，没有任务的写 0")
        if told and told not in _UNKNOWN:
            value = _number(where, "数", told)
        if weight:
            share = _number(where, "权重", weight)
        return Cell(self._place(where, row), value, share, row.get("说明", ""))

    def _place(self, where: str, row: dict[str, str]) -> Place:
        region = self._key(where, row, "区县", self.regions)
        office = self._key(where, row, "责任单位", self.offices)
        person = self._key(where, row, "责任人", self.people)
        industry = row.get("行业", "")
        return (
            "" if region == self.region.code else region, office,
            self.fields.get(industry, industry)[:40], person,
        )  # fmt: skip

    def _key(self, where: str, row: dict[str, str], head: str, known: dict[str, str]) -> str:
        told = row.get(head, "")
        if told and told not in known:
            hint = "（同名的请写用户名）" if head == "责任人" else ""
            raise UserError(f"{where}的{head}“{told}”在本辖区里没有，请核对写法{hint}")
        return known[told] if told else ""


def _number(where: str, head: str, told: str) -> Fraction:
    found = exact(told)
    if found is None or found < 0:
        raise UserError(f"{where}的{head}“{told}”应是不小于 0 的数；未定的写 *")
    return Fraction(found)


def _divided(cells: Sequence[tuple[str, Cell]]) -> list[Cell]:
    """Weighted cells share what the row of the whole says, division by division."""
    seen: dict[Place, str] = {}
    by_shape: dict[tuple[bool, ...], list[Cell]] = {}
    for where, cell in cells:
        if cell.place in seen:
            raise UserError(f"{where}和{seen[cell.place]}是同一项，只能有一个数")
        seen[cell.place] = where
        by_shape.setdefault(tuple(map(bool, cell.place)), []).append(cell)
    whole = by_shape.pop((False,) * 4, [])
    total = whole[0].value if whole else None
    found = list(whole)
    for some in by_shape.values():
        divided = shared(total, some)
        sure = sum((c.value for c in divided if c.value is not None), Fraction(0))
        if total is not None and sure > total:
            said = f"合计 {quotas.told(sure, 0)}，超过总数 {quotas.told(total, 0)}"
            raise UserError(f"{seen[some[0].place]}起的分解{said}")
        found += divided
    return found


# --- out -----------------------------------------------------------------------------------------


def cells_of(goals: Sequence[Goal], cells: dict[int, list[Quota]]) -> Iterator[list[Any]]:
    """Rows under HEADS, that read back the same."""
    names = {str(u.pk): u.username for u in User.objects.all()}
    offices = {str(u.pk): u.name for u in Unit.objects.all()}
    regions = {r.code: r.name for r in Region.objects.filter(pk__in=_regions(cells))}
    for goal in goals:
        for quota in sorted(cells.get(goal.pk, []), key=lambda q: q.place != WHOLE):
            region, office, industry, person = quota.place
            value: Any = "*" if quota.value is None else quota.value
            yield [
                goal.name, goal.tier, goal.get_how_display(), goal.unit, goal.first, goal.year,
                regions.get(region, ""), offices.get(office, ""),
                technical_fields().get(industry, industry), names.get(person, ""), value, "",
                quota.why,
            ]  # fmt: skip


def _regions(cells: dict[int, list[Quota]]) -> set[str]:
    return {q.region_id for found in cells.values() for q in found if q.region_id}


def write_quotas(target: Path, goals: Sequence[Goal], cells: dict[int, list[Quota]]) -> int:
    """All figures in force; returns how many rows."""
    return write_list(target, "目标分解", HEADS, cells_of(goals, cells))


BOARD_HEADS = (
    "指标", "年度", "按", "单位", "目标", "完成", "差距", "完成率（%）", "所需进度",
    "时间进度（%）",
)  # fmt: skip


def write_board(target: Path, found: Standing) -> int:
    """The board's figures, as they stand on the page."""
    return write_list(target, f"挂图作战{found.on:%Y%m%d}", BOARD_HEADS, _board_rows(found))


def _board_rows(found: Standing) -> Iterator[list[Any]]:
    for line in found.lines:
        every = [("合计", line.whole), *((c.name, f) for c in line.cuts for f in c.figures)]
        for axis, figure in every:
            yield [
                line.goal.name, line.goal.year, axis, figure.label, figure.target_text,
                "台账不能清点" if figure.done is None else figure.done,
                "—" if figure.gap is None else figure.gap,
                "—" if figure.percent is None else figure.percent, figure.pace_text,
                line.elapsed_percent,
            ]  # fmt: skip
