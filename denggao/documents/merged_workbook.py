"""The workbook of ``denggao merge``: one ledger from many, what came from where, what a person
has to decide, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from denggao.documents import merge_decisions, screening_problems
from denggao.documents.drafts import new_workbook
from denggao.documents.merged_columns import FactColumn, as_day, fact_columns
from denggao.documents.screening_page import LONGEST, MAX_ROWS, TOO_LONG, Column, ListSheet, Looks
from denggao.facts.catalogue import catalogue
from denggao.facts.decisions import Decision, Register
from denggao.facts.divisions import full_name
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.matching import Candidate, Party, candidates, parties
from denggao.facts.problems import Problem, column_letter, place
from denggao.facts.regions import Located, region_of, registrar_of
from denggao.facts.zones import Zone
from denggao.facts.zones import zones as our_zones

LEDGER, CERTIFICATES, SOURCES = "台账", "资格证书", "来源"
_DAY = "数据截至"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Merged:
    """A ledger ready to be written. ``within`` (a division or ``None``) and ``zones`` say how
    addresses are read; ``decided`` are the decisions that it was read with."""

    ledger: Ledger
    as_of: date
    within: str | None = None
    zones: Sequence[Zone] | None = None
    decided: Sequence[Decision] = ()

    @property
    def named(self) -> bool:
        """Do credit codes and names tell the firms apart, rather than a column of its own?"""
        return self.ledger.identity_head in {catalogue()[key].name for key in ("uscc", "name")}

    @cached_property
    def parties(self) -> list[Party]:
        """The firms as a person tells them apart; none where another column does."""
        return parties(self.ledger) if self.named else []

    @cached_property
    def pairs(self) -> list[Candidate]:
        """What a person has still to decide."""
        register = Register((party.name, party.code) for party in self.parties)
        known = {frozenset((register.find(d.one), register.find(d.other))) for d in self.decided}
        found = candidates(self.parties)
        return [pair for pair in found if frozenset((pair.first, pair.second)) not in known]


def write_merged(path: Path, merged: Merged, *, progress: Progress | None = None) -> None:
    """Write 台账 (and 资格证书 where there are any), 来源, 待认定 and 数据问题.

    ``progress`` is called with (firms written, firms in all). Raises UserError when the file
    cannot be written or is too long for Excel; then nothing has changed at ``path``.
    """
    ledger = merged.ledger
    if max(len(ledger), len(ledger.problems) + len(ledger.unread)) + 1 > MAX_ROWS:
        raise UserError(f"“{path.name}”{TOO_LONG.partition('；')[0]}，请按区县分开合并")
    with new_workbook(path, "合并台账", merged.as_of) as book:
        looks = Looks(book)
        cut = list(_write_ledger(book, looks, merged, progress))
        if "titles" in ledger.columns:
            _write_certificates(book, looks, merged)
        _write_sources(book, looks, merged)
        merge_decisions.write(
            book, looks, merged.as_of, merged.parties, merged.pairs, merged.decided
        )
        _write_problems(book, looks, merged, path, cut)


# --- 台账 ----------------------------------------------------------------------------------


def _write_ledger(
    book: Any, looks: Looks, merged: Merged, progress: Progress | None
) -> Iterator[Problem]:
    """Writes the sheet; yields a problem for each text too long for a cell."""
    ledger, columns = merged.ledger, fact_columns(merged.ledger)
    own = [] if merged.named else [Column(ledger.identity_head, 22, "given")]
    heads = [Column(c.head, c.width, "given") for c in columns]
    sheet = ListSheet(
        *(book, looks, LEDGER, merged.as_of, [*own, *heads, *_PLACES]),
        frozen=min(2, len(own) + len(heads)),
        day=_DAY,
    )
    stated = next((c for c in columns if c.key == "region"), None)
    for firm in range(len(ledger)):
        row = [column.cell(firm) for column in columns]
        identity = [ledger.identity[firm]] if own else []
        sheet.add([*identity, *row, *_place(merged, firm, stated)])
        yield from _too_long(sheet, [*identity, *row])
        if progress is not None and firm % 500 == 499:
            progress(firm + 1, len(ledger))
    sheet.finish()


def _too_long(sheet: ListSheet, row: Sequence[object]) -> Iterator[Problem]:
    for index, value in enumerate(row):
        if isinstance(value, str) and len(value) > LONGEST:
            letter, head = column_letter(index), sheet.columns[index].head
            advice = f"文字有 {len(value)} 个，这里只写出前 {LONGEST} 个，全文见原表"
            yield Problem("", LEDGER, sheet.row, letter, head, value[:30], "", advice, "cut")


# --- where a firm is, by rule ----------------------------------------------------------------

#: No heads of a ledger: what we derive must not come back as stated.
_PLACES = (
    Column("按址推定：区域", 24),
    Column("按址推定：片区", 20),
    Column("推定的依据", 40, "wrap"),
    Column("登记机关所在（弱证据）", 22),
    Column("最先见于", 30),
)


def _place(merged: Merged, firm: int, stated: FactColumn | None) -> list[str | None]:
    ledger = merged.ledger
    address, code = (ledger.columns.get(key, [None] * len(ledger)) for key in ("address", "uscc"))
    registrar = registrar_of(code[firm])
    located = region_of(
        address[firm], within=merged.within, registrar=registrar, zones=merged.zones
    )
    said = None if stated is None else stated.values[firm]
    return [
        located.district and full_name(located.district),
        _zone_name(merged, located),
        located.why + _against(merged, said, located),
        registrar and full_name(registrar),
        place(*ledger.places[firm], ""),
    ]


def _zone_name(merged: Merged, located: Located) -> str | None:
    known = our_zones() if merged.zones is None else merged.zones
    return next((f"{z.name}（{z.code}）" for z in known if z.code == located.zone), None)


def _against(merged: Merged, said: str | None, located: Located) -> str:
    """How the district of the address stands to the one stated, which always holds."""
    if not said or located.district is None:
        return ""
    named = said if said.isdigit() else region_of(said, within=merged.within).district
    if named == located.district:
        return ""
    return f"；与填报的“{said}”不同，以填报的为准" if named else ""


# --- the other sheets ------------------------------------------------------------------------

_CERTIFICATE_COLUMNS = (
    Column("企业名称", 34, "given"),
    Column("统一社会信用代码", 22, "given"),
    Column("资格类型", 22, "given"),
    Column("证书编号", 24, "given"),
    Column("发证日期", 14, "given"),
    Column("有效期至", 14, "given"),
    Column("取消日期", 14, "given"),
)


def _write_certificates(book: Any, looks: Looks, merged: Merged) -> None:
    """A row for each certificate; firms known to hold none have a row without one."""
    ledger = merged.ledger
    named = merged.named
    own = Column(ledger.identity_head, 22, "given")
    columns = _CERTIFICATE_COLUMNS if named else (own, *_CERTIFICATE_COLUMNS[2:])
    sheet = ListSheet(book, looks, CERTIFICATES, merged.as_of, columns, day=_DAY)
    for firm, titles in enumerate(ledger.columns["titles"]):
        if titles is None:
            continue
        party = merged.parties[firm] if named else None
        who = [party.name, party.code] if party else [ledger.identity[firm]]
        blank = [None] * 5
        for t in titles:
            days = map(as_day, (t.issued_on, t.valid_to, t.cancelled_on))
            sheet.add([*who, t.kind, t.number, *days])
        if not titles:
            sheet.add([*who, *blank])
    sheet.finish()


_SOURCE_COLUMNS = (
    Column("文件", 26, "wrap"),
    Column("工作表", 16, "wrap"),
    Column("列", 6, "centre"),
    Column("原表头", 34, "wrap"),
    Column("读作", 26, "wrap"),
    Column("数据行", 9, "count"),
    Column("略过行", 9, "count"),
    Column("略过的缘由", 24, "wrap"),
    Column("企业户数", 9, "count"),
    Column("其中新增", 9, "count"),
    Column("别处已有", 9, "count"),
    Column("矛盾处数", 9, "count"),
)


def _write_sources(book: Any, looks: Looks, merged: Merged) -> None:
    """For each table a line of counts, then a line for each of its columns."""
    sheet = ListSheet(book, looks, SOURCES, merged.as_of, _SOURCE_COLUMNS, frozen=2, day=_DAY)
    for part in merged.ledger.parts:
        skipped = sum(part.skipped.values())
        why = "、".join(f"{reason} {count}" for reason, count in part.skipped.items() if count)
        counts = [part.rows, skipped, why, part.firms, part.new, part.known, part.conflicts]
        read = sum(1 for column in part.columns if column.read_as)
        told = f"共 {len(part.columns)} 列，读懂 {read} 列"
        sheet.add([part.file, part.sheet, None, told, None, *counts])
        for column in part.columns:
            read_as = column.read_as or "（没有读懂，未并入）"
            sheet.add([part.file, part.sheet, column.letter, column.head, read_as, *[None] * 7])
    sheet.finish()


def _write_problems(
    book: Any, looks: Looks, merged: Merged, path: Path, cut: Sequence[Problem]
) -> None:
    ledger = merged.ledger
    here = [replace(problem, file=path.name) for problem in cut]
    ledger = replace(ledger, problems=[*here, *ledger.problems])
    screening_problems.write_problems(book, looks, merged.as_of, ledger, lambda rows: None)
