"""What ``denggao demo`` writes besides the screening: lists, a forecast, three papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from denggao.cli import papers
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.documents.papers.paper import Paper
    from denggao.facts.ledger import Ledger
    from denggao.rules.engines.columnar.screening import Screened

_LISTS, _FORECAST = "高企管理清单", "高新技术企业"
_LOOKED_AT = 60  # of the nearest firms, for one that has something to do


def write_papers(ledger: Ledger, table: Screened, folder: Path, on: date) -> Iterator[str]:
    """Write everything; a line for each file. ``table``: the screening whose nearest firm with
    a plan gets its papers."""
    yield from _lists(ledger, folder, on)
    yield from _forecast(ledger, folder, on)
    yield from _firm(ledger, table, folder, on)


def _lists(ledger: Ledger, folder: Path, on: date) -> Iterator[str]:
    from denggao.diagnosis.lists import against, lists
    from denggao.documents.lists_workbook import write_workbook
    from denggao.documents.papers.lists import lists_paper
    from denggao.rules.library import in_force

    instruments = [in_force(_LISTS, on)]
    others = {name: in_force(name, on) for name in against(instruments)}
    files = list(dict.fromkeys(file for file, _, _ in ledger.places))
    found = lists(ledger, instruments, on, others, files)
    path = folder / "三清单与预警.xlsx"
    with replacing(path) as temporary:
        write_workbook(temporary, found)
    yield f"三清单与预警 {path}"
    yield from _paper(lists_paper(found), folder / "三清单与预警.docx", "三清单")


def _forecast(ledger: Ledger, folder: Path, on: date) -> Iterator[str]:
    """Will the county keep at the end of the year what it had at the end of the last?"""
    from fractions import Fraction

    from denggao.cli.forecast import sources_of
    from denggao.diagnosis.forecast import history as h
    from denggao.diagnosis.forecast.inputs import Stated, basis, history
    from denggao.diagnosis.forecast.outlook import outlook
    from denggao.documents.papers.forecast import forecast_paper

    holders, slips = h.holders(h.firms_of(ledger), _FORECAST, 3)
    target = sum(1 for holder in holders if holder.current(date(on.year - 1, 12, 31)))
    stated = Stated(target=target)
    started = basis(stated, history(holders, slips, _FORECAST, stated, on))
    found = outlook(started.assumed, target, Fraction(4, 5), has_pass_rate=False)
    paper = forecast_paper(found, started, sources_of(ledger, []), on)
    yield from _paper(paper, folder / "完不完得成.docx", f"到年底保得住 {target} 户吗")


def _firm(ledger: Ledger, table: Screened, folder: Path, on: date) -> Iterator[str]:
    from denggao.cli.plan import Made, terms_of
    from denggao.cli.report import Work
    from denggao.diagnosis.plan import Status
    from denggao.documents.papers.diagnosis import diagnosis_paper

    law = table.instrument
    terms = terms_of(law.short, on)
    nearest = [index for (index,) in table.rows(["§firm"])][:_LOOKED_AT]
    plans = (Made(ledger, index, terms) for index in nearest)
    made = next((one for one in plans if one.plan.status is Status.PLAN), None)
    if made is None:
        return
    report = diagnosis_paper(Work(ledger, law, on, {}).made(made.index))
    stem = papers.stems_of(ledger, "")[made.index]
    yield from _paper(report, folder / f"{stem}诊断报告.docx", "诊断报告样张")
    plan = made.paper(on)
    yield from _paper(plan, folder / f"{stem}一企一策.docx", "一企一策样张")
    try:
        yield from _paper(plan, folder / f"{stem}一企一策.pdf", "一企一策样张")
    except UserError as error:
        yield f"（{error}）"


def _paper(paper: Paper, path: Path, what: str) -> Iterator[str]:
    papers.write_one(paper, [path], None)
    yield f"{what} {path}"
