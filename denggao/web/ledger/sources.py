"""Sources of statements by rank: of two that differ, the higher rank is in force, within a rank
the later. Nothing is lost: the page shows both."""

from __future__ import annotations

#: code, name, rank.
_SOURCES = (
    ("corrected", "核实更正", 90),
    ("official", "主管部门公告、证书", 80),
    ("audit", "审计报告", 70),
    ("tax", "税务申报", 60),
    ("statistics", "统计报表", 50),
    ("ledger", "本局台账", 40),
    ("company", "企业填报", 30),
    ("public", "网上公开信息", 10),
)
#: What a visitor was told at the firm. It comes from the form of a visit, never from a file.
_BY_VISIT = ("visit", "走访了解", 35)
#: For forms and fields.
SOURCES = [(code, name) for code, name, _ in _SOURCES]
NAMES = {code: name for code, name, _ in (*_SOURCES, _BY_VISIT)}
RANKS = {code: rank for code, _, rank in (*_SOURCES, _BY_VISIT)}
BY_RANK = {rank: name for _, name, rank in (*_SOURCES, _BY_VISIT)}
