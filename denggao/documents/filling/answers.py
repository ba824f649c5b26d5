"""What the ledger has to say to one column about one firm: a value with its cells, or why not.

Nothing is rounded but shares; a bound (「570余」) is no value; of several certificates the one
in force on the day counts, else the last one, and that is said.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from denggao.documents.filling.asks import Ask, Share
from denggao.documents.filling.certificates import chosen
from denggao.documents.filling.figures import plain
from denggao.documents.filling.lawful import Lawful
from denggao.facts.catalogue import Fact, catalogue, technical_fields
from denggao.facts.celltext import LOST_FROM
from denggao.facts.converters import shown
from denggao.facts.headparts import FACTORS
from denggao.facts.identity import code_fault
from denggao.facts.interval import Interval
from denggao.facts.ledger import Ledger
from denggao.facts.origins import Source
from denggao.facts.privacy import is_personal_head
from denggao.facts.problems import DOUBTS, Problem
from denggao.facts.titles import Title

Value = Decimal | int | str | datetime.date


@dataclass(frozen=True)
class Answer:
    """``value`` as the form wants it, ``None`` with ``gap`` saying why there is none. ``fact``
    names what was filled in, ``how`` what was done to it. ``exact`` is a number in the steps
    of its fact, for sums and shares; ``truth`` a yes or no before it is put in words."""

    fact: str
    value: Value | None = None
    gap: str = ""
    how: str = ""
    sources: tuple[Source, ...] = ()
    exact: int | None = None
    truth: bool | None = None
    share: Fraction | None = None
    note: str = ""
    personal: bool = False
    silent: bool = False


@dataclass(frozen=True)
class Answers:
    """Of one ledger on one day; ``lawful`` adds what laws derive."""

    ledger: Ledger
    as_of: datetime.date
    lawful: Lawful | None = None

    def to(self, ask: Ask, firm: int, unit: int | None) -> Answer:
        """The answer to one column but "number" and "sum"; ``unit`` is the factor of the
        form's unit line."""
        if ask.refused:
            return Answer(ask.words, gap=ask.refused, silent=True)
        carried = self._carried(ask, firm, unit) if ask.loose else None
        if carried and carried.value is not None:
            return carried
        if ask.kind == "fact":
            return self._fact(ask, firm)
        if ask.kind == "title":
            return self._title(ask, firm)
        if ask.kind == "level":
            return self._level(ask, firm)
        if ask.kind == "year":
            return Answer("年度", int(ask.key), how="数据所属年度")
        if ask.kind == "share" and ask.share:
            return self._share(ask, ask.share, firm)
        if ask.kind == "carry":
            return self._carried(ask, firm, unit)
        return Answer(ask.words, silent=True)

    # --- facts -----------------------------------------------------------------------------

    def stated(self, key: str, firm: int) -> Any:
        """The value in the ledger, an Interval for a bound, ``None`` for nothing."""
        columns = self.ledger.columns
        value = columns[key][firm] if key in columns else None
        if value is None and f"{key}.lo" in columns:
            low, high = columns[f"{key}.lo"][firm], columns[f"{key}.hi"][firm]
            return None if low is None and high is None else Interval(low, high)
        return value

    def source(self, key: str, firm: int) -> tuple[Source, ...]:
        """The cell, or, of a ledger that keeps none, the column."""
        found = self.ledger.source_of(key, firm)
        if found is None and key in self.ledger.sources:
            file, sheet, letter, head = self.ledger.sources[key]
            row = self.ledger.places[firm][2] if firm < len(self.ledger.places) else 0
            found = Source(file, sheet, row, letter, head)
        return (found,) if found else ()

    def number(self, key: str, firm: int) -> Answer:
        """A number in steps, stated or by the catalogue's identity (净资产 = 资产 − 负债)."""
        code, _, year = key.partition("@")
        fact = catalogue()[code]
        words = (f"{year} 年" if year else "") + fact.name
        value = self.stated(key, firm)
        if isinstance(value, Interval):
            gap = f"台账中 {words} 写的是约数（{shown(value, fact)}），没有填"
            return Answer(words, gap=gap)
        if value is not None:
            return Answer(words, exact=value, sources=self.source(key, firm))
        return (
            self._derived(fact, year, words, firm)
            or self._by_law(key, words, firm)
            or Answer(words, gap=self._missing(key, words, firm))
        )

    def _missing(self, key: str, words: str, firm: int) -> str:
        """Why there is no value: an empty cell, or one that could not be read."""
        file, sheet, row = self.ledger.places[firm]
        problem = self._unreadable.get((file, sheet, row, key))
        if problem is None:
            return f"台账中没有 {words}"
        return f"台账中 {words} 写的是“{problem.value}”，没有填：{problem.advice}"

    @cached_property
    def _unreadable(self) -> dict[tuple[str, str, int, str], Problem]:
        """What is wrong with single cells, by place and fact."""
        return {
            (p.file, p.sheet, p.row, p.key): p
            for p in self.ledger.problems
            if p.row and p.key and not p.is_notice
        }

    def _units(self, answer: Answer) -> list[int]:
        """The factors of the columns that an amount came from, each once."""
        cells = ((s.file, s.sheet, s.letter, s.head) for s in answer.sources)
        return list(dict.fromkeys(u for c in cells for u in self._factors.get(c, ())))

    @cached_property
    def _factors(self) -> dict[tuple[str, str, str, str], set[int]]:
        found: dict[tuple[str, str, str, str], set[int]] = {}
        for part in self.ledger.parts:
            for column in part.columns:
                if column.factor:
                    where = part.file, part.sheet, column.letter, column.head
                    found.setdefault(where, set()).add(column.factor)
        return found

    def doubt(self, answer: Answer) -> str:
        """What a person should look at in the cells that an answer came from, "" if nothing:
        the ledger reader keeps such values and names them."""
        cells = ((s.file, s.sheet, s.row, s.letter) for s in answer.sources)
        return "；".join(dict.fromkeys(self._doubts[c] for c in cells if c in self._doubts))

    @cached_property
    def _doubts(self) -> dict[tuple[str, str, int, str], str]:
        """The cells of which the value is kept all the same, and why it is doubted."""
        return {
            (p.file, p.sheet, p.row, p.column): f"台账〈{p.sheet}〉{p.column}{p.row}“{p.value}”"
            f"{_KEPT.sub('', p.advice)}；照填了，请核对"
            for p in self.ledger.problems
            if p.kind in DOUBTS
        }

    def _by_law(self, key: str, words: str, firm: int) -> Answer | None:
        found = self.lawful.number(key, firm) if self.lawful else None
        if found is None:
            return None
        how = f"按《{found.law}》的推导" + ("，末位四舍五入" if found.rounded else "")
        sources = tuple(s for part in found.keys for s in self.source(part, firm))
        return Answer(words, exact=found.steps, how=how, sources=sources)

    def _derived(self, fact: Fact, year: str, words: str, firm: int) -> Answer | None:
        match = re.fullmatch(r"(.+)\[年\] ([−+]) (.+)\[年\]", fact.derive or "")
        if match is None:
            return None
        names = {f.name: f.code for f in catalogue().values()}
        parts = [self.number(f"{names[match[i]]}@{year}", firm) for i in (1, 3)]
        first, second = (part.exact for part in parts)
        if first is None or second is None:
            return None
        value = first - second if match[2] == "−" else first + second
        how = f"推算：{match[1]} {match[2]} {match[3]}"
        return Answer(words, exact=value, how=how, sources=parts[0].sources + parts[1].sources)

    def _fact(self, ask: Ask, firm: int) -> Answer:
        fact = ask.fact
        if fact.numeric:
            answer = self.number(ask.key, firm)
            if ask.loose and any("平均" in source.head for source in answer.sources):
                return Answer(ask.words, gap=f"台账的{ask.words}是全年平均数，不是年末的，没有填")
            return _in_unit(answer, fact, ask.factor, self._units(answer))
        value = self.stated(ask.key, firm)
        if value is None:
            if fact.code == "field_code":
                carried = self._carried(ask, firm, None)
                if carried.value is not None:
                    return carried
            gap = self._missing(ask.key, ask.words, firm)
            return Answer(ask.words, gap=gap, silent=fact.code == "remark")
        fault = code_fault(value) if fact.code == "uscc" else None
        if fault:
            return Answer(ask.words, gap=f"台账中 {ask.words} 写的是“{value}”，没有填：{fault}")
        sources = self.source(ask.key, firm)
        if isinstance(value, bool):
            return Answer(ask.words, _yes_no(value, ask), sources=sources, truth=value)
        if fact.code == "field_code":
            title = technical_fields().get(value, "")
            wants_code = "代码" in ask.column.head or "编码" in ask.column.head
            return Answer(ask.words, value if wants_code else f"{value} {title}", sources=sources)
        return Answer(ask.words, value, sources=sources, personal=fact.personal)

    def _level(self, ask: Ask, firm: int) -> Answer:
        """The title of the first, second or third level above the firm's technical field."""
        words = "技术领域" + "一二三"[ask.level - 1] + "级"
        code = self.stated("field_code", firm)
        if code is None:
            carried = self._carried(ask, firm, None)
            return carried if carried.value else Answer(words, gap="台账中没有 技术领域")
        upper = ".".join(code.split(".")[: ask.level])
        how = f"技术领域代码 {code} 的{'一二三'[ask.level - 1]}级名称"
        return Answer(words, technical_fields()[upper], how=how,
                      sources=self.source("field_code", firm))  # fmt: skip

    def _share(self, ask: Ask, share: Share, firm: int) -> Answer:
        above = [self.number(key, firm) for key in share.above]
        below = [self.number(key, firm) for key in share.below]
        missing = next((a for a in (*above, *below) if a.exact is None), None)
        if missing:
            return Answer(ask.words, gap=f"{missing.gap}，算不出")
        total = sum(a.exact or 0 for a in below)
        if total <= 0:
            return Answer(ask.words, gap=f"{'、'.join(a.fact for a in below)} 为零，算不出")
        value = Fraction(sum(a.exact or 0 for a in above), total)
        how = f"{'＋'.join(a.fact for a in above)} ÷ {'＋'.join(a.fact for a in below)}"
        sources = tuple(s for a in (*above, *below) for s in a.sources)
        return Answer(ask.words, how=how, sources=sources, share=value)

    # --- certificates ----------------------------------------------------------------------

    def _title(self, ask: Ask, firm: int) -> Answer:
        titles = (self.ledger.columns.get("titles") or [None] * len(self.ledger))[firm]
        words = ask.detail + ask.words
        if titles is None:
            return Answer(words, gap=f"台账中没有资格证书，{ask.words}未知")
        title, gap, note = chosen(titles, ask.detail, self.as_of)
        if title is None:
            return Answer(words, gap=gap)
        value = _span(title) if ask.key == "validity" else getattr(title, ask.key)
        if value is None or value == "":
            return Answer(words, gap=f"台账中没有{words}", silent=ask.key == "cancelled_on")
        parts = ("issued_on", "valid_to") if ask.key == "validity" else (ask.key,)
        origins = self.ledger.origins
        found = [origins.of_title(firm, title, part) for part in parts] if origins else []
        return Answer(words, value, sources=tuple(s for s in found if s), note=note)

    # --- columns of the same head ----------------------------------------------------------

    def _carried(self, ask: Ask, firm: int, unit: int | None) -> Answer:
        head = ask.column.head
        found = self.ledger.carried(head, firm)
        words = ask.words
        if found is None:
            return Answer(words, gap=f"台账中没有 {head}", silent=True)
        value, personal = found.value, is_personal_head(head)
        if isinstance(value, float):
            if abs(value) >= LOST_FROM:
                return Answer(
                    words, gap="台账的同名列里是数，后几位已丢失，没有照抄；请在台账里改成文本重填"
                )
            if _PERIOD.search(head):
                return Answer(words, gap="表头说的是某一段时间，台账的同名列未必是同一段，没有照抄")
            if found.unit != unit and _needs_unit(head):
                return Answer(words, gap="台账和这张表的单位行不同，没有照抄")
            value = Decimal(f"{value:.15g}")
        elif isinstance(value, bool):
            value = "是" if value else "否"
        elif isinstance(value, datetime.datetime):
            value = value.date()
        elif not isinstance(value, datetime.date):
            value = str(value).strip()
        return Answer(words, value, how="同名列，照抄", sources=(found.source,), personal=personal)


