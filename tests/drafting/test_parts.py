"""Numbers, figures, years and maps of places, each alone."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.drafting.figures import figures
from denggao.drafting.mapped import Mapped
from denggao.drafting.numerals import chinese, shown, value_of
from denggao.drafting.responsible import merged, responsible
from denggao.drafting.years import years
from tests.strategies import examples

_DIGITS = "零一二三四五六七八九"


def written(number: int) -> str:
    """A number below 10^8 in Chinese characters, the way it is taught."""
    if number >= 10**4:
        high, low = divmod(number, 10**4)
        return (
            written(high) + "万" + ("" if not low else ("零" if low < 1000 else "") + written(low))
        )
    found, zero = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            found += ("零" if zero and found else "") + _DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return found or "零"


@given(st.integers(0, 10**8 - 1))
@examples(200)
def test_chinese_numerals_read_back(number: int) -> None:
    assert chinese(written(number)) == number


@pytest.mark.parametrize("text", ["万一", "十百", "百", "千万家"])
def test_words_that_are_no_numbers(text: str) -> None:
    assert chinese(text.rstrip("家")) is None


@given(st.integers(0, 10**9), st.sampled_from(["", "万", "亿"]))
@examples(100)
def test_multiples_are_exact(number: int, multiple: str) -> None:
    value = value_of(f"{number}", multiple or None)
    assert value == number * {"": 1, "万": 10**4, "亿": 10**8}[multiple]


@given(st.decimals(0, 10**6, places=2))
@examples(100)
def test_shown_numbers_read_back(number: object) -> None:
    value = Fraction(str(number))
    assert Fraction(shown(value)) == value


@pytest.mark.parametrize(
    ("text", "value", "unit", "op"),
    [
        ("高企35家以上", 35, "家", ">="),
        ("突破1.28万家", 12800, "家", ">"),
        ("不少于二十户", 20, "户", ">="),
        ("控制在3%以内", 3, "%", "<="),
        ("约554.2万元", Fraction(2771, 5), "万元", "≈"),
        ("570余人", 570, "人", ">"),
        ("百分之二十五左右", 25, "%", "≈"),
        ("翻两番", 2, "番", "="),
        ("覆盖八成以上", 80, "%", ">="),
        ("提高2.5个百分点", Fraction(5, 2), "个百分点", ""),
        ("达到1,234家", 1234, "家", ""),
        ("一亿五千万元", Fraction(3, 2), "亿元", ""),
        ("最高不超过200万元", 200, "万元", "<="),
        ("至少一家", 1, "家", ">="),
    ],
)
def test_figures(text: str, value: Fraction, unit: str, op: str) -> None:
    from denggao.drafting.cleaning import clean

    (figure,) = figures(clean(text).text)
    assert (figure.value, figure.unit, figure.op) == (value, unit, op)


@pytest.mark.parametrize(
    "text", ["第3家", "一户一策", "一批企业", "23-24年", "分三部分", "310工程"]
)
def test_what_is_no_figure(text: str) -> None:
    assert figures(text) == []


def test_masks_ranges_and_shared_units() -> None:
    (masked,) = figures("培育高企*家")
    assert masked.value is None
    (both,) = figures("新备案众创空间2-3家")
    assert (both.value, both.high, both.op) == (2, 3, "range")
    assert [f.value for f in figures("新增300万、400万、500万平方米")] == [3e6, 4e6, 5e6]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("力争到2027年", [(2027, "到")]),
        ("到“十四五”末", [(2025, "到")]),
        ("“十五五”期间", [("2026-2030", "在")]),
        ("三年内实现", [("三年内", "内")]),
        ("每年新认定", [("每年", "每年")]),
        ("在2022年基础上", [(2022, "基")]),
        ("由2023年的115家增加到2027年", [(2023, "基"), (2027, "到")]),
        ("二〇二七年底", [(2027, "到")]),
        ("今年", [(2024, "在")]),
        ("明年", [(2025, "在")]),
        ("近五年来", [("近五年", "近")]),
        ("技术合同年成交额", []),
        ("满三年", []),
    ],
)
def test_years(text: str, wanted: list[tuple[object, str]]) -> None:
    assert [(w.year, w.role) for w in years(text, 2024, 2027)] == wanted


@given(st.text(alphabet="ab,(一)二\n", max_size=60), st.randoms(use_true_random=False))
@examples(200)
def test_places_survive_every_change(text: str, random: Random) -> None:
    mapped = Mapped.of(text)
    for _ in range(3):
        cuts = sorted(random.sample(range(len(mapped.text) + 1), min(2, len(mapped.text) + 1)))
        mapped = mapped.without([(cuts[0], cuts[-1])]) if len(cuts) == 2 else mapped
    mapped = mapped.dropped(re.compile("a"))
    assert "".join(text[at] for at in mapped.begins) == mapped.text
    for i in range(len(mapped.text)):
        start, end = mapped.span(i, i + 1)
        assert text[start:end] == mapped.text[i]


def test_units_behind_a_task() -> None:
    text = "做好工作。(牵头单位:市科技局;责任单位:市财政局、各县(市、区)政府;完成时限:2026年6月)"
    (mark,) = responsible(text, 0, len(text))
    assert [(link.written, link.leads) for link in mark.links] == [
        ("市科技局", True), ("市财政局", False), ("各县(市、区)政府", False),
    ]  # fmt: skip
    assert mark.due == "2026年6月"
    assert all(text[link.start : link.end] == link.written for link in mark.links)


def test_units_said_with_verbs() -> None:
    text = "(市科技局牵头,市财政局、市税务局等按职责分工配合)"
    (mark,) = responsible(text, 0, len(text))
    assert [link.written for link in mark.links if link.leads] == ["市科技局"]
    assert [link.written for link in mark.links if not link.leads] == ["市财政局", "市税务局"]


def test_aliases_are_one_unit() -> None:
    names = merged(["区市场监督管理局", "区市场监管局", "财政局", "区财政局", "市财政局"])
    assert names["区市场监督管理局"] == names["区市场监管局"] == "区市场监管局"
    assert names["财政局"] == "财政局"  # of which level, nobody says
    assert len(set(merged(["区财政局", "财政局"]).values())) == 1
