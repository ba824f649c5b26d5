"""Heads of a typed table, one row per firm: which column is which fact, which tells the firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denggao.facts.columnmap import ColumnMap
from denggao.facts.enterprise import key_of
from denggao.facts.errors import UserError
from denggao.facts.heads import Meaning, understand


@dataclass(frozen=True, slots=True)
class TableHeads:
    """``identity``: the head that tells the firm, ``identity_code`` the fact that it is, if any;
    ``facts``: canonical column → head and meaning; ``unread``: heads that are no fact."""

    identity: str
    identity_code: str
    facts: dict[str, tuple[str, Meaning]]
    unread: tuple[str, ...]

    @property
    def every(self) -> tuple[str, ...]:
        """All heads of the table."""
        return self.identity, *(head for head, _ in self.facts.values()), *self.unread

    @property
    def without_year(self) -> tuple[str, ...]:
        """Heads that name no year where they should: last year's are meant."""
        found = self.facts.values()
        return tuple(head for head, m in found if m.fact.yearly and m.year is None)

    @property
    def without_unit(self) -> tuple[str, ...]:
        """Heads of amounts that name no unit: 元 is meant."""
        found = self.facts.values()
        return tuple(head for head, m in found if m.fact.unit == "元" and m.factor is None)


def table_heads(
    heads: Sequence[str],
    as_of: date,
    where: str,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
) -> TableHeads:
    """Match the heads of the table that messages call ``where``. Raises UserError when it has
    no identity column, no known head besides it, a row per year, or a fact twice."""
    columns = columns or ColumnMap()
    meanings = {h: columns.meaning(h, as_of.year) or understand((h,), as_of.year) for h in heads}
    if columns.year_column in heads or any(
        m is not None and m.role == "year" for m in meanings.values()
    ):
        raise UserError(
            f"{where}每户每年一行；这种台账请存成 .xlsx 或 .csv，或先转成每户一行、年份写在表头里"
        )
    facts = {h: m for h, m in meanings.items() if m is not None and m.role == "fact"}
    identity = _identity(facts, heads, id_column or columns.id_column, where)
    known = {h: m for h, m in facts.items() if h != identity}
    if not known:
        named = "、".join(heads[:20])
        raise UserError(f"{where}里没有认识的表头（除标识列外）；现有：{named}")
    found: dict[str, tuple[str, Meaning]] = {}
    for head, meaning in known.items():
        key = _key(meaning, as_of)
        if key in found:
            raise UserError(f"{where}里“{found[key][0]}”和“{head}”是同一个事实，请只留一列")
        found[key] = head, meaning
    unread = tuple(h for h in heads if h not in known and h != identity)
    return TableHeads(identity, facts[identity].code if identity in facts else "", found, unread)


def _identity(
    facts: dict[str, Meaning], heads: Sequence[str], asked: str | None, where: str
) -> str:
    if asked is not None:
        if asked not in heads:
            raise UserError(f"{where}里没有标识列“{asked}”")
        return asked
    for code in ("uscc", "name"):
        for head, meaning in facts.items():
            if meaning.code == code:
                return head
    raise UserError(f"{where}里没有标识列：需要统一社会信用代码、企业名称，或用 --id 指定")


def _key(meaning: Meaning, as_of: date) -> str:
    fact = meaning.fact
    return key_of(fact.code, (meaning.year or as_of.year - 1) if fact.yearly else None)