def _span(title: Title) -> str | None:
    """Its first and its last day, ``None`` where one of them is not known."""
    if title.issued_on is None or title.valid_to is None:
        return None
    return f"{title.issued_on}至{title.valid_to}"


_KEPT = re.compile(r"；(?:值照读|照样读入)，请核对$")
_DIGITS_LOST = "台账里是数，后几位已丢失，没有照抄；请在台账里把该列设为文本后重新填写"
_MONEY = re.compile(
    r"[额金费款税价值]|收入|资产|资本|利润|支出|投入|经费|成本|负债|预算|奖补|补助|债"
)
_PERIOD = re.compile(r"[本当今上](?:年|月|季|周|期)|目前|截[至止]|累计|[季月周]度|半年")
_OWN_UNIT = re.compile(r"[(（\[].*(?:元|人|户|件|项|个|%|％|年|月|天|平方米|㎡|吨|台|套).*[)）\]]")


def _needs_unit(head: str) -> bool:
    """Is it money whose unit stands in another line of the sheet?"""
    return _MONEY.search(head) is not None and _OWN_UNIT.search(head) is None


def _yes_no(value: bool, ask: Ask) -> str:
    if ask.fact.code == "taxed_on_accounts" and "是否" not in ask.column.head:
        return "查账征收" if value else "核定征收"
    return "是" if value else "否"


def _in_unit(answer: Answer, fact: Fact, factor: int, units: Sequence[int]) -> Answer:
    """The number in the unit of its column, exactly; ``units`` are those it was stated in."""
    if answer.exact is None:
        return answer
    how = [answer.how] if answer.how else []
    if fact.unit == "元" and any(unit != factor for unit in units):
        stated = "、".join(_unit_name(unit) for unit in units)
        how.append(f"{_unit_name(factor)} ← {stated}")
    value = plain(Fraction(answer.exact, fact.scale * factor))
    return Answer(
        answer.fact, value, how="；".join(how), sources=answer.sources, exact=answer.exact
    )


def _unit_name(factor: int) -> str:
    return next((unit for unit, size in FACTORS["元"].items() if size == factor), str(factor))
