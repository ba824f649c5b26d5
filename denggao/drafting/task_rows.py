"""Tables of tasks: 任务 | 责任单位 | 完成时限, a row a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from denggao.drafting.outline import Paragraph
from denggao.drafting.responsible import Link, units_in
from denggao.drafting.tasks import Task

_WHAT = re.compile(
    r"(?:重点|主要|目标|具体|工作)?(?:任务|工作|事项|举措|措施)(?:内容|事项|清单|名称)?|工作内容"
)
_WHO = re.compile(r"(?:牵头|责任|主办|配合|落实|承办|协办)(?:单位|部门|科室|处室)(?:及责任人)?")
_WHEN = re.compile(r"完成(?:时限|时间|期限)|时限(?:要求)?|时间(?:节点|安排)")
_NUMBER = re.compile(r"序号|编号|项次")


def read_task_rows(text: str, paragraphs: Sequence[Paragraph]) -> list[Task]:
    """The tasks of every table that says what is to be done and by whom."""
    found: list[Task] = []
    heads: list[str] = []
    for paragraph in paragraphs:
        if not paragraph.is_row:
            heads = []
            continue
        cells = list(_cells(text, paragraph))
        words = [cell for cell, _ in cells]
        if any(map(_WHO.fullmatch, words)) and any(map(_WHAT.fullmatch, words)):
            heads = words
        elif heads and len(cells) == len(heads):
            found += _task(heads, cells, paragraph)
    return found


def _cells(text: str, paragraph: Paragraph) -> Iterator[tuple[str, int]]:
    at = paragraph.start
    for cell in text[paragraph.start : paragraph.end].split("\t"):
        yield cell.strip(), at + len(cell) - len(cell.lstrip())
        at += len(cell) + 1


def _task(
    heads: Sequence[str], cells: Sequence[tuple[str, int]], paragraph: Paragraph
) -> Iterator[Task]:
    title, start, number, due = "", paragraph.start, None, None
    links: list[Link] = []
    for head, (cell, at) in zip(heads, cells, strict=True):
        if _WHO.fullmatch(head):
            links += units_in(cell, at, head.startswith(("牵头", "主办")))
        elif _WHEN.fullmatch(head):
            due = cell or None
        elif _WHAT.fullmatch(head) and cell:  # the last of several says it most exactly
            title, start = cell, at
        elif _NUMBER.fullmatch(head):
            number = cell or None
    if title:
        whole = (paragraph.start, paragraph.end)
        yield Task(number, title[:60], tuple(links), due, start, start + len(title), whole)
