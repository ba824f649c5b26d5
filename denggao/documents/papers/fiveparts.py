"""The five parts of a 诊断报告, and which of them each rule of any law belongs to.

A rule belongs where most of its facts do; a rule made of others only (a total) belongs where
they all do, and else to none: it is told at the beginning.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from functools import cache

from denggao.rules import nodes as n


class Section(Enum):
    """One of the five parts, in the order of the page; the value is its heading."""

    FIELD = "领域"
    MATERIAL = "材料"
    RESEARCH = "研发归集"
    KNOWLEDGE = "知识产权与转化"
    ORGANISATION = "组织管理"


#: What decides where a rule stands when its facts come from several parts, evenly.
_RANK = (
    Section.RESEARCH,
    Section.KNOWLEDGE,
    Section.ORGANISATION,
    Section.FIELD,
    Section.MATERIAL,
)
_CODES = {
    Section.FIELD: {
        "field_code", "industry", "prohibited_industry", "strategic_industry", "ht_income",
        "main_product_income", "main_revenue", "manufacturing_income", "negative_list_income",
        "niche_two_years", "niche_three_years", "key_product_field", "chain_key_position",
        "market_share_10", "market_leading", "own_brand", "ic_machine_listed", "total_income",
        "gross_income", "nontaxable_income",
    },
    Section.RESEARCH: {"cost_expense", "outsourced_registered"},
    Section.KNOWLEDGE: {
        "standards_drafted", "standard_led", "science_award", "demonstration_title",
        "contest_500", "contest_50",
    },
    Section.ORGANISATION: {
        "staff", "tech_staff", "rd_staff", "tech_staff_uncounted", "rd_institution", "rd_body",
        "informatized", "certified",
    },
}  # fmt: skip
_PREFIXES = (
    ("rd_", Section.RESEARCH),
    ("super_", Section.RESEARCH),
    ("ip_", Section.KNOWLEDGE),
    ("conversions", Section.KNOWLEDGE),
    ("award_", Section.KNOWLEDGE),
    ("org_", Section.ORGANISATION),
)
#: Words of what a person has to check, where no rule stands under the same article.
_WORDS = (
    (Section.MATERIAL, ("报告", "申报表", "审计", "证明")),
    (Section.RESEARCH, ("研发费用", "研究开发费用", "研发活动", "研究开发活动", "辅助账")),
    (Section.KNOWLEDGE, ("知识产权", "专利", "著作权", "转化", "标准")),
    (Section.ORGANISATION, ("人员", "职工", "研发机构")),
    (Section.FIELD, ("技术领域", "产品", "市场", "行业")),
)


def section_of_fact(code: str) -> Section:
    """Where a fact of the catalogue belongs; 材料 unless it is about something narrower."""
    for section, codes in _CODES.items():
        if code in codes:
            return section
    return next((s for prefix, s in _PREFIXES if code.startswith(prefix)), Section.MATERIAL)


@cache
def section_of(law: n.Instrument, id_: str) -> Section | None:
    """Where a statement of a law belongs; ``None`` for one that draws several together."""
    statement = law.statements[id_]
    facts = [leaf.code for leaf in statement.leaves if isinstance(leaf, _FACTS)]
    if facts:
        return _most(facts)
    if any(isinstance(leaf, n.Age | n.Holds) for leaf in statement.leaves):
        return Section.MATERIAL
    below = {section_of(law, other) for other in statement.uses}
    return below.pop() if len(below) == 1 else None


_FACTS = (n.FactRef, n.WindowLeast, n.Classified, n.Within)


def _most(facts: list[str]) -> Section:
    counts = Counter(map(section_of_fact, facts))
    return max(_RANK, key=lambda section: (counts[section], -_RANK.index(section)))


def section_of_manual(law: n.Instrument, manual: n.Manual) -> Section:
    """Where a phrase that a person checks belongs: with its article, else by its words."""
    if manual.cite in _rules_under(law):
        return _rules_under(law)[manual.cite]
    text = manual.name + manual.text
    found = (section for section, words in _WORDS if any(word in text for word in words))
    return next(found, Section.MATERIAL)


@cache
def _rules_under(law: n.Instrument) -> dict[str, Section]:
    """Article → the part of the first rule that stands under it."""
    found: dict[str, Section] = {}
    for statement in [*law.statements.values(), *law.derivations.values()]:
        own = statement.id in law.statements
        section = section_of(law, statement.id) if own else _most(_facts_of(statement))
        if section is not None:
            found.setdefault(statement.cite, section)
    return found


def _facts_of(statement: n.Statement) -> list[str]:
    return [leaf.code for leaf in statement.leaves if isinstance(leaf, _FACTS)]
