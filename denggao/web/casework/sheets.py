"""Sheets that leave the department, from what its queries found."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from denggao.documents.eve_sheet import EveRow, eve_paper, write_workbook
from denggao.documents.papers.printing import Printers
from denggao.web.casework.models import Batch
from denggao.web.casework.queries.cases import EveLine

BOARD = (
    *("序号", "企业名称", "统一社会信用代码", "所在区县", "状态", "下一步", "没过的条件"),
    *("缺的材料", "辅导人或机构", "责任人", "提交时间"),
)
Leaders = Sequence[tuple[str, Sequence[EveLine]]]


def _rows(leaders: Leaders) -> list[tuple[str, list[EveRow]]]:
    return [
        (
            leader,
            [
                EveRow(
                    line.case.enterprise.name, line.case.enterprise.uscc or "",
                    line.case.stage.name, line.is_ready, line.missing, line.waived, line.todo,
                )
                for line in lines
            ],
        )
        for leader, lines in leaders
    ]  # fmt: skip


def eve_workbook(batch: Batch, leaders: Leaders, now: datetime.datetime) -> bytes:
    """截止前夜表 as Excel."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eve.xlsx"
        write_workbook(path, _rows(leaders), timezone.localtime(now).date())
        return path.read_bytes()


def eve_word(batch: Batch, leaders: Leaders, now: datetime.datetime) -> bytes:
    """截止前夜表 as Word, a part for each leader."""
    at = timezone.localtime(now)
    known = (("批次", str(batch)), ("申报截止", batch.words), ("核对时间", f"{at:%Y-%m-%d %H:%M}"))
    paper = eve_paper(f"{batch}截止前夜表", _rows(leaders), at.date(), known)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eve.docx"
        Printers().write(paper, path)
        return path.read_bytes()
