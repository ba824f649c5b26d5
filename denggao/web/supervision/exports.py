"""Files of the department: task lists in Excel, the agenda and the circular in Word."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from denggao.documents.papers.paper import (
    Block,
    Look,
    Note,
    Paper,
    Part,
    Table,
    cell,
    day_words,
    numbered,
    say,
)
from denggao.web.accounts.models import Region
from denggao.web.ledger.exports import write_list
from denggao.web.supervision.frozen import FILES
from denggao.web.supervision.models import Escalation, Task
from denggao.web.supervision.queries import Agenda, Standing

HEADS = ("序号", "任务", "牵头单位", "配合单位", "责任领导", "下达日期", "期限", "状态", "逾期天数",
         "原因", "来源")  # fmt: skip


def download(data: bytes, name: str) -> HttpResponse:
    """A file by its ending."""
    answer = HttpResponse(data, content_type=FILES[name.rpartition(".")[2]])
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A list as .xlsx."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        write_list(path, title, list(heads), rows)
        return path.read_bytes()


def task_rows(tasks: Iterable[Task], on: datetime.date) -> Iterable[list[Any]]:
    """One row for each task."""
    for number, task in enumerate(tasks, 1):
        others = [u.name for u in task.units.all() if u.name != task.lead]
        yield [
            str(number), task.text, task.lead, "、".join(others), task.leader, str(task.made_on),
            str(task.due or "无期限"), task.get_state_display(), str(task.days_late(on) or ""),
            task.reason, task.source,
        ]  # fmt: skip


def printed(paper: Paper) -> bytes:
    """A paper as .docx."""
    from denggao.documents.papers.printing import Printers

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.docx"
        Printers(None).write(paper, path)
        return path.read_bytes()


def agenda_paper(found: Sequence[Agenda], on: datetime.date, region: Region) -> Paper:
    """周一议程, leader by leader."""
    parts = [Part(a.leader, tuple(_agenda(a, on))) for a in found]
    if not parts:
        parts = [Part("议程", (say("没有逾期、本周到期和新下达的任务。"),))]
    return Paper(
        kind="周一议程", day=on, title="周一议程", about=f"{region}　{day_words(on)}",
        parts=numbered(parts),
    )  # fmt: skip


def _agenda(agenda: Agenda, on: datetime.date) -> Iterable[Block]:
    for words, tasks in (("逾期", agenda.late), ("本周到期", agenda.due), ("新下达", agenda.new),
                         ("暂无法完成", agenda.stuck)):  # fmt: skip
        if tasks:
            yield say(f"{words} {len(tasks)} 项。")
            yield _tasks(tasks, on)


def _tasks(tasks: Sequence[Task], on: datetime.date) -> Table:
    rows = []
    for number, task in enumerate(tasks, 1):
        late = task.days_late(on)
        due = f"{task.due or '无期限'}" + (f"，逾期 {late} 天" if late else "")
        note = Note(remarks=(f"来源：{task.source}",))
        told = task.get_state_display() + (f"：{task.reason}" if task.reason else "")
        rows.append(
            (cell(f"{number}"), cell(task.text, note), cell(task.lead), cell(due), cell(told))
        )
    heads = ("序号", "任务", "牵头单位", "期限", "状态")
    return Table(heads, (7, 42, 18, 18, 15), tuple(rows), frozenset({0}))


def circular_paper(
    standings: Sequence[Standing], late: Sequence[Task], on: datetime.date, region: Region,
    days: Escalation,
) -> Paper:  # fmt: skip
    """通报: a table of all units, and the overdue tasks by name; facts only."""
    ranked = [
        (cell(f"{n}"), cell(s.name), cell(f"{s.total}"), cell(f"{s.done}"), cell(f"{s.rate}%"),
         cell(f"{s.late}"), cell(f"{s.stuck}"))
        for n, s in enumerate(standings, 1)
    ]  # fmt: skip
    heads = ("序号", "单位", "任务", "已完成", "完成率", "逾期", "暂无法完成")
    parts = [
        Part("各单位完成情况", (
            say(f"截至{day_words(on)}，按牵头单位统计，先看完成率，再看逾期项数。"),
            Table(heads, (7, 30, 11, 12, 12, 12, 16), tuple(ranked), frozenset({0, 2, 3, 4, 5, 6})),
        )),
        Part("逾期任务", (
            say(f"逾期 {days.circulate} 天以上、尚未办结的任务 {len(late)} 项。"),
            _tasks(late, on),
        )),
        Part("请有关单位", (
            say("请上列任务的牵头单位核对进展，已经办结的补报佐证材料，不能按期完成的说明原因和预计时间。"),
            say(day_words(on), look=Look.SIGNED),
        )),
    ]  # fmt: skip
    return Paper(
        kind="任务通报", day=on, title="任务办理情况通报", about=str(region),
        parts=numbered(parts),
    )  # fmt: skip
