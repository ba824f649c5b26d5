"""公示: the list as it goes up, frozen, and as Excel and Word; never computed a second time."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from denggao.documents.papers.printing import Printers
from denggao.documents.papers.publicity import publicity_paper
from denggao.documents.payment_sheets import write_publication
from denggao.documents.payout_workbook import public_name
from denggao.facts.errors import UserError
from denggao.web.money.models import Publication, Row, Run
from denggao.web.money.models.runs import MOVING

#: The order in which the list is put up: by scheme, award and firm.
ORDER = ("scheme", "award", "district", "name", "number", "part")


def in_order(rows: QuerySet[Row], *fields: str) -> list[tuple[Any, ...]]:
    """These fields of the rows as the list is put up; sorted here, for databases sort Chinese
    each in its own way."""
    told = rows.order_by().values_list(*ORDER, *fields).iterator(5000)
    return [row[len(ORDER) :] for row in sorted(told, key=lambda row: row[: len(ORDER)])]


def frozen(run: Run) -> list[list[Any]]:
    """[name, event, award, 分, cite] of all that is to be paid; numbers of persons masked, and of
    a person's own name only the first character."""
    rows = run.rows.filter(status__in=MOVING, fen__gt=0, left_out="")
    fields = ("name", "event", "award_name", "fen", "scheme", "cite")
    return [
        [public_name(name), event, award, fen, f"《{scheme}》{cite}"]
        for name, event, award, fen, scheme, cite in in_order(rows, *fields)
    ]


def digest(rows: list[list[Any]]) -> str:
    """SHA-256 of the frozen list."""
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def checked(published: Publication) -> list[list[Any]]:
    """The frozen rows. Raises UserError where somebody altered them in the database."""
    if digest(published.rows) != published.digest:
        raise UserError("公示表被改动过，与公示时登记的摘要不符；请告知审计管理员")
    return list(published.rows)


def printed(published: Publication, ending: str) -> bytes:
    """The list as .xlsx or .docx. Raises UserError."""
    rows = checked(published)
    told = (f"{published.run.name}公示", published.on, published.until, published.contact, rows)
    if ending == "xlsx":
        return _file(lambda path: write_publication(path, *told), ".xlsx")
    if ending != "docx":
        raise UserError("公示表只能导出 Excel（xlsx）或 Word（docx）")
    return _file(lambda path: Printers().write(publicity_paper(*told), path), ".docx")


def _file(write: Callable[[Path], None], ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{ending}"
        write(path)
        return path.read_bytes()
