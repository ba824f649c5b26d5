"""What changed, in words: facts, certificates, tasks, and what the calendar did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.stand import Goal, Task
from denggao.facts.catalogue import catalogue
from denggao.facts.converters import shown
from denggao.facts.ledger import Ledger
from denggao.facts.problems import place
from denggao.facts.titles import CANCELLED, Title

_MOST = 4
_TITLE_WORDS = {
    "kind": "类型", "number": "编号", "issued_on": "发证日期", "valid_to": "有效期至",
    "cancelled_on": "取消日期", "issuer": "发证机关", "event": "类别",
}  # fmt: skip
_ROW_WORDS = {
    "text": "内容", "unit": "单位", "made_on": "下达日期", "due": "期限", "state": "状态",
    "done_on": "办结日期", "on": "走访日期", "first": "起", "last": "止", "duty": "事由",
    "leader": "责任领导", "of": "指标", "year": "年度", "value": "数",
}  # fmt: skip
_DAY = timedelta(days=1)


def title_words(title: Title) -> str:
    """高新技术企业证书GR2023…（2023-10-16 至 2026-10-15）."""
    days = f"{title.issued_on or '？'} 至 {title.valid_to or '？'}"
    what = "取消" if title.event == CANCELLED else "证书"
    return f"{title.kind or '资格'}{what}{title.number or ''}（{days}）"


def title_changes(pairs: Sequence[tuple[Title, Title]]) -> Iterator[str]:
    """证书…：有效期至 a → b."""
    for old, new in pairs:
        told = [
            f"{words} {_shown(getattr(old, name))} → {_shown(getattr(new, name))}"
            for name, words in _TITLE_WORDS.items()
            if getattr(old, name) != getattr(new, name)
        ]
        yield f"{old.kind}证书{old.number or ''}：{'，'.join(told)}"


def fact_changes(old: Ledger, new: Ledger, row: int, keys: Sequence[str]) -> list[str]:
    """2025年研发费用 120 → 130万元, a few of them."""
    told = []
    for key in keys:
        columns = [ledger.columns.get(key) for ledger in (old, new)]
        a, b = (column[row] if column else None for column in columns)
        if key == "titles":
            if (a is None) != (b is None):
                words = ["没有填报" if held is None else "已填报" for held in (a, b)]
                told.append(f"资格证书清单 {' → '.join(words)}")
            continue
        told.append(f"{_fact(key)} {_value(key, a)} → {_value(key, b)}")
    more = [f"另有 {len(told) - _MOST} 项"] if len(told) > _MOST else []
    return [*told[:_MOST], *more]


def _fact(key: str) -> str:
    code, _, year = key.partition(".")[0].partition("@")
    fact = catalogue().get(code)
    return f"{year}年" * bool(year) + (fact.name if fact else code)


def _value(key: str, value: Any) -> str:
    fact = catalogue().get(key.partition("@")[0].partition(".")[0])
    if value is None:
        return "缺报"
    return shown(value, fact) if fact else _shown(value)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "空"
    return str(value)


def field_changes(old: Task | Goal, new: Task | Goal) -> list[str]:
    """状态 推进中 → 已完成."""
    return [
        f"{_ROW_WORDS[x.name]} {_shown(a)} → {_shown(b)}"
        for x in fields(old)
        if x.name in _ROW_WORDS and (a := getattr(old, x.name)) != (b := getattr(new, x.name))
    ]


def time_words(
    id_: str,
    by: int,
    titles: Sequence[Title] | None,
    days: tuple[date, date],
    row: Any = None,
) -> str:
    """What the passing of the days did."""
    what, kind = f.parts(id_)
    if isinstance(row, Task) and row.due and what in (f.TASKS_LATE, f.TASKS_DUE, f.TASKS_IN_TIME):
        return f"期限 {row.due} 已过"
    if isinstance(row, Task) and row.due and what == f.TASKS_NEXT and by > 0:
        return f"期限 {row.due}，一周内到期"
    if days[0].year != days[1].year and what in (f.NEW, f.RENEWED, f.TARGET, f.TARGET_OPEN):
        return "跨年，按新的年度统计"
    if by < 0 and what in (f.WEEK, f.LAPSED, f.NEXT, f.TASKS_NEW, f.TASKS_NEXT):
        return "上一周的，不在本周"
    ours = [t for t in titles or () if t.kind == kind]
    for title in ours:
        for day, told in (
            (title.issued_on, f"{_numbered(title)}在 {title.issued_on} {_event(title)}"),
            (title.valid_to and title.valid_to + _DAY, f"{title_words(title)}到期"),
            (title.cancelled_on, f"{_numbered(title)}在 {title.cancelled_on} 取消"),
        ):
            if day is not None and days[0] < day <= days[1]:
                return told
    if what == f.NEXT and ours:
        return f"{title_words(max(ours, key=lambda t: t.valid_to or date.min))}一周内到期"
    return f"日期由 {days[0]} 到 {days[1]}"


def _numbered(title: Title) -> str:
    return f"{title.kind or '资格'}证书{title.number or ''}"


def _event(title: Title) -> str:
    return "取消" if title.event == CANCELLED else "发证"


def row_source(ledger: Ledger, row: int) -> str:
    """Where the row stands: of its certificate's cell, or its first row."""
    titles = ledger.columns.get("titles")
    if ledger.origins is not None and titles and titles[row]:
        at = ledger.origins.of_title(row, titles[row][-1], "valid_to")
        if at is not None:
            return place(at.file, at.sheet, at.row, at.letter, at.head)
    file, sheet, number = ledger.places[row]
    return place(file, sheet, number, "", "")
