"""公告名单: the firms of a notice, from a text pasted out of Word or WPS, or from a workbook.

With heads the columns are known by them; without, each cell by what it looks like. A line in
which no firm is found is named, not skipped in silence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.headparts import normal
from denggao.facts.identity import code_fault, half_width, looks_like_code, normal_code
from denggao.facts.workbook import open_grids

_HEADS = {
    "name": ("企业名称", "名称", "单位名称", "更名后", "更名后企业名称", "变更后名称", "新名称",
             "变更后企业名称", "现名称", "更名后名称"),
    "old": ("更名前", "更名前企业名称", "变更前名称", "原名称", "原企业名称", "曾用名",
            "变更前企业名称", "更名前名称"),
    "code": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "number": ("证书编号", "高新技术企业证书编号", "编号"),
    "day": ("发证日期", "认定日期", "发证时间", "取消日期", "批准日期"),
}  # fmt: skip
_COLUMN = {normal(word): key for key, words in _HEADS.items() for word in words}
_CERTIFICATE = re.compile(r"G[RSF]?20\d{10}")
_FIRM = re.compile(r"公司|企业|集团|厂|研究院|研究所|设计院|中心|合作社|事务所|工作室|[社院所]$")
_SERIAL = re.compile(r"^\s*[（(]?\d{1,5}(?:[)）]?[.、．]|[)）]|\s|$)\s*")
_IDLE = re.compile(r"^(?:附件|合计|共\d|序号|注：|备注|联系)")
#: Longer than this is a sentence of the notice, not a name.
_LONGEST = 60


class Firm(NamedTuple):
    """One firm of a list. ``old``: the name before, of a renaming; ``day`` as the list says."""

    line: int
    name: str
    code: str = ""
    number: str = ""
    old: str = ""
    day: date | None = None


class Found(NamedTuple):
    """The firms of a list, and what was to be said of lines without one."""

    firms: tuple[Firm, ...]
    problems: tuple[str, ...]


def of_text(text: str) -> Found:
    """A list as it was pasted: columns parted by tabs, or by two blanks and more."""
    if "\t" in text:
        rows: Iterable[Sequence[object]] = csv.reader(text.splitlines(), dialect="excel-tab")
    else:
        rows = [re.split(r"\s{2,}|[，,]\s*", line.strip()) for line in text.splitlines()]
    return _found(enumerate(rows, 1))


def of_file(path: Path) -> Found:
    """A list as .xlsx or .csv; hidden sheets are left out. Raises UserError."""
    found = [_found(enumerate(g.rows(), 1), g.date1904) for g in open_grids(path) if not g.hidden]
    return Found(
        tuple(firm for one in found for firm in one.firms),
        tuple(said for one in found for said in one.problems),
    )


def _found(rows: Iterable[tuple[int, Sequence[object]]], date1904: bool = False) -> Found:
    firms: list[Firm] = []
    problems: list[str] = []
    columns: dict[str, int] = {}
    for number, row in rows:
        words = [half_width(cells.plain_text(cell)).strip() for cell in row]
        heads = {_COLUMN[normal(w)]: i for i, w in enumerate(words) if normal(w) in _COLUMN}
        if "name" in heads or ("old" in heads and len(heads) > 1):
            columns = heads
            continue
        if not any(words) or _IDLE.match("".join(words)):
            continue
        firm = (
            _by_heads(number, words, row, columns, date1904)
            if columns
            else _by_looks(number, words)
        )
        if firm is None:
            if any(len(w) > 1 and not w.isdigit() for w in words):
                problems.append(f"第 {number} 行没有找到企业名称：{' '.join(words)[:40]}")
            continue
        fault = code_fault(firm.code) if firm.code else None
        if fault:
            problems.append(
                f"第 {number} 行 {firm.name} 的信用代码“{firm.code}”不对（{fault}），按名称核对"
            )
            firm = firm._replace(code="")
        firms.append(firm)
    return Found(tuple(firms), tuple(problems))


def _by_heads(
    number: int, words: Sequence[str], row: Sequence[object], columns: dict[str, int],
    date1904: bool,
) -> Firm | None:  # fmt: skip
    told = {key: words[i] for key, i in columns.items() if i < len(words)}
    name = told.get("name", "")
    if not name or name.isdigit() or _IDLE.match(name):
        return None
    day = None
    if told.get("day"):
        try:
            day = cells.date(row[columns["day"]], date1904)
        except BadCell:
            day = None
    return Firm(
        number, name[:120], normal_code(told.get("code", "")), told.get("number", "").upper()[:60],
        told.get("old", "")[:120], day,
    )  # fmt: skip


def _by_looks(number: int, words: Sequence[str]) -> Firm | None:
    code, certificate = "", ""
    names = []
    for word in _cells(words):
        if _CERTIFICATE.fullmatch(word.upper()):
            certificate = word.upper()
        elif looks_like_code(normal_code(word)):
            code = normal_code(word)
        elif _FIRM.search(word) and len(word) <= _LONGEST and "关于" not in word:
            names.append(word)
    if not names:
        return None
    old = names[0] if len(names) > 1 else ""
    return Firm(number, names[-1][:120], code, certificate, old[:120])


def _cells(words: Sequence[str]) -> Iterator[str]:
    """The cells without running numbers, what stands in one cell parted at single blanks."""
    for word in words:
        yield from _SERIAL.sub("", word).split()
