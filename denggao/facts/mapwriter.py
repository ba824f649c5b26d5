"""A column map as a file: everything that was understood, for next month's file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from denggao.facts.columnmap import ColumnMap
from denggao.facts.columnreport import (
    IDENTITY,
    IGNORED,
    LIKE,
    MAPPED,
    UNREAD,
    ColumnReport,
)
from denggao.facts.headparts import normal
from denggao.facts.heads import Meaning, unit_words
from denggao.facts.problems import place

_HEAD = """\
# 列名对照，由 denggao columns 写出；读台账时用  --columns 本文件
# 一行一个表头：左边是表里的写法（多级表头用 / 连接），右边是事实目录里的名称。
# 年度和单位以表头写的为准；表头没写的可以在这里写明，例如
#   "营收" = { fact = "销售收入", unit = "万元", year = 2025 }
# 以 # 开头的行不起作用：其中的“建议”请核对后去掉行首的 #；不要的列名可写进 ignore。
"""


def map_text(reports: Sequence[ColumnReport], old: ColumnMap | None = None) -> str:
    """TOML that ``load_column_map`` accepts and under which the same files read the same.
    What ``old`` says is kept, whether or not its heads stand in these files."""
    old = old or ColumnMap()
    done: set[str] = set()
    lines = [_HEAD, "[heads]"]
    for (file, sheet), columns in _by_sheet(reports).items():
        lines.append(f"\n# {_one_line(place(file, sheet, 0, ''))}")
        for report in columns:
            if normal(report.column.head) not in done:
                done.add(normal(report.column.head))
                lines.extend(_lines(report, old))
    lines.extend(_left_over(old, done))
    ignored = [written for name, written in old.written.items() if name in old.ignore]
    lines.append(f"\nignore = [{', '.join(map(_quoted, ignored))}]")
    for section, column in (("year", old.year_column), ("identity", _identity(reports, old))):
        if column is not None:
            lines.append(f"\n[{section}]\ncolumn = {_quoted(column)}")
    return "\n".join(lines) + "\n"


def _by_sheet(reports: Sequence[ColumnReport]) -> dict[tuple[str, str], list[ColumnReport]]:
    found: dict[tuple[str, str], list[ColumnReport]] = {}
    for report in reports:
        found.setdefault((report.file, report.sheet), []).append(report)
    return found


def _lines(report: ColumnReport, old: ColumnMap) -> Iterator[str]:
    head, letter = _quoted(report.column.head), report.column.letter
    if report.how == LIKE and report.like:
        told = f"# 建议（{letter} 列，像“{report.like.word}”，相似 {report.like.score:.2f}）："
        yield f"{told}\n# {head} = {_quoted(report.like.name)}"
    elif report.how == UNREAD:
        yield f"# 未懂（{letter} 列）：{head}"
    elif report.how == IDENTITY or (report.how == IGNORED and not report.meaning):
        yield f"# {report.how}（{letter} 列）：{head}"
    elif report.column.meaning is not None and report.column.meaning.role == "year":
        yield f"# 年度列（{letter} 列）：{head}"
    else:
        off = "# " if report.guessed else ""
        yield f"{off}{head} = {_target(report, old)}  # {letter} 列，{report.how}{_assumed(report)}"


def _assumed(report: ColumnReport) -> str:
    return f"；表头没写{'和'.join(report.assumed)}" if report.assumed else ""


def _target(report: ColumnReport, old: ColumnMap) -> str:
    """The name alone where the head states the rest; what the old map stated stays."""
    mapped = next(
        (old.heads[name] for name in _names(report) if name in old.heads),
        None,
    )
    if report.how == MAPPED and mapped is not None:
        return _mapped(mapped)
    return _quoted(report.meaning)


def _names(report: ColumnReport) -> tuple[str, str]:
    head = report.column.head
    return normal(head), normal(head.rsplit("/", 1)[-1])


def _mapped(meaning: Meaning) -> str:
    stated = [f"fact = {_quoted(meaning.words)}"]
    if meaning.factor is not None and meaning.fact.numeric:
        stated.append(f"unit = {_quoted(unit_words(meaning))}")
    if meaning.year is not None:
        stated.append(f"year = {meaning.year}")
    return f"{{ {', '.join(stated)} }}" if len(stated) > 1 else _quoted(meaning.words)


def _left_over(old: ColumnMap, done: set[str]) -> Iterator[str]:
    rest = {name: meaning for name, meaning in old.heads.items() if name not in done}
    if rest:
        yield "\n# 原来的对照里有、这些文件里没有同名整列的"
    for name, meaning in rest.items():
        yield f"{_quoted(old.written[name])} = {_mapped(meaning)}"


def _identity(reports: Sequence[ColumnReport], old: ColumnMap) -> str | None:
    named = (report.column.head for report in reports if report.how == IDENTITY)
    return old.id_column or next(named, None)


def _one_line(text: str) -> str:
    """As it may stand in a comment of TOML: no control characters."""
    return "".join(mark if mark.isprintable() else " " for mark in text)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, and Chinese stays readable."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
