"""Heads that are nearly known: suggested with a score, never read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.heads import known_words, understand
from denggao.facts.likeness import LEAST, suggest
from tests.facts.books import Rows, csv_of, only, read

YEAR = 2026


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("主营业务收入合计数", "主营业务收入"),
        ("营业性收入（万元）/2024年", "销售收入"),
        ("企业全名称", "企业名称"),
        ("统一社会信用代号", "统一社会信用代码"),
        ("人员的人工费用", "人员人工费用"),
        ("科技研发人员数", "科技人员数"),
        ("证书有效期截至", "证书有效期至"),
    ],
)
def test_near_names_are_suggested(head: str, name: str) -> None:
    assert understand(tuple(head.split("/")), YEAR) is None
    like = suggest(head, YEAR)
    assert like is not None
    assert name in (like.name, like.word)
    assert LEAST <= like.score < 1


def test_a_suggestion_carries_year_and_unit() -> None:
    like = suggest("营业性收入（万元）/2024年", YEAR)
    assert like is not None
    assert (like.meaning.year, like.meaning.factor) == (2024, 10_000)


@pytest.mark.parametrize(
    "head",
    [
        "销售收入增长率", "研发费用预算", "2026年目标/销售收入", "近三年研发费用", "走访人",
        "集团合并销售收入", "邮政编码", "注册资本（万元）", "知识产权编号", "股票代码", "other",
        "销售收入（人）", "2024年成立日期", "", "1", "办理时限",
    ],
)  # fmt: skip
def test_another_figure_or_a_far_name_is_not_suggested(head: str) -> None:
    assert suggest(head, YEAR) is None


@given(st.sampled_from(sorted(known_words())), st.text(max_size=6))
def test_a_suggestion_is_near_whatever_the_head(word: str, more: str) -> None:
    like = suggest(word + more, YEAR)
    assert like is None or LEAST <= like.score <= 1


def test_a_suggested_column_is_not_read(tmp_path: Path) -> None:
    rows: Rows = [["企业名称", "2025年职工总数", "营业性收入（万元）/2024年"], ["甲公司", 1, 2]]
    ledger = read(csv_of(tmp_path / "a.csv", rows))
    assert set(ledger.columns) == {"name", "staff@2025"}
    assert ledger.unread == [("a.csv", "", "C", "营业性收入（万元）/2024年")]
    told = only(ledger, "head_suggestion")
    assert told.is_notice
    assert "像“销售收入”（相似 0." in told.advice
