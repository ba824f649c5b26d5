"""The words of heads: every head that has a meaning by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.headparts import normal


@dataclass(frozen=True, slots=True)
class Meaning:
    """``role`` is "fact", "year" (the column that holds the fiscal year), "title", "share"
    (``code`` is top/bottom) or "nothing" (a running number). For a fact: ``code``, the ``year``
    if the head names one, and ``factor`` to the fact's own unit if the head states it (万元:
    10000). For a title: ``code`` is the field of ``titles.Title``; ``kind`` the title that the
    head implies."""

    role: str
    code: str = ""
    year: int | None = None
    factor: int | None = None
    kind: str = ""

    @property
    def fact(self) -> Fact:
        return catalogue()[self.code]

    @property
    def words(self) -> str:
        """A head that means the same."""
        if self.role == "fact":
            return self.fact.name
        if self.role == "title":
            own = _TITLE_HEADS[self.code][0]
            return f"{self.kind}证书/{own}" if self.kind else own
        if self.role == "share":
            return f"{_SHARES[self.code][0]}占比" if self.code in _SHARES else "资产负债率"
        return _YEAR_HEADS[0] if self.role == "year" else ""

    @property
    def key(self) -> str:
        """The column it claims: two heads with one key contradict each other."""
        year = "" if self.year is None else f"@{self.year}"
        return f"{self.role}:{self.code}{year}"


_TITLE_HEADS = {
    "kind": ("资格类型", "资质类型", "证书类型", "证书种类", "资格名称", "证书名称"),
    "number": ("证书编号", "证书号", "证书号码", "资格证书编号", "入库登记编号"),
    "issued_on": ("发证日期", "发证时间", "颁证日期", "颁发日期"),
    "valid_to": (
        "有效期至",
        "有效期止",
        "有效期截止",
        "有效期截止日期",
        "证书有效期至",
        "到期日期",
        "到期时间",
        "到期日",
        "证书到期日",
        "证书到期日期",
        "证书到期时间",
        "证书有效期截止日期",
    ),
    "cancelled_on": ("取消日期", "撤销日期"),
}
_YEAR_HEADS = (
    "年度",
    "年份",
    "会计年度",
    "财务年度",
    "财年",
    "所属年度",
    "数据年度",
    "统计年度",
    "填报年度",
    "统计年份",
    "数据年份",
    "所属年份",
    "会计年份",
    "财务年份",
    "数据所属年度",
    "数据所属年份",
    "报表年度",
    "报告年度",
    "经营年度",
    "纳税年度",
    "year",
    "fiscal year",
)
#: Shares, as top/bottom: read to check the figures, see ``ratios``.
_SHARES = {
    "tech_staff/staff": ("科技人员", "职工总数", "职工", "企业职工总数"),
    "rd_staff/staff": ("研发人员", "职工总数", "职工", "企业职工总数"),
    "rd_expense/sales": ("研发费用", "销售收入", "营业收入", "同期销售收入", "同期销售收入总额"),
    "ht_income/total_income": (
        "高新技术产品（服务）收入",
        "总收入",
        "同期总收入",
        "企业同期总收入",
    ),
    "rd_domestic/rd_expense": ("境内研发费用", "研发费用", "研发费用总额"),
}
_MORE_SHARES = {
    "rd_expense/sales": ("研发投入强度", "研发强度", "研发投入占比", "研发投入占营业收入比例"),
    "ht_income/total_income": ("高新收入占比", "高新技术产品收入占比", "高品收入占比"),
    "liabilities/total_assets": ("资产负债率",),
}
_NUMBERING = ("序号", "编号", "行号", "no", "no.", "#")


@cache
def meanings() -> dict[str, Meaning]:
    """Normal form of every head that has a meaning by itself."""
    known: dict[str, Meaning] = {}
    for fact in catalogue().values():
        if fact.unit != "记录" and not (fact.of_event or fact.of_unit):
            for word in (fact.code, fact.name, *fact.aliases):
                known.setdefault(normal(word), Meaning("fact", fact.code))
    for part, words in _TITLE_HEADS.items():
        for word in words:
            known[normal(word)] = Meaning("title", part)
    for word in _YEAR_HEADS:
        known[normal(word)] = Meaning("year")
    for word in _NUMBERING:
        known[normal(word)] = Meaning("nothing")
    known |= {normal(head): Meaning("share", parts) for parts, head in _share_heads()}
    known.pop("", None)
    return known


def _share_heads() -> Iterator[tuple[str, str]]:
    """「科技人员占比」, 「科技人员占职工总数的比例」 …"""
    for parts, (top, *bottoms) in _SHARES.items():
        for whole in ("", *bottoms):
            for end in ("比", "比例", "的比例", "比重", "的比重"):
                yield parts, f"{top}占{whole}{end}"
    for parts, more in _MORE_SHARES.items():
        yield from ((parts, word) for word in more)


@cache
def known_words() -> dict[str, Meaning]:
    """Normal form → meaning of every name and alias of a fact or certificate."""
    return {word: m for word, m in meanings().items() if m.role in ("fact", "title")}
