"""Codes and names in one written form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from denggao.facts.identity import code_fault, normal_code, normal_name

GOOD = "91620100712772869D"


def test_codes_in_one_form() -> None:
    for text in (GOOD, GOOD.lower(), f" {GOOD[:8]} {GOOD[8:]} ", "９１" + GOOD[2:]):
        assert normal_code(text) == GOOD


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (GOOD[:-1] + "C", "校验位不符"),
        (GOOD[:-1], "17 位"),
        ("620100200012345", "15 位注册号"),
        (GOOD.replace("0", "O", 1), GOOD),
    ],
)
def test_what_is_wrong_with_a_code(code: str, advice: str) -> None:
    assert advice in (code_fault(code) or "")


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_codes_are_judged_as_stdnum_does(code: str) -> None:
    assert (code_fault(code) is None) == uscc.is_valid(code)


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_right_codes_are_right(body: str) -> None:
    code = f"91620102{body}"
    code += uscc.calc_check_digit(code)
    assert uscc.is_valid(code)
    assert code_fault(code) is None


def test_names() -> None:
    assert normal_name("甲（兰州）有 限公司 ") == normal_name("甲(兰州)有限公司")
    assert normal_name("（甲公司）") == "甲公司"
    assert normal_name("ａｂｃ公司") == "ABC公司"
    assert normal_name("甘肃金城公司") != normal_name("兰州金城公司")
