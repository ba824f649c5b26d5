"""所在区县 in one spelling, and never another county's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.divisions import COUNTY, divisions, full_name
from denggao.facts.regionnames import region_name
from tests.strategies import examples


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("城关区", "城关区"),
        ("城关", "城关区"),
        ("兰州市城关区", "城关区"),
        ("兰州 七里河区", "七里河区"),
        ("安宁区（高新区）", "安宁区"),
        ("兰州新", "兰州新区"),
        ("兰州市兰州新区", "兰州新区"),
        ("永登", "永登县"),
    ],
)
def test_brought_to_its_name(written: str, name: str) -> None:
    assert region_name(written) == name


@pytest.mark.parametrize(
    "written",
    [
        "朝阳",
        "徐州市鼓楼区",
        "甘肃省兰州市城关区",
        "模拟县",
        "620102",
        "城关镇",
        "七里河区或西固区",
        "区",
    ],
)
def test_what_could_mean_two_or_nothing_stays(written: str) -> None:
    assert region_name(written) == written


@examples(300)
@given(st.sampled_from([d for d in divisions().values() if d.level == COUNTY]))
def test_every_county_in_full_is_itself(division: object) -> None:
    code, name = division.code, division.name  # type: ignore[attr-defined]
    assert region_name(full_name(code)).endswith(name)
    assert region_name(name) == name
