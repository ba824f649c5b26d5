"""Heads of a typed table of certificates (资格证书): whose they are, and which column is which
part of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from denggao.facts.columnmap import ColumnMap
from denggao.facts.errors import UserError
from denggao.facts.heads import Meaning, understand
from denggao.facts.tableheads import TableHeads


@dataclass(frozen=True, slots=True)
class TitleHeads:
    """``identity``: the head that tells the firm, in the way the firms' own table does;
    ``is_code``: it is the credit code. ``groups``: kind that the heads imply ("": each row names
    its own) → field of ``titles.Title`` → head; ``unread``: heads that are no part of one."""

    identity: str
    is_code: bool
    groups: Mapping[str, Mapping[str, str]]
    unread: tuple[str, ...]


def title_heads(
    heads: Sequence[str],
    as_of: date,
    where: str,
    firms: TableHeads,
    columns: ColumnMap | None = None,
) -> TitleHeads:
    """Match the heads of the table that messages call ``where``; ``firms``: those of the firms'
    table. Raises UserError where it does not tell the firm as that one does, has no certificate
    in it, or one column twice."""
    columns = columns or ColumnMap()
    meanings = {h: columns.meaning(h, as_of.year) or understand((h,), as_of.year) for h in heads}
    identity = _identity(meanings, where, firms)
    groups: dict[str, dict[str, str]] = {}
    for head, meaning in meanings.items():
        if meaning is None or meaning.role != "title" or head == identity:
            continue
        group = groups.setdefault(meaning.kind, {})
        if meaning.code in group:
            raise UserError(f"{where}里“{group[meaning.code]}”和“{head}”是证书的同一项，请只留一列")
        group[meaning.code] = head
    if not groups:
        raise UserError(
            f"{where}里没有证书的表头：需要资格名称、证书编号、发证日期、有效期至、撤销日期里的几列；"
            f"现有：{'、'.join(list(heads)[:20])}"
        )
    read = {identity, *(head for group in groups.values() for head in group.values())}
    unread = tuple(h for h in heads if h not in read and _is_unread(meanings[h]))
    return TitleHeads(identity, firms.identity_code == "uscc", groups, unread)


def _identity(meanings: Mapping[str, Meaning | None], where: str, firms: TableHeads) -> str:
    if firms.identity in meanings:
        return firms.identity
    for head, meaning in meanings.items():
        if meaning and meaning.role == "fact" and meaning.code == firms.identity_code:
            return head
    raise UserError(
        f"{where}里没有“{firms.identity}”：企业表用这一列认企业，证书表也要有，才知道是谁的证书"
    )


def _is_unread(meaning: Meaning | None) -> bool:
    """A fact of the firm beside its certificates (its name) is no news."""
    return meaning is None or meaning.role not in ("fact", "nothing")
