"""Which columns an import template has: the facts that the laws read, each for its years, with
what the head's comment says about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.enterprise import key_of
from denggao.rules import nodes as n

#: Who the firm is: always in the template, in this order, the first two filled in every row.
WHO = ("name", "uscc", "established_on", "region", "field_code", "industry")
REQUIRED = frozenset({"name", "uscc"})
_CITES_SHOWN = 4
_UNITS = {"元": "万元", "人": "人", "项": "项", "分": "分"}


@dataclass(frozen=True)
class TemplateColumn:
    """``key`` as in ``Ledger.columns``; ``group`` the head above ``head``, "" where the head
    reaches over both rows. ``kind`` is how cells are made: "text", "code", "date", "money",
    "people", "count", "score", "yes_no", "field", "industry"."""

    key: str
    group: str
    head: str
    kind: str
    comment: str

    @property
    def fact(self) -> Fact:
        return catalogue()[self.key.partition("@")[0]]

    @property
    def required(self) -> bool:
        return self.key in REQUIRED


def template_columns(
    laws: Sequence[n.Instrument], year: int, *, everything: bool = False
) -> list[TemplateColumn]:
    """The columns for applications in ``year``. ``everything``: the whole catalogue but
    the facts of events, yearly facts for the three years before."""
    read = _read_by(laws, year)
    if everything:
        for code, fact in catalogue().items():
            if fact.of_event or fact.of_unit:
                continue
            years = range(year - 3, year) if fact.yearly else (None,)
            read.setdefault(code, {}).update({y: () for y in years if y not in read.get(code, {})})
    for code in WHO:
        read.setdefault(code, {None: ()})
    order = [*WHO, *(code for code in catalogue() if code not in WHO)]
    return [
        column
        for code in order
        if code in read and catalogue()[code].unit != "记录"
        for column in _columns(catalogue()[code], read[code])
    ]


Reads = dict[str, dict[int | None, tuple[str, ...]]]


def _read_by(laws: Iterable[n.Instrument], year: int) -> Reads:
    """Fact → year → the articles that read it."""
    found: Reads = {}
    for law in laws:
        for statement in law.statements.values():
            for code, years in _facts(statement, year):
                for y in years:
                    cites = found.setdefault(code, {}).get(y, ())
                    words = f"《{law.short}》{statement.cite}"
                    found[code][y] = cites if words in cites else (*cites, words)
    return found


def _facts(statement: n.Statement, year: int) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    for leaf in statement.leaves:
        match leaf:
            case n.FactRef(code, None):
                yield code, (None,)
            case n.FactRef(code, read) if read is not None:
                yield code, read.years(year)
            case n.WindowLeast(code):
                yield code, n.Year.WINDOW.years(year)
            case n.Age() | n.OperatedYears():
                yield "established_on", (None,)
            case n.Classified(code):
                yield code, (None,)


def _columns(fact: Fact, years: dict[int | None, tuple[str, ...]]) -> Iterator[TemplateColumn]:
    unit = _UNITS.get(fact.unit)
    words = f"{fact.name}（{unit}）" if unit else fact.name
    ordered = sorted(years, key=lambda y: y or 0)
    for year in ordered:
        key = key_of(fact.code, year)
        kind, comment = _kind(fact), _comment(fact, years[year])
        if year is None:
            yield TemplateColumn(key, "", words, kind, comment)
        elif len(ordered) == 1:
            yield TemplateColumn(key, "", f"{year}年{words}", kind, comment)
        else:
            yield TemplateColumn(key, words, f"{year}年", kind, comment)


_KINDS = {"元": "money", "人": "people", "项": "count", "分": "score", "日期": "date",
          "是否": "yes_no"}  # fmt: skip
_OWN_KINDS = {"field_code": "field", "industry": "industry", "uscc": "code", "phone": "code"}


def _kind(fact: Fact) -> str:
    return _OWN_KINDS.get(fact.code) or _KINDS.get(fact.unit, "text")


_HOW = {
    "text": "文字",
    "code": "号码，按文字填，不要让 Excel 变成数",
    "date": "日期，如 2019-05-06",
    "money": "金额，单位万元，可带小数",
    "people": "人数，年平均数可带小数",
    "count": "数量，整数",
    "score": "专家打的分",
    "yes_no": "从下拉选 是 或 否",
    "field": "从下拉选到最细一级，或填代码，如 1.1.10",
    "industry": "从下拉选大类；有小类代码的直接填，如 C3825",
}


def _comment(fact: Fact, cites: Sequence[str]) -> str:
    lines = [fact.name, _HOW[_kind(fact)]]
    if fact.code == "uscc":
        lines.append("18 位，必填：用它认企业")
    if fact.unit == "分":
        lines.append(f"{fact.lo} 到 {fact.hi} 分；没有打分请留空")
    if fact.at_most:
        lines.append(f"不大于同一年的{catalogue()[fact.at_most].name}")
    if fact.derive:
        lines.append(f"不填时按 {fact.derive.replace('[年]', '')} 推算")
    if fact.personal:
        lines.append("个人信息，只在需要联系时填")
    if fact.numeric or fact.unit == "是否":
        lines.append("不知道请留空，不要填 0 或“否”")
    if cites:
        more = f" 等 {len(cites)} 条" if len(cites) > _CITES_SHOWN else ""
        lines.append("依据：" + "、".join(cites[:_CITES_SHOWN]) + more)
    return "\n".join(lines)
