"""Division of a total: exact, near the weights, unknown stays unknown, revisions dated."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.quota_file import Division, divide, read_quotas, write_quotas
from denggao.diagnosis.quotas import (
    Quota,
    Total,
    changes,
    cut,
    divided,
    in_force,
    shares,
    stocks,
    total_of,
)
from denggao.facts.errors import UserError
from tests.strategies import examples

WEIGHTS = st.lists(st.fractions(0, 1000), min_size=1, max_size=12).filter(any)


@given(st.integers(0, 10**6), WEIGHTS)
@examples(200)
def test_parts_sum_to_the_whole_and_keep_to_their_share(
    total: int, weights: list[Fraction]
) -> None:
    parts = shares(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < 1
        assert weight or not part


@given(st.integers(0, 10**4), WEIGHTS, st.integers(1, 50))
@examples(100)
def test_only_proportions_count(total: int, weights: list[Fraction], factor: int) -> None:
    assert shares(total, weights) == shares(total, [w * factor for w in weights])


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (5, [0, 0]), (5, [-1, 2])])
def test_what_cannot_be_shared(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"负数|全是 0"):
        shares(total, weights)


def test_published_targets_follow() -> None:
    assert shares(115, [31, 38, 46]) == [31, 38, 46]
    assert stocks(115, [31, 38, 46]) == [146, 184, 230]
    assert stocks(115, [37, 43, 50]) == [152, 195, 245]


def test_unknown_quotas_stay_unknown() -> None:
    quotas = [Quota(("甲",), 12), *(Quota((x,)) for x in "乙丙丁戊")]
    assert str(total_of(quotas)) == "≥ 12，未定 4 项"
    assert str(total_of(quotas[1:])) == "≥ 0，未定 4 项"
    assert divided(100, quotas) == quotas  # what is left is nobody's yet


CELLS = st.lists(
    st.builds(
        Quota,
        st.tuples(*[st.sampled_from("甲乙丙")] * 3),
        st.one_of(st.none(), st.integers(0, 100)),
    ),
    max_size=20,
)


@given(CELLS)
@examples(100)
def test_every_cut_has_the_same_total(quotas: list[Quota]) -> None:
    whole = total_of(quotas)
    for axis in range(3):
        assert sum(cut(quotas, axis).values(), Total(0)) == whole


@given(st.integers(0, 5000), WEIGHTS, st.integers(0, 50))
@examples(100)
def test_set_cells_keep_and_the_rest_is_shared(
    total: int, weights: list[Fraction], fixed: int
) -> None:
    quotas = [Quota(("定",), fixed), *(Quota((str(i),), weight=w) for i, w in enumerate(weights))]
    if fixed > total:
        with pytest.raises(ValueError, match="超过总数"):
            divided(total, quotas)
        return
    found = divided(total, quotas)
    assert found[0].value == fixed
    assert total_of(found) == Total(total)


def test_a_revision_counts_from_its_day() -> None:
    quotas = [Quota(("甲",), 10), Quota(("甲",), 15, since=date(2025, 3, 1)), Quota(("乙",), 5)]
    assert total_of(in_force(quotas, date(2025, 2, 28))) == Total(15)
    assert total_of(in_force(quotas, date(2025, 3, 1))) == Total(20)
    assert changes(quotas, None, date(2025, 2, 1), date(2025, 4, 1)) == {("甲",): (10, 15)}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "分解.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_table_is_divided_and_reads_back(tmp_path: Path) -> None:
    path = table(tmp_path, "年度,单位,权重\n2018,甲,31\n2019,甲,38\n2020,甲,46\n")
    division = divide(read_quotas(path), 115, date(2026, 1, 1), path.name)
    assert [q.value for q in division.quotas] == [31, 38, 46]
    write_quotas(division, tmp_path / "果.csv")
    again = read_quotas(tmp_path / "果.csv")
    assert (again.axes, [q.value for q in again.quotas]) == (division.axes, [31, 38, 46])
    assert isinstance(division, Division)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("单位,数\n甲,3.5\n", "第 2 行"),
        ("单位,数\n甲,-1\n", "第 2 行"),
        ("单位,数,权重\n甲,1,2\n", "只写一样"),
        ("单位,数\n甲,\n", "都空着"),
        ("单位,数\n甲,1\n甲,2\n", "有两行"),
        ("单位,数,起\n甲,1,三月\n", "日期"),
        ("数\n1\n", "第 1 行"),
        ("单位,数\n", "没有一行"),
    ],
)
def test_tables_that_say_nothing_sure(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_quotas(table(tmp_path, text))
