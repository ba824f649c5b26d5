"""Names taken apart, and pairs of firms for a person: none missed, few too many."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from denggao.demo.county import county
from denggao.demo.names import credit_code
from denggao.facts.identity import code_fault
from denggao.facts.matching import Candidate, Party, candidates
from denggao.facts.names import (
    company_name,
    former_names,
    likeness,
    place_evidence,
    places_differ,
    same_name,
)
from tests.strategies import examples

A, B, C = (credit_code(serial) for serial in (1, 2, 3))
WORDS = "陇河皋金兴瑞恒泽博远凌科创启云岚弘毅致诚宇昊锐航晟源"


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kernel", "place", "branch"),
    [
        ("兰州金城软件科技有限公司", "金城软件科技", "兰州市", ""),
        ("甘肃金城软件科技有限责任公司", "金城软件科技", "甘肃省", ""),
        ("甘肃省兰州市金城软件科技股份有限公司", "金城软件科技", "甘肃省兰州市", ""),
        ("金城（兰州）软件科技有限公司", "金城软件科技", "兰州市", ""),
        ("（兰州金城 软件科技有限公司）", "金城软件科技", "兰州市", ""),
        ("兰州金城集团有限公司", "金城", "兰州市", ""),
        ("金川集团股份有限公司", "金川", "", ""),
        ("甘肃东方钛业有限公司", "东方钛业", "甘肃省", ""),
        ("甘肃康乐药业有限责任公司", "康乐药业", "甘肃省", ""),
        ("兰州永登祁连山水泥有限公司", "祁连山水泥", "兰州市永登县", ""),
        ("甘肃陇原股权投资合伙企业（有限合伙）", "陇原股权投资", "甘肃省", ""),
        ("兰州翔鑫工贸有限责任公司园林绿化工程分公司", "翔鑫工贸", "兰州市", "园林绿化工程分公司"),
        ("达华工程管理（集团）有限公司甘肃分公司", "达华工程管理", "", "甘肃分公司"),
        ("郑州市保胜耐火材料有限公司兰州经销处", "保胜耐火材料", "郑州市", "兰州经销处"),
        ("甘肃塑料集团兰州包装材料有限责任公司", "塑料集团兰州包装材料", "甘肃省", ""),
        ("甲公司", "甲公司", "", ""),
        ("公司", "公司", "", ""),
    ],
)
def test_parts_of_a_name(name: str, kernel: str, place: str, branch: str) -> None:
    parts = company_name(name)
    assert (parts.kernel, parts.place_words, parts.branch) == (kernel, place, branch)


@given(st.text(max_size=40))
def test_any_text_has_a_kernel(text: str) -> None:
    parts = company_name(text)
    assert bool(parts.kernel) == bool(parts.full)


@given(st.text(WORDS, min_size=2, max_size=8), st.sampled_from(["有限公司", "股份有限公司"]))
def test_place_and_form_do_not_change_the_kernel(word: str, form: str) -> None:
    assume(not company_name(word + form).places)  # 河源 is a city of 广东
    kernels = {
        company_name(name).kernel
        for name in (
            f"{word}{form}",
            f"兰州市{word}{form}",
            f"{word}（兰州）{form}",
            f"（{word}{form}）",
        )
    }
    assert len(kernels) == 1


def test_places_are_evidence() -> None:
    lanzhou, gansu, tianshui = (
        company_name(f"{p}金城科技有限公司") for p in ("兰州", "甘肃", "天水")
    )
    assert likeness(lanzhou, gansu) == 100
    assert not places_differ(lanzhou, gansu)
    assert places_differ(lanzhou, tianshui)
    assert "兰州市、甘肃省" in place_evidence(lanzhou, gansu)


def test_a_branch_is_not_its_parent() -> None:
    parent, branch = company_name("金城科技有限公司"), company_name("金城科技有限公司兰州分公司")
    assert likeness(parent, branch) == 0
    assert not same_name(parent.full, branch.full)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("兰州金城软件科技有限公司", "兰州金城软件科枝有限公司", True),
        ("兰州金城软件科技有限公司", "金城软件", True),
        ("兰州金城软件科技有限公司", "甘肃金城软件科技股份有限公司", True),
        ("兰州金城软件科技有限公司", "兰州陇原建筑有限公司", False),
        ("甲公司", "乙公司", False),
        ("金城有限公司", "金城建设集团有限公司", False),
        ("金城（兰州）有限公司", "兰州金城有限公司", True),
    ],
)
def test_two_names_of_one_code(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_former_names() -> None:
    assert former_names("原名：兰州旧城公司、甘肃旧城公司；") == ("兰州旧城公司", "甘肃旧城公司")
    assert former_names("无") == former_names(None) == ()


# --- pairs ---------------------------------------------------------------------------------


def kinds(*found: Party) -> list[tuple[str, int, int]]:
    return [(pair.kind, pair.first, pair.second) for pair in candidates(found)]


def test_each_kind_of_doubt() -> None:
    name = "兰州金城软件科技有限公司"
    wrong = A[:-1] + ("7" if A[-1] != "7" else "8")
    assert kinds(Party(name, A), Party(name, B)) == [("same_name", 0, 1)]
    assert kinds(Party(name, A), Party("兰州陇原建筑公司", A)) == [("same_code", 0, 1)]
    assert kinds(Party(name, A), Party("兰州陇原建筑公司", wrong)) == [("near_code", 0, 1)]
    assert kinds(Party(name, A), Party("兰州陇原建筑公司", A[:-1])) == [("near_code", 0, 1)]
    assert kinds(Party(name, A), Party("兰州陇原建筑公司", A[8:17])) == [("old_code", 0, 1)]
    assert kinds(Party(name, A, old=("620100200012345",)), Party("某某", "620100200012345")) == [
        ("old_code", 0, 1)
    ]
    assert kinds(Party(name, A, former=("兰州旧城公司",)), Party("兰州旧城公司", B)) == [
        ("former_name", 0, 1)
    ]
    assert kinds(Party(name, A), Party("甘肃金城软件科技股份有限公司")) == [("alike", 0, 1)]
    assert kinds(Party(name, A), Party("兰州金城软件科枝有限公司")) == [("alike", 0, 1)]


def test_what_is_no_doubt() -> None:
    name = "兰州金城软件科技有限公司"
    assert kinds(Party(name, A), Party("甘肃金城软件科技有限公司", B)) == []  # two right codes
    assert kinds(Party(name, A), Party(f"{name}兰州分公司")) == []
    assert kinds(Party(name, A), Party("天水金城软件科技园有限公司")) == []
    assert kinds(Party(name), Party("兰州陇原建筑有限公司")) == []
    assert kinds(Party("", A), Party("", B)) == []


def test_a_pair_says_what_speaks_for_and_against_it() -> None:
    (pair,) = candidates([Party("兰州金城科技公司", A), Party("甘肃金城科技公司")])
    assert pair == Candidate(
        0, 1, 100, "alike", "字号和行业相同；一户没有代码；地名不同（兰州市、甘肃省）"
    )
    (pair,) = candidates([Party("兰州金城科技公司", A), Party("兰州金城科技公司", A[:-1])])
    assert "只差一位" in pair.why
    assert A[:-1] in pair.why


def mistyped(rng: Random, name: str) -> str:
    """One character of the name in front of the legal form other, missing or twice."""
    place = rng.randrange(3, len(name) - 6)
    other = rng.choice(["", rng.choice("的之大小"), name[place] * 2])
    return name[:place] + other + name[place + 1 :]


@examples(20)
@given(st.integers(0, 10**6))
def test_one_slip_in_a_name_is_always_found(seed: int) -> None:
    rng = Random(seed)
    names = [
        "兰州" + "".join(rng.choices(WORDS, k=rng.randint(4, 9))) + "科技有限公司"
        for _ in range(60)
    ]
    firms = [Party(name, credit_code(n)) for n, name in enumerate(names)]
    slips = [Party(mistyped(rng, name)) for name in names]
    found = {(pair.first, pair.second) for pair in candidates([*firms, *slips])}
    assert {(n, n + 60) for n in range(60)} <= found


def test_two_lists_of_two_thousand_names_take_seconds() -> None:
    rng = Random(5)
    trades = ("软件科技", "药业", "环保科技")
    names = [
        "兰州" + "".join(rng.choices(WORDS, k=rng.randint(2, 5))) + rng.choice(trades)
        for _ in range(4000)
    ]
    firms = [Party(name, credit_code(n) if n < 2000 else "") for n, name in enumerate(names)]
    before = time.process_time()
    assert candidates(firms)
    assert time.process_time() - before < 6  # under 1 on an idle machine


def test_a_clean_county_has_no_doubts() -> None:
    firms = [Party(firm.name, firm.uscc) for firm in county(2000, seed=3)]
    assert [firm.code for firm in firms if code_fault(firm.code)] == []
    assert candidates(firms) == []
