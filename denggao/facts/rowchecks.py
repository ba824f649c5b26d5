"""What can be wrong with a row whose cells are all well-formed: its own figures contradict each
other, or the firm belongs to another district."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.converters import shown
from denggao.facts.divisions import current, divisions, full_name, lies_in
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
from denggao.facts.problems import Finding
from denggao.facts.regions import Located, region_of, registrar_of
from denggao.facts.zones import zones

#: Values of one row by key.
Values = Mapping[str, Any]


class Fault(NamedTuple):
    """What is wrong, at the column of which fact, and the value as a person wrote it."""

    key: str
    value: str
    finding: Finding


def contradictions(
    columns: Mapping[str, Sequence[Any]], as_of: datetime.date
) -> Iterator[tuple[int, Fault]]:
    """(position, fault) of figures that cannot both be right, in a chunk of rows."""
    for key, values in columns.items():
        code, _, year = key.partition("@")
        fact = catalogue()[code]
        whole = columns.get(f"{fact.at_most}@{year}" if year else fact.at_most or "")
        if fact.at_most and whole is not None:
            yield from _exceeding(key, fact, values, whole)
        if code == "established_on":
            yield from _not_yet_founded(values, as_of)


def _exceeding(
    key: str, fact: Fact, values: Sequence[Any], whole: Sequence[Any]
) -> Iterator[tuple[int, Fault]]:
    assert fact.at_most is not None
    other = catalogue()[fact.at_most]
    for position, (part, limit) in enumerate(zip(values, whole, strict=True)):
        low, high = _low(part), _high(limit)
        if low is not None and high is not None and low > high:
            advice = f"大于同行的{other.name}“{shown(limit, other)}”；请核对这两格"
            finding = Finding("contradiction", f"不超过{other.name}的数", advice)
            yield position, Fault(key, shown(part, fact), finding)


def _low(value: Any) -> Any:
    return value.lo if isinstance(value, Interval) else value


def _high(value: Any) -> Any:
    return value.hi if isinstance(value, Interval) else value


def _not_yet_founded(values: Sequence[Any], as_of: datetime.date) -> Iterator[tuple[int, Fault]]:
    for position, day in enumerate(values):
        if day is not None and day > as_of:
            finding = Finding("future_date", f"不晚于 {as_of} 的日期", "请核对年份")
            yield position, Fault("established_on", day.isoformat(), finding)


@dataclass(frozen=True)
class District:
    """The division whose user brings the ledger: firms elsewhere are refused, and those that
    nothing places there."""

    code: str

    @classmethod
    def of(cls, text: str) -> District:
        """Raises UserError for what is no code of a division."""
        code = current(text)
        if code is None:
            raise UserError(
                f"--region “{text}”不是区划代码；应为六位数字，如 620102（兰州市城关区）"
            )
        return cls(code)

    @property
    def name(self) -> str:
        return divisions()[self.code].name

    @property
    def _around(self) -> str:
        """Where the short names of its ledgers are looked for."""
        return divisions()[self.code].parent or self.code

    def fault(self, values: Values) -> tuple[Fault | None, Fault | None]:
        """(why the row is refused, what to warn of) from the column of districts, else from the
        address, else from the office that registered the firm."""
        stated, address = values.get("region"), values.get("address")
        if stated:
            return self._by_column(str(stated)), None
        if address:
            return self._by_address(str(address), values.get("uscc")), None
        return self._by_register(values.get("uscc"))

    def _by_column(self, stated: str) -> Fault | None:
        found = self._located(stated, None)
        code = current(stated.strip()) or found.district
        if code is None and len(found.candidates) == 1:
            code = found.candidates[0]
        if code is None and found.zone:  # 兰州高新区 is no district, but it lies in 兰州市
            (around,) = (zone.division for zone in zones() if zone.code == found.zone)
            code = around if lies_in(around, self.code) else None
        return self._judged("region", stated, code, found.why)

    def _by_address(self, address: str, code: str | None) -> Fault | None:
        found = self._located(address, registrar_of(code))
        return self._judged("address", address, found.district, found.why)

    def _by_register(self, code: str | None) -> tuple[Fault | None, Fault | None]:
        office = registrar_of(code)
        if office is not None and lies_in(office, self.code):
            advice = f"没有区县和地址，按信用代码的登记机关算在{self.name}；请补上地址"
            return None, Fault("uscc", str(code), Finding("district_by_register", "", advice))
        advice = "没有区县和地址，看不出在哪个区县；请填“所在区县”或完整的注册地址"
        return Fault("region", "", Finding("no_district", f"{self.name}的企业", advice)), None

    def _located(self, text: str, registrar: str | None) -> Located:
        return _located(text, self._around, registrar)

    def _judged(self, key: str, text: str, code: str | None, why: str) -> Fault | None:
        expected = f"{self.name}的企业"
        if code is None:
            advice = f"地址里看不出区县（{why}）；请填“所在区县”或完整的地址"
            return Fault(key, text, Finding("no_district", expected, advice))
        if lies_in(code, self.code):
            return None
        advice = f"企业在{full_name(code)}，不在{self.name}；请由所在区县填报"
        return Fault(key, text, Finding("other_district", expected, advice))


@lru_cache(50_000)
def _located(text: str, within: str, registrar: str | None) -> Located:
    return region_of(text, within=within, registrar=registrar)
