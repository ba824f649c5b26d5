"""Markdown of an instrument → front matter, 登高 blocks under their headings, case tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from denggao.rules.errors import InstrumentError
from denggao.rules.nodes import Example

MAX_CHARACTERS = 400_000
DRAFT = "征求意见稿"
_KEYS = {"名称", "简称", "依据", "地域", "施行", "废止", "例日", "缺省摸排", "状态"}
#: What a draft says where its text says nothing, and a person has to complete.
MISSING = "待补"
_SHOWN = 12
_FENCE = re.compile(r"^```\s*(\S*)\s*$")
_NUMBER = re.compile(r"(\d+号)$")


@dataclass(slots=True)
class Block:
    """One 登高 block: its text, the line it starts on, and the article it stands under."""

    text: str
    line: int
    cite: str | None
    heading: str


@dataclass(slots=True)
class Table:
    """A case table; ``rows`` are (line, cells)."""

    line: int
    heads: list[str]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """An instrument's file, cut into its parts."""

    path: str
    meta: dict[str, Any]
    blocks: list[Block]
    tables: list[Table]
    award_tables: list[Table] = field(default_factory=list)  # those with a column 事项


def read_document(text: str, path: str) -> Document:
    """Cut the Markdown into parts. Raises InstrumentError for a broken front matter."""
    if len(text) > MAX_CHARACTERS:
        raise InstrumentError(path, 1, 1, f"文件超过 {MAX_CHARACTERS} 字，请拆成几份规范")
    lines = text.replace("\r\n", "\n").split("\n")
    meta, start = _front_matter(lines, path)
    document = Document(path, meta, [], [])
    _read_body(document, lines, start)
    return document


def read_head(text: str, path: str) -> dict[str, Any]:
    """The front matter alone. Raises InstrumentError for a broken one."""
    return _front_matter(text.replace("\r\n", "\n").split("\n"), path)[0]


def _front_matter(lines: list[str], path: str) -> tuple[dict[str, Any], int]:
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise InstrumentError(path, 1, 1, "文件应以 --- 包住的文件头开始（名称、简称、依据、施行）")
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    try:
        meta = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0)
        raise InstrumentError(path, line + 2, 1, "文件头不是合规的 YAML（键: 值）") from None
    if not isinstance(meta, dict):
        raise InstrumentError(path, 2, 1, "文件头应写成“键: 值”")
    _check_complete(meta, lines, path)
    _check_meta(meta, path)
    return meta, end + 1


def _check_complete(meta: dict[str, Any], lines: list[str], path: str) -> None:
    """A draft whose head a person has yet to complete says all that is missing, at once."""
    if not any(str(value).startswith(MISSING) for value in meta.values()):
        return
    gaps = [(n, line.strip()) for n, line in enumerate(lines, 1) if f"{MISSING}" in line]
    shown = "；".join(f"第 {n} 行 {text[:40]}" for n, text in gaps[:_SHOWN])
    more = f"；……共 {len(gaps)} 处" if len(gaps) > _SHOWN else ""
    raise InstrumentError(path, gaps[0][0], 1, f"拟稿还有 {len(gaps)} 处要由人补齐：{shown}{more}")


def _check_meta(meta: dict[str, Any], path: str) -> None:
    for key in ("名称", "简称", "依据", "地域", "施行"):
        if not meta.get(key):
            raise InstrumentError(path, 1, 1, f"文件头缺“{key}”")
    if isinstance(meta["依据"], str):
        meta["依据"] = [meta["依据"]]
    for key in ("施行", "废止", "例日"):
        if meta.get(key) is not None and not isinstance(meta[key], date):
            raise InstrumentError(path, 1, 1, f"文件头“{key}”应是日期，如 2016-01-01")
    if not isinstance(meta.get("缺省摸排", True), bool):
        raise InstrumentError(path, 1, 1, "文件头“缺省摸排”应是 true 或 false")
    if meta.get("状态", DRAFT) != DRAFT:
        raise InstrumentError(path, 1, 1, f"文件头“状态”只能写 {DRAFT}；已施行的不写")
    unknown = set(meta) - _KEYS
    if unknown:
        raise InstrumentError(path, 1, 1, f"文件头不认识“{'、'.join(map(str, unknown))}”")


def _read_body(document: Document, lines: list[str], start: int) -> None:
    heading, number = "", start
    while number < len(lines):
        line = lines[number]
        fence = _FENCE.match(line)
        if line.startswith(("## ", "### ")):
            heading = line.lstrip("#").strip()
        elif fence:
            end = _closing_fence(document, lines, number)
            if fence[1] == "登高":
                body = "\n".join(lines[number + 1 : end])
                cite = citation(heading, document.meta["依据"])
                document.blocks.append(Block(body, number + 2, cite, heading))
            number = end
        elif line.startswith("|") and _cells(line)[:1] == ["例"]:
            number = _read_table(document, lines, number)
            continue
        number += 1


def _closing_fence(document: Document, lines: list[str], start: int) -> int:
    for number in range(start + 1, len(lines)):
        if lines[number].strip() == "```":
            return number
    raise InstrumentError(document.path, start + 1, 1, "代码块没有结束（缺一行 ```）")


def citation(heading: str, documents: list[str]) -> str | None:
    """The heading with its document's full number, or ``None`` if it names none of them."""
    for document in documents:
        if heading.startswith(document):
            return heading
    first, _, rest = heading.partition(" ")
    meant = [d for d in documents if (m := _NUMBER.search(d)) and m[1] == first]
    return f"{meant[0]} {rest.strip()}" if len(meant) == 1 and rest.strip() else None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _read_table(document: Document, lines: list[str], number: int) -> int:
    table = Table(number + 1, _cells(lines[number]))
    (document.award_tables if "事项" in table.heads else document.tables).append(table)
    number += 2  # the head and its rule of dashes
    while number < len(lines) and lines[number].startswith("|"):
        cells = _cells(lines[number])
        if len(cells) != len(table.heads):
            message = f"这一行有 {len(cells)} 格，表头有 {len(table.heads)} 格"
            raise InstrumentError(document.path, number + 1, 1, message)
        table.rows.append((number + 1, cells))
        number += 1
    return number


def examples(tables: list[Table], is_expected: dict[str, bool]) -> tuple[Example, ...]:
    """Rows of case tables; ``is_expected`` says of each known head which side it is on."""
    found = []
    for table in tables:
        for line, cells in table.rows:
            pairs = [(h, c) for h, c in zip(table.heads[1:], cells[1:], strict=True) if c]
            found.append(
                Example(
                    name=cells[0],
                    line=line,
                    inputs=tuple(p for p in pairs if not is_expected[p[0]]),
                    expected=tuple(p for p in pairs if is_expected[p[0]]),
                )
            )
    return tuple(found)
