"""The instruments that come along: which version when, which by default, and what they say."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from denggao.cli.app import main
from denggao.diagnosis.judgement import judge_firm
from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.interval import Interval
from denggao.rules import library
from denggao.rules.engines.reference import judge
from tests.strategies import TODAY

CHANGE = date(2026, 4, 1)
GRADED = ("创新型中小企业评价", "专精特新中小企业认定", "专精特新小巨人企业认定")


@pytest.mark.parametrize("law", GRADED)
def test_before_and_after_april_2026(law: str) -> None:
    before = library.in_force(law, CHANGE - timedelta(days=1))
    after = library.in_force(law, CHANGE)
    assert before.version == "工信部企业〔2022〕63号@2022-08-01"
    assert after.version == "工信部企业〔2026〕2号@2026-04-01"


def test_one_version_of_a_law_at_a_time() -> None:
    """No two versions of one law overlap, and none leaves a gap before the next."""
    by_law: dict[str, list[library.Entry]] = {}
    for entry in library.entries():
        by_law.setdefault(entry.short, []).append(entry)
    for versions in by_law.values():
        versions.sort(key=lambda entry: entry.valid_from)
        for one, two in pairwise(versions):
            assert one.valid_to is not None
            assert one.valid_to + timedelta(days=1) == two.valid_from
        # money runs out, what a firm is does not
        assert versions[-1].valid_to is None or versions[-1].pays


def test_by_default_the_two_a_district_lives_on() -> None:
    assert [i.short for i in library.by_default(TODAY)] == [
        "科技型中小企业评价",
        "高新技术企业认定",
    ]
    assert len(library.all_in_force(TODAY)) > 8


def test_gansu_is_never_passed_because_a_part_is_unknown() -> None:
    """A firm that meets everything known; without GS-C5 it would be recognised."""
    law = library.in_force("甘肃省科技创新型企业认定", TODAY)
    year = {"2025": "10"}
    firm = {
        "region": "620102", "established_on": "2010-01-01", "resident": True, "ip_class1": "3",
        "taxed_on_accounts": {"2025": True}, "field_code": "1.1.10", "tech_staff": year,
        "staff": year,
    }  # fmt: skip
    outcome = judge(law, firm_from_json(firm), TODAY)
    assert (outcome.verdict, outcome.hard) == (None, True)
    assert "EXPERT_DECIDES" not in judge_firm(law, firm_from_json(firm), TODAY).outcome.flags
    unknown = {id_ for id_, r in outcome.results.items() if r.statement.is_truth and not r.truth}
    assert unknown == {"GS", "GS-C5"}


# --- amounts by another hand --------------------

FIVE = ("super_labor", "super_direct", "super_depreciation", "super_amortization", "super_design")
REST = ("super_other", "super_outsourced_domestic", "super_outsourced_foreign")
LATER = (
    "super_capitalized", "super_amortized", "super_special_income", "super_material_sold",
    "super_material_carried",
)  # fmt: skip


def extra_deduction(f: dict[str, Fraction]) -> tuple[Fraction, Fraction]:
    """(line 40, line 51 at 100 %) of A107012, line by line."""
    five = sum((f[code] for code in FIVE), Fraction(0))
    line34 = min(f["super_other"], five / 9)
    domestic = f["super_outsourced_domestic"] * Fraction(4, 5)
    own = five + line34 + domestic
    line38 = min(f["super_outsourced_foreign"] * Fraction(4, 5), own * Fraction(2, 3))
    line40 = own + line38
    line41 = max(Fraction(0), line40 - f["super_capitalized"])
    line47 = max(Fraction(0), line41 + f["super_amortized"] - f["super_special_income"])
    left = line47 - f["super_material_sold"] - f["super_material_carried"]
    return line40, max(Fraction(0), left)


def random_amounts(rnd: Random) -> dict[str, Fraction]:
    sizes = (0, 1, 10**4, 10**7, 10**9)
    return {
        code: Fraction(rnd.choice(sizes) * rnd.randrange(1, 1000), 100)
        for code in (*FIVE, *REST, *LATER)
    }


def test_extra_deduction_line_by_line() -> None:
    law, rnd = library.in_force("研发费用加计扣除", TODAY), Random(7)
    for _ in range(200):
        amounts = random_amounts(rnd)
        facts = {code: {"2025": str(value)} for code, value in amounts.items()}
        firm = firm_from_json({**facts, "ic_machine_listed": {"2025": False}})
        found = judge(law, firm, TODAY).results
        line40, line51 = extra_deduction(amounts)
        assert found["SD-E"].value == Interval(line40, line40)
        assert found["SD-EXTRA"].value == Interval(line51, line51)


def test_losses_oldest_first() -> None:
    """Year by year, as a bookkeeper strikes them out; the title of 2020 keeps 2015 to 2019."""
    law, rnd = library.in_force("亏损结转", TODAY), Random(11)
    title = {"kind": "科技型中小企业", "issued_on": "2020-06-01", "valid_to": "2020-12-31"}
    for _ in range(200):
        losses = {year: rnd.choice((0, 0, rnd.randrange(1, 500))) for year in range(2015, 2025)}
        income = rnd.choice((-50, 0, rnd.randrange(0, 3000)))
        left, rest = max(0, income), {}
        for year in sorted(losses):
            used = min(left, losses[year])
            left, rest[year] = left - used, losses[year] - used
        facts = {
            "titles": [title],
            "loss_left": {str(y): str(x) for y, x in losses.items()},
            "income_before_losses": {"2025": str(income)},
        }
        found = judge(law, firm_from_json(facts), TODAY).results
        assert found["LOSS-TAXABLE"].value == Interval(left, left)
        for back, year in enumerate(range(2024, 2014, -1), 1):
            assert found[f"LOSS-L.{back}"].value == Interval(rest[year], rest[year])


# --- every law from the command line --------------------

Capture = pytest.CaptureFixture[str]


def test_the_list_tells_versions_and_what_is_not_screened(capsys: Capture) -> None:
    assert run("law", "list") == 0
    told = capsys.readouterr().out
    assert "专精特新中小企业认定    中国    2022-08-01 至 2026-03-31" in told
    assert "专精特新中小企业认定    中国    2026-04-01 起" in told
    assert told.count("摸排须用 --law 指定") == len(library.entries()) - 2


#: Lists and actions judge nobody.
NO_VERDICT = {"高企管理清单", "行动", "培育路径"}
LAWS = sorted({entry.short for entry in library.entries() if not entry.pays} - NO_VERDICT)


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.mark.parametrize("law", LAWS)
def test_a_firm_of_which_nothing_is_known(law: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "甲.json"
    path.write_text(json.dumps({"facts": {}}), encoding="utf-8")
    assert run("judge", path, "--law", law, "--as-of", TODAY, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == "unknown"
    kinds = {node["kind"] for node in answer["nodes"]}
    assert kinds <= {"condition", "score", "parameter", "value", "verdict"}
    assert run("judge", path, "--law", law, "--as-of", TODAY) == 0
    assert f"《{law}》" in capsys.readouterr().out


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_ledger_under_each_law(law: str, suffix: str, tmp_path: Path, capsys: Capture) -> None:
    ledger, out = tmp_path / "台账.csv", tmp_path / f"结果{suffix}"
    ledger.write_text("企业名称,2025年销售收入（万元）,行业\n甲公司,3000,C39\n乙公司,,\n", "utf-8")
    assert run("screen", ledger, "--law", law, "--as-of", TODAY, "-o", out) == 0
    capsys.readouterr()
    assert out.stat().st_size
    if suffix == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as stream:
            assert [row["law"] for row in csv.DictReader(stream)] == [law, law]


def test_amounts_are_told_in_money(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "甲.json"
    titles = [{"kind": "高新技术企业", "issued_on": "2024-10-28", "valid_to": "2027-10-27"}]
    facts = {"titles": titles, "taxable_income": {"2025": "10000000"}}
    path.write_text(json.dumps({"facts": facts}), encoding="utf-8")
    assert run("judge", path, "--law", "高新技术企业所得税优惠", "--as-of", TODAY) == 0
    told = capsys.readouterr().out
    assert "TX-5 减免税额估算：100万元" in told
    assert "2025年末持有高新技术企业" in told
    assert run("judge", path, "--law", "研发费用加计扣除", "--as-of", TODAY) == 0
    assert "纳税年度（2025年） ≥ 2016年" in capsys.readouterr().out


# --- what would settle them --------------------


def settled(law: str, facts: dict[str, object]) -> tuple[tuple[str, ...], ...]:
    return judge_firm(library.in_force(law, TODAY), firm_from_json(facts), TODAY).hard.sets


def test_the_industry_may_be_the_question() -> None:
    sales = {"sales": {"2025": "20000000"}, "main_revenue": {"2025": "20000000"}}
    asked = {"construction_qualified": False, "real_estate_active": False}
    assert settled("规模以上企业", {**sales, **asked}) == (("industry",),)


def test_certificates_may_be_the_question() -> None:
    assert settled("高新技术企业所得税优惠", {}) == (("titles",),)
    assert settled("亏损结转", {}) == (("titles",),)


def test_nothing_settles_what_nobody_knows() -> None:
    law = library.in_force("甘肃省科技创新型企业认定", TODAY)
    assert judge_firm(law, Firm(), TODAY).decisive.sets == ()
