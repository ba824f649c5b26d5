"""Targets and tasks from a clerk's .csv files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from denggao.diagnosis.quota_file import divide, read_quotas
from denggao.diagnosis.quotas import Quota
from denggao.diagnosis.series_file import rows_of
from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.stand import ALL, HIGH_TECH, STATES, WAITING, Goal, Task
from denggao.facts.errors import UserError
from denggao.facts.titles import KINDS

_UNITS, _YEARS, _NAMES = ("单位", "区县", "所在区县", "责任单位"), ("年度", "年份"), ("指标",)
_YEAR = re.compile(r"((?:19|20)\d\d)年?")
_TASK_HEADS = ("任务", "责任单位", "下达日期", "期限", "状态", "办结日期", "责任领导", "来源")
_NEEDED = _TASK_HEADS[:3]


def read_goals(path: Path, as_of: date) -> list[Goal]:
    """A 分解表 (axes 指标, 单位, 年度) as targets in force on the day; without 指标 they are stocks
    of 高新技术企业, without 单位 of all. Raises UserError naming the row."""
    division = read_quotas(path)
    division = divide(division, None, as_of, path.name)
    axes = division.axes
    places = [_axis(axes, words) for words in (_NAMES, _UNITS, _YEARS)]
    return [
        _goal(quota, places, f"「{path.name}」{'、'.join(filter(None, quota.at))}", as_of)
        for quota in division.quotas
    ]


def _axis(axes: Sequence[str], words: Sequence[str]) -> int | None:
    return next((i for i, axis in enumerate(axes) if axis in words), None)


def _goal(quota: Quota, places: Sequence[int | None], where: str, as_of: date) -> Goal:
    name, unit, year = ("" if place is None else quota.at[place] for place in places)
    found = _YEAR.fullmatch(year) if year else None
    if year and found is None:
        raise UserError(f"{where}的年度“{year}”应如 2026")
    when = int(found[1]) if found else as_of.year
    key = "|".join(quota.at)
    return Goal(key, aimed_at(name, where), unit or ALL, when, when, quota.value, where)


def aimed_at(name: str, where: str) -> str:
    """新认定高新技术企业数 → 本年新认定·高新技术企业; nothing said: the stock of 高新技术企业."""
    if not name:
        return f.figure(f.HELD, HIGH_TECH)
    kind = next((full for short, full in KINDS.items() if short in name), None)
    if kind is None:
        raise UserError(f"{where}的指标“{name}”里没有认得的资格；例如 新认定高新技术企业数")
    is_new = any(word in name for word in ("新认定", "新增", "认定数"))
    return f.figure(f.NEW if is_new else f.HELD, kind)


def read_tasks(path: Path) -> list[Task]:
    """Tasks of a .csv with the heads 任务, 责任单位, 下达日期, and 期限, 状态, … where there are.
    Raises UserError naming the row."""
    rows = rows_of(path, "任务表")
    heads = [head.strip() for head in rows[0]]
    missing = [head for head in _NEEDED if head not in heads]
    if missing:
        raise UserError(f"「{path.name}」第 1 行缺表头：{'、'.join(missing)}")
    tasks = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            cells = {h: c.strip() for h, c in zip(heads, row, strict=False)}
            tasks.append(_task(cells, f"「{path.name}」第 {number} 行"))
    return tasks


def _task(cells: dict[str, str], where: str) -> Task:
    text, unit, state = (cells.get(head, "") for head in ("任务", "责任单位", "状态"))
    made = _day(cells.get("下达日期", ""), where, "下达日期")
    if not text or not unit or made is None:
        raise UserError(f"{where}：任务、责任单位、下达日期都要填")
    if state and state not in STATES:
        raise UserError(f"{where}的状态“{state}”应是 {'、'.join(STATES)}")
    due, done = (_day(cells.get(head, ""), where, head) for head in ("期限", "办结日期"))
    return Task(f"{unit}|{text}", text, unit, made, due, state or WAITING, done,
                cells.get("责任领导", ""), cells.get("来源", "") or where)  # fmt: skip


def _day(text: str, where: str, head: str) -> date | None:
    if text in ("", "无期限"):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{where}的{head}“{text}”应写成 2026-06-30") from None
