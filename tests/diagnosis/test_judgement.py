"""The exchange form of ``denggao judge --json``, against the contract."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import pytest

from denggao.diagnosis.judgement import as_json, judge_firm, number_text
from denggao.facts.enterprise import firm_from_json
from denggao.rules.cases import readings_from
from denggao.rules.library import in_force
from tests.strategies import TODAY

HNTE, SME = "高新技术企业认定", "科技型中小企业评价"
KEYS = [
    "id", "law", "version", "as_of", "verdict", "score", "hard", "nodes", "decisive",
    "shortcuts", "flags",
]  # fmt: skip
NODE_KEYS = ["id", "name", "kind", "truth", "lo", "hi", "gap", "cite", "facts"]
KINDS = {"condition", "score", "parameter", "value", "verdict"}
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d*[1-9]|/[1-9]\d*)?")
NAME = re.compile(r"[a-z][a-z0-9_]*(@20\d\d)?")
HNTE_IDS = {
    "HNTE", "MAIN-1", "HNTE-SCORE",
    *(f"HNTE-{c}" for c in ("C1", "C2", "C3", "C4", "C5a", "C5a.min", "C5b", "C6", "C7", "C8")),
    *(f"HNTE-S1{s}" for s in ("", ".1", ".2", ".3", ".4", ".5")), "HNTE-S2",
    *(f"HNTE-S3{s}" for s in ("", ".1", ".2", ".3", ".4")),
    "HNTE-S4", "HNTE-S4.assets", "HNTE-S4.sales",
}  # fmt: skip
SME_IDS = {"SME", "SME-SCORE", "SME-S.staff", "SME-S.rd", "SME-S.ip"} | {
    f"SME-C{i}" for i in range(1, 6)
}

Json = dict[str, Any]


def of_years(*values: Any) -> Json:
    """Values of the last fiscal years, the latest last."""
    return dict(zip(("2023", "2024", "2025")[-len(values) :], values, strict=True))


#: Passes everything: founded a year and a half ago, each condition at its line or just above.
PASSING: Json = {
    "established_on": "2025-01-15", "field_code": "1.1.10", "tech_staff": of_years(10),
    "staff": of_years(100), "rd_expense": of_years(500_000), "rd_domestic": of_years(300_000),
    "sales": of_years(10_000_000), "ht_income": of_years(6_000_000),
    "main_product_income": of_years(3_010_000), "total_income": of_years(10_000_000),
    "ip_class1": 1, "ip_class2": 0, "ip_advancement": 8, "ip_core_support": 8,
    "ip_acquisition": 6, "ip_self_developed": True, "standards_drafted": True,
    "conversions": of_years(5), "org_system": 6, "org_institution": 6, "org_conversion": 4,
    "org_talent": 4, "major_incident": False,
}  # fmt: skip
JUDGED = (
    "ip_advancement", "ip_core_support", "ip_acquisition", "org_system", "org_institution",
    "org_conversion", "org_talent",
)  # fmt: skip


def judged(facts: Json, law: str = HNTE, id_: Any = None, options: tuple[str, ...] = ()) -> Json:
    """Through the text that other programs read."""
    instrument = in_force(law, TODAY)
    chosen = readings_from(instrument, options)
    found = judge_firm(instrument, firm_from_json(facts), TODAY, readings=chosen)
    answer: Json = json.loads(json.dumps(as_json(found, id_), ensure_ascii=False))
    return answer


def node(answer: Json, id_: str) -> Json:
    return next(n for n in answer["nodes"] if n["id"] == id_)


def ends(thing: Json) -> tuple[Any, Any]:
    return thing["lo"], thing["hi"]


def without(*codes: str, **changes: Any) -> Json:
    return {k: v for k, v in (PASSING | changes).items() if k not in codes}


# ------------------------------------------------------------------------------- the form

ANSWERS = [
    pytest.param(HNTE, {}, id="nothing known"),
    pytest.param(HNTE, PASSING, id="passing"),
    pytest.param(HNTE, without("staff", "sales", "established_on"), id="gaps"),
    pytest.param(HNTE, {"net_assets": of_years(-1, -2, -7)}, id="odd"),
    pytest.param(SME, {}, id="sme nothing known"),
    pytest.param(SME, {"staff": of_years({"lo": 3, "hi": 7})}, id="sme range"),
]


@pytest.mark.parametrize(("law", "facts"), ANSWERS)
def test_keys_and_types(law: str, facts: Json) -> None:
    answer = judged(facts, law, id_={"any": ["json"]})
    assert list(answer)[: len(KEYS)] == KEYS
    assert answer["id"] == {"any": ["json"]}
    assert (answer["law"], answer["as_of"]) == (law, "2026-06-30")
    assert set(answer["hard"]) == {"verdict", "decisive", "shortcuts"}
    assert {answer["verdict"], answer["hard"]["verdict"]} <= {"pass", "fail", "unknown"}
    assert answer["flags"] == sorted(set(answer["flags"]))
    for part in (answer, answer["hard"]):
        names = [*part["shortcuts"], *(key for keys in part["decisive"] for key in keys)]
        assert all(NAME.fullmatch(name) for name in names)


@pytest.mark.parametrize(("law", "facts"), ANSWERS)
def test_nodes(law: str, facts: Json) -> None:
    for each in judged(facts, law)["nodes"]:
        assert list(each) == NODE_KEYS
        assert each["kind"] in KINDS
        is_truth = each["kind"] in ("condition", "verdict")
        assert (each["truth"] in ("pass", "fail", "unknown")) == is_truth
        assert (each["truth"] is None) != is_truth
        gap = each["gap"]
        numbers = [each["lo"], each["hi"], *(gap.values() if isinstance(gap, dict) else [gap])]
        assert all(x is None or NUMBER.fullmatch(x) for x in numbers)
        assert each["name"]
        assert re.search("号 .*(第|三|二)", each["cite"])
        assert all(NAME.fullmatch(key) for key in each["facts"])
        if each["truth"] == "pass" and gap is not None:
            assert gap == "0"


@pytest.mark.parametrize(("law", "ids"), [(HNTE, HNTE_IDS), (SME, SME_IDS)])
def test_ids_of_the_rules(law: str, ids: set[str]) -> None:
    found = [each["id"] for each in judged({}, law)["nodes"]]
    assert ids <= set(found)
    assert len(found) == len(set(found))
    assert not [id_ for id_ in found if id_.endswith("-HARD")]  # stands in "hard"


def test_nodes_in_the_order_of_the_text() -> None:
    found = [each["id"] for each in judged({})["nodes"]]
    conditions = [id_ for id_ in found if re.fullmatch(r"HNTE-C\d[ab]?", id_)]
    assert conditions == sorted(conditions)
    assert found[-1] == "HNTE"


def test_kinds_of_nodes() -> None:
    kinds = {each["id"]: each["kind"] for each in judged({})["nodes"]}
    assert kinds["HNTE-C5a.min"] == "parameter"
    assert kinds["HNTE-G.sales"] == "value"
    assert kinds["HNTE-S1.3"] == "score"
    assert kinds["HNTE-C5a"] == kinds["MAIN-1"] == "condition"
    assert [id_ for id_, kind in kinds.items() if kind == "verdict"] == ["HNTE"]


def test_version() -> None:
    assert judged({})["version"] == "国科发火〔2016〕32号@2016-01-01"
    assert judged({}, SME)["version"] == "国科发政〔2017〕115号@2017-05-03"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (7, "7"), (-3, "-3"), (Fraction(1, 4), "0.25"), (Fraction(-1, 400), "-0.0025"),
        (Fraction(1, 3), "1/3"), (Fraction(-5, 12), "-5/12"), (10**15 - 1, "9" * 15),
        (Fraction(10**17 - 1, 100), "9" * 15 + ".99"), (None, None), (Fraction(4, 2), "2"),
    ],
)  # fmt: skip
def test_number_text(number: Any, text: str | None) -> None:
    assert number_text(number) == text


# ------------------------------------------------------------------------------- meaning


def test_passing_firm() -> None:
    answer = judged(PASSING)
    assert answer["verdict"] == answer["hard"]["verdict"] == "pass"
    assert answer["score"] == {"lo": "75", "hi": "80"}
    assert answer["decisive"] == answer["shortcuts"] == answer["hard"]["decisive"] == []
    assert answer["flags"] == []
    assert answer["hard"]["shortcuts"] == []


def test_nothing_known() -> None:
    answer = judged({})
    assert answer["verdict"] == answer["hard"]["verdict"] == "unknown"
    assert answer["score"] == {"lo": "0", "hi": "100"}
    assert answer["decisive"] == []
    assert "established_on" in answer["shortcuts"]


def test_main_product_informs_and_never_decides() -> None:
    for income in (3_000_000, 0, None):
        answer = judged(PASSING | {"main_product_income": of_years(income)})
        assert answer["verdict"] == "pass"
        assert answer["decisive"] == []
        assert node(answer, "MAIN-1")["truth"] == ("unknown" if income is None else "fail")


def test_hard_leaves_out_what_experts_and_authorities_say() -> None:
    answer = judged(without(*JUDGED, "field_code", "major_incident"))
    assert answer["verdict"] == "unknown"
    assert answer["hard"] == {"verdict": "pass", "decisive": [], "shortcuts": []}
    failing = judged(PASSING | {"major_incident": True})
    assert (failing["verdict"], failing["hard"]["verdict"]) == ("fail", "pass")


def test_hard_asks_for_what_is_countable() -> None:
    answer = judged(without("staff", "major_incident"))
    assert answer["hard"]["decisive"] == [["staff@2025"]]
    assert answer["decisive"] == [["staff@2025", "major_incident"]]
    assert set(answer["shortcuts"]) == {"staff@2025", "major_incident"}


def test_hard_of_sme_knows_no_direct_confirmation() -> None:
    held = {"kind": "高新技术企业", "issued_on": "2024-01-01", "valid_to": "2026-12-31"}
    facts = SME_58 | {"titles": [held]}
    answer = judged(facts, SME)
    assert (answer["verdict"], answer["hard"]["verdict"]) == ("pass", "fail")


# ---------------------------------------------------------------------------------- gaps


@pytest.mark.parametrize(
    ("id_", "changes", "gap"),
    [
        ("HNTE-C1", {"established_on": "2025-07-02"}, "2"),
        ("HNTE-C1", {"established_on": "2025-06-30"}, "0"),
        ("HNTE-C1", {"established_on": None}, {"lo": "0", "hi": None}),
        ("HNTE-C4", {"tech_staff": of_years("8.5")}, "1.5"),
        ("HNTE-C4", {"tech_staff": of_years({"lo": 8, "hi": 9})}, {"lo": "1", "hi": "2"}),
        ("HNTE-C4", {"tech_staff": of_years({"lo": 8, "hi": 12})}, {"lo": "0", "hi": "2"}),
        ("HNTE-C4", {"tech_staff": of_years(None)}, {"lo": "0", "hi": "10"}),
        ("HNTE-C5a", {"rd_expense": of_years("499999.99")}, "0.01"),
        ("HNTE-C5b", {"rd_domestic": of_years("299999.99")}, "0.01"),
        ("HNTE-C6", {"ht_income": of_years("5999999.99")}, "0.01"),
        ("HNTE-C6", {"ht_income": of_years(None)}, {"lo": "0", "hi": "6000000"}),
        ("HNTE-C2", {}, None),
        ("HNTE-C3", {"field_code": None}, None),
        ("HNTE-C8", {"major_incident": True}, None),
        ("MAIN-1", {"main_product_income": of_years(3_000_000)}, "0.01"),
    ],
)  # fmt: skip
def test_gaps(id_: str, changes: Json, gap: Any) -> None:
    assert node(judged(PASSING | changes), id_)["gap"] == gap


def test_gap_of_a_ratio_that_does_not_end() -> None:
    """10 % of 33.3333 people: exact, finer than heads are recorded."""
    facts = PASSING | {"established_on": "2010-01-01", "staff": of_years("33.3333")}
    facts |= {"tech_staff": of_years(1)}
    assert node(judged(facts), "HNTE-C4")["gap"] == "2.33333"


def test_gap_of_the_score_counts_points_to_71() -> None:
    answer = judged(PASSING | {"conversions": of_years(3), "org_system": 0})
    assert answer["score"] == {"lo": "57", "hi": "62"}
    assert node(answer, "HNTE-C7")["gap"] == node(answer, "HNTE-SCORE")["gap"] == "9"
    assert node(answer, "HNTE-S2")["gap"] is None


def test_gap_of_c5a_is_over_the_window() -> None:
    facts = PASSING | {"established_on": "2010-01-01", "sales": of_years(*[10_000_000] * 3)}
    facts |= {"rd_expense": of_years(100_000, 200_000, 300_000)}
    assert node(judged(facts), "HNTE-C5a")["gap"] == "900000"


def test_exactly_five_percent_passes_and_a_fen_less_fails() -> None:
    for rd, truth in (("500000", "pass"), ("499999.99", "fail"), ("499600", "fail")):
        found = node(judged(PASSING | {"rd_expense": of_years(rd)}), "HNTE-C5a")
        assert found["truth"] == truth
        assert found["lo"] == found["hi"] == number_text(Fraction(rd) / 10_000_000)


# --------------------------------------------------------------------------------- flags


def test_only_experts_decide() -> None:
    answer = judged(without(*(code for code in JUDGED if code != "ip_core_support")))
    assert answer["verdict"] == "unknown"
    assert "EXPERT_DECIDES" in answer["flags"]
    assert "EXPERT_DECIDES" not in judged(without(*JUDGED, "major_incident"))["flags"]
    assert "EXPERT_DECIDES" not in judged(PASSING | {"major_incident": True})["flags"]


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"staff": of_years(-1)}, "OUT_OF_DOMAIN"),
        ({"sales": of_years("1.001")}, "OUT_OF_DOMAIN"),
        ({"sales": of_years(10**15)}, "OUT_OF_DOMAIN"),
        ({"tech_staff": of_years(101)}, "CONTRADICTION"),
        ({"rd_domestic": of_years(500_001)}, "CONTRADICTION"),
        ({"sales": of_years(1, 10_000_000)}, "BEFORE_FOUNDING"),
        ({"net_assets": of_years(-5)}, "NEGATIVE_NET_ASSETS"),
        ({"established_on": "2010-01-01", "conversions": of_years(0, 1, 1)}, "BAND_GAP"),
        ({"staff": of_years("100.333333333333")}, "ROUNDED"),
    ],
)  # fmt: skip
def test_flags(changes: Json, flag: str) -> None:
    assert flag in judged(PASSING | changes)["flags"]
    assert flag not in judged(PASSING)["flags"]


def test_a_value_outside_its_domain_is_unknown_and_named() -> None:
    answer = judged(PASSING | {"staff": of_years(-1)})
    assert node(answer, "HNTE-C4")["truth"] == "unknown"
    assert ["staff@2025"] in answer["decisive"]
    assert any("staff@2025" in text and "-1" in text for text in answer["problems"])


# ------------------------------------------------------------------------------ readings


def growth(*sales: float) -> Json:
    return {"established_on": "2010-01-01", "sales": of_years(*sales)}


def test_annex_4_reads_exactly_five_percent_lower() -> None:
    facts = growth(1000, 1000, 1100)
    default, annex = judged(facts), judged(facts, options=("附件4",))
    assert ends(node(default, "HNTE-S4.sales")) == ("3", "4")
    assert ends(node(annex, "HNTE-S4.sales")) == ("1", "2")
    assert "GROWTH_EXACT_5" in default["flags"]
    assert "GROWTH_EXACT_5" in annex["flags"]
    assert (default["readings"]["GR-8"], annex["readings"]["GR-8"]) == ("正文", "附件4")


def test_annex_4_changes_nothing_beside_five_percent() -> None:
    facts = growth(1000, 1000, "1100.01")
    assert judged(facts)["nodes"] == judged(facts, options=("附件4",))["nodes"]


# ------------------------------------------------------- worked examples of rules.md §9.2


def test_p31_growth_of_net_assets() -> None:
    answer = judged({"established_on": "2010-01-01", "net_assets": of_years(500, 600, 900)})
    assert ends(node(answer, "HNTE-S4.assets")) == ("9", "10")
    assert ends(node(answer, "HNTE-G.assets")) == ("0.35", "0.35")


@pytest.mark.parametrize(
    ("sales", "rate", "points"),
    [
        ((2000, 2600, 2600), "0.15", ("5", "6")),
        ((800, 1200, 900), "0.125", ("3", "4")),
        ((400, 500, 0), "-0.375", ("0", "0")),
    ],
    ids=["P32", "P33", "P34"],
)
def test_growth_of_sales(sales: tuple[int, ...], rate: str, points: tuple[str, str]) -> None:
    answer = judged(growth(*sales))
    assert ends(node(answer, "HNTE-G.sales")) == (rate, rate)
    assert ends(node(answer, "HNTE-S4.sales")) == points


def test_p35_two_years() -> None:
    answer = judged({"established_on": "2024-03-01", "sales": of_years(600, 780)})
    assert ends(node(answer, "HNTE-G.sales")) == ("0.3", "0.3")
    assert ends(node(answer, "HNTE-S4.sales")) == ("7", "8")


@pytest.mark.parametrize(
    ("rd", "sales", "ratio"),
    [
        ((90, 140, 200), (1500, 2600, 4500), "0.05"),
        ((300, 380, 420), (6000, 9000, 12000), "11/270"),
    ],
    ids=["P36", "P37"],
)
def test_research_ratio(rd: tuple[int, ...], sales: tuple[int, ...], ratio: str) -> None:
    spent = {"rd_expense": of_years(*(r * 10_000 for r in rd))}
    facts = growth(*(s * 10_000 for s in sales)) | spent
    found = node(judged(facts), "HNTE-C5a")
    assert (found["truth"], *ends(found), found["gap"]) == ("pass", ratio, ratio, "0")


def test_p38_other_expenses_are_capped() -> None:
    parts = {"rd_labor": 2_800_000, "rd_outsourced_domestic": 1_000_000, "rd_other": 1_200_000}
    zeros = ("direct", "depreciation", "amortization", "design", "commissioning")
    facts = {code: of_years(value) for code, value in parts.items()}
    facts |= {f"rd_{code}": of_years(0) for code in (*zeros, "outsourced_foreign")}
    facts |= {"established_on": "2025-01-01", "sales": of_years(45_000_000)}
    assert ends(node(judged(facts), "HNTE-C5a")) == ("0.1", "0.1")  # 450 of 4,500


P39 = [
    (20, 22), (22, 22), (22, 24), (24, 24), (24, 26), (26, 26), (26, 30), (30, 30), (30, 30),
    (30, 28), (28, 28), (28, 32),
]  # fmt: skip


def test_p39_monthly_averages() -> None:
    tech = [[2, 2]] * 6 + [[2, 4]] + [[4, 4]] * 5
    months = {"staff": of_years({"months": P39}), "tech_staff": of_years({"months": tech})}
    answer = judged(json.loads(json.dumps(months)))
    assert node(answer, "HNTE-C4")["truth"] == "pass"
    assert node(answer, "HNTE-C4")["lo"] == number_text(Fraction("2.9167") / Fraction("26.3333"))
    assert "ROUNDED" in answer["flags"]


def test_p40_used_items_do_not_count_again() -> None:
    facts = {"ip_class1": 0, "拥有二类知识产权数": 6, "获认定时已用二类知识产权数": 2}
    assert ends(node(judged(facts), "HNTE-S1.3")) == ("3", "4")


def test_p41_conversions() -> None:
    facts = {"established_on": "2010-01-01", "conversions": of_years(2, 4, 6)}
    assert ends(node(judged(facts), "HNTE-S2")) == ("19", "24")


def test_p42_item_one() -> None:
    facts = {
        "ip_advancement": {"lo": 7, "hi": 8}, "ip_core_support": {"lo": 5, "hi": 6},
        "ip_class1": 1, "ip_acquisition": 5, "standards_drafted": False,
    }  # fmt: skip
    assert ends(node(judged(facts), "HNTE-S1")) == ("24", "27")


def test_p43_seventy_points_fail() -> None:
    """70 at the most is not above 70, not even from the high ends of the bands."""
    facts = PASSING | {"conversions": of_years(4), "standards_drafted": False, "ip_class1": 0}
    facts |= {"ip_class2": 3, "org_system": 4, "ip_acquisition": 6}
    answer = judged(facts)
    assert answer["score"] == {"lo": "62", "hi": "68"}
    assert (node(answer, "HNTE-C7")["truth"], node(answer, "HNTE-C7")["gap"]) == ("fail", "3")
    at_70 = judged(facts | {"org_system": 6, "org_talent": 4})
    assert at_70["score"]["hi"] == "70"
    assert (node(at_70, "HNTE-C7")["truth"], node(at_70, "HNTE-C7")["gap"]) == ("fail", "1")


SME_58: Json = {
    "resident": True, "taxed_on_accounts": of_years(True), "prohibited_industry": False,
    "major_incident": False, "abnormal_listed": False, "dishonest_listed": False,
    "staff": of_years(40), "tech_staff": of_years(11), "sales": of_years(20_000_000),
    "rd_super": of_years(880_000), "cost_expense": of_years(18_000_000),
    "total_assets": of_years(10_000_000), "ip_class1": 0, "ip_class2": 2, "titles": [],
    "science_award": False, "rd_institution": False, "standard_led": False,
}  # fmt: skip


@pytest.mark.parametrize(("items", "score", "verdict"), [(2, "58", "fail"), (3, "64", "pass")])
def test_p44(items: int, score: str, verdict: str) -> None:
    answer = judged(SME_58 | {"ip_class2": items}, SME)
    assert (answer["score"], answer["verdict"]) == ({"lo": score, "hi": score}, verdict)
    assert node(answer, "SME-C5.score")["gap"] == ("2" if items == 2 else "0")


def test_p45_the_better_of_two() -> None:
    facts = {"rd_super": of_years(42), "sales": of_years(1200), "cost_expense": of_years(200)}
    assert ends(node(judged(facts, SME), "SME-S.rd")) == ("30", "30")


def test_p46_too_large_even_with_a_certificate() -> None:
    held = {"kind": "高新技术企业", "issued_on": "2024-01-01", "valid_to": "2026-12-31"}
    size = {"staff": of_years(480), "sales": of_years(19 * 10**7)}
    size |= {"total_assets": of_years(21 * 10**7)}
    answer = judged(SME_58 | {"titles": [held]} | size, SME)
    assert answer["verdict"] == "fail"
    assert node(answer, "SME-C2")["truth"] == "fail"


def test_p47_quarterly_average() -> None:
    quarters = [[18, 20], [20, 22], [22, 22], [22, 26]]
    facts = {"staff": of_years({"quarters": quarters}), "tech_staff": of_years("6.45")}
    assert ends(node(judged(facts, SME), "SME-S.staff")) == ("20", "20")  # 30 % of 21.5
