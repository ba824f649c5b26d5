"""The synthetic county: recognisable, repeatable, and read back cell by cell."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from stdnum.cn import uscc

from denggao.demo.columns import NUMBER, TOWN, ledger_columns
from denggao.demo.county import Blemish, SyntheticFirm, blemishes, county, make_county
from denggao.demo.firm import SPECIAL
from denggao.demo.names import COUNTY, LABEL, MARK, REGION, credit_code, is_synthetic
from denggao.demo.sheet import CERTIFICATES, FIRST_ROW, LEDGER
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.facts.problems import Problem, column_letter
from denggao.rules.engines import reference
from denggao.rules.library import in_force

AS_OF = date(2026, 6, 30)
COUNTABLE = ("HNTE-C1", "HNTE-C2.ip", "HNTE-C4", "HNTE-C5a", "HNTE-C5b", "HNTE-C6")


@pytest.fixture(scope="module")
def firms() -> list[SyntheticFirm]:
    return county()


@pytest.fixture(scope="module")
def spoiled(firms: list[SyntheticFirm]) -> tuple[Blemish, ...]:
    return blemishes(firms, 20260630, 2026)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("county"))


@pytest.fixture(scope="module")
def ledger(path: Path) -> Ledger:
    return read_ledgers([path], as_of=AS_OF)


# --- nobody can take it for real ------------------------------------------------------------


def test_every_sheet_says_that_it_is_synthetic(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [LEDGER, CERTIFICATES]
    assert LABEL in (book.properties.title or "")
    for sheet in book:
        assert LABEL in str(sheet["A1"].value)
        assert LABEL in str(sheet.oddHeader.center.text)  # on every printed page


def test_every_firm_is_recognisable(firms: list[SyntheticFirm]) -> None:
    for firm in firms:
        assert re.fullmatch(COUNTY + ".{2,}模拟.{2,}公司", firm.name)
        assert is_synthetic(firm.uscc)
        assert firm.uscc[2:8] == firm.values["region"] == REGION
        assert firm.uscc[8:12] == MARK
    numbers = [t.number for firm in firms for t in firm.titles or ()]
    assert all(n and re.match(r"GR20\d\d99|20\d\d990101|99KC", n) for n in numbers)


def test_a_real_code_is_not_taken_for_ours() -> None:
    assert not is_synthetic("91350100M000100Y43")  # the sample of GB 32100


def test_credit_codes_are_valid_and_unique() -> None:
    codes = [credit_code(serial) for serial in range(20_000)]
    assert all(map(uscc.is_valid, codes))
    assert len(set(codes)) == len(codes)


def test_the_organisation_code_inside_is_valid_too() -> None:
    """GB 11714, written out once more: the sample of GB 32100 as control."""
    for code in ["91350100M000100Y43", *map(credit_code, range(200))]:
        values = [int(character, 36) for character in code[8:16]]
        weighed = sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
        assert code[16] == "0123456789X0"[11 - weighed % 11]


def test_names_are_unique_in_a_large_county() -> None:
    many = county(6_000)
    assert len({firm.name for firm in many}) == len({firm.uscc for firm in many}) == 6_000


# --- the same seed, the same bytes ----------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, path: Path) -> None:
    assert make_county(tmp_path).read_bytes() == path.read_bytes()


def test_another_seed_gives_another_county(firms: list[SyntheticFirm]) -> None:
    assert {f.name for f in county(seed=1)} != {f.name for f in firms}


@pytest.mark.parametrize("count", [1, 7, 40])
def test_small_counties(count: int, tmp_path: Path) -> None:
    read = read_ledgers([make_county(tmp_path, firms=count)], as_of=AS_OF)
    assert len(read) == count


def test_another_year_moves_the_window(tmp_path: Path) -> None:
    read = read_ledgers([make_county(tmp_path, firms=30, year=2031)], as_of=date(2031, 6, 30))
    assert {k for k in read.columns if k.startswith("sales@")} == {
        "sales@2028", "sales@2029", "sales@2030",
    }  # fmt: skip


# --- it looks like a county -----------------------------------------------------------------


def stated(firm: SyntheticFirm) -> Firm:
    """The clean firm as the engines take it."""
    values: dict[str, Any] = {**firm.values}
    for key, value in firm.values.items():
        if type(value) is int:
            number = Fraction(value, catalogue()[key.partition("@")[0]].scale)
            values[key] = Interval(number, number)
    if firm.titles is not None:
        values["titles"] = firm.titles
    return Firm(values)


@pytest.fixture(scope="module")
def failed(firms: list[SyntheticFirm]) -> list[set[str]]:
    """The countable conditions of 高新技术企业 that each firm, in truth, does not meet."""
    law = in_force("高新技术企业认定", AS_OF)
    answers = [reference.judge(law, stated(firm), AS_OF).results for firm in firms]
    return [{id_ for id_ in COUNTABLE if results[id_].truth is False} for results in answers]


def test_the_ladder_of_high_tech_firms(failed: list[set[str]]) -> None:
    missed = Counter(map(len, failed))
    assert 0.08 <= missed[0] / 300 <= 0.12
    assert 0.17 <= missed[1] / 300 <= 0.27


def test_a_firm_is_drawn_as_it_turns_out(
    firms: list[SyntheticFirm], failed: list[set[str]]
) -> None:
    ids = {"people": "HNTE-C4", "rd": "HNTE-C5a", "ip": "HNTE-C2.ip", "income": "HNTE-C6"}
    for firm, missed in zip(firms, failed, strict=True):
        if not firm.special and len(firm.weak) < 2:
            assert missed == {ids[aspect] for aspect in firm.weak}


def test_a_third_reaches_sixty_points(firms: list[SyntheticFirm]) -> None:
    law = in_force("科技型中小企业评价", AS_OF)
    points = [reference.judge(law, stated(f), AS_OF).results["SME-SCORE"].value for f in firms]
    reached = sum(1 for p in points if p is not None and p.lo is not None and p.lo >= 60)
    assert 0.30 <= reached / len(firms) <= 0.42


@pytest.mark.parametrize(
    ("special", "missed"),
    [
        ("研发费用恰好5%", set()),
        ("研发费用差1分", {"HNTE-C5a"}),
        ("科技人员恰好10%", set()),
        ("多1名职工不到10%", {"HNTE-C4"}),
        ("高新收入恰好60%", set()),
        ("境内研发恰好60%", set()),
        ("销售收入恰好5000万元", {"HNTE-C5a"}),
        ("销售收入超5000万元1分", set()),
        ("上年3月成立", set()),
        ("上年9月成立", {"HNTE-C1"}),
    ],
)
def test_corner_cases(
    special: str, missed: set[str], firms: list[SyntheticFirm], failed: list[set[str]]
) -> None:
    (position,) = [n for n, firm in enumerate(firms) if firm.special == special]
    assert special in SPECIAL
    assert failed[position] == missed


def test_certificates_of_every_fate(firms: list[SyntheticFirm]) -> None:
    ends = [t.valid_to for f in firms for t in f.titles or () if t.kind == "高新技术企业"]
    assert all(ends)
    years = Counter("due" if e.year == 2026 else e > AS_OF for e in ends if e)
    assert min(years["due"], years[True], years[False]) >= 3
    kinds = Counter(t.kind for f in firms for t in f.titles or ())
    assert set(kinds) == {"高新技术企业", "科技型中小企业", "省级科技创新型企业"}
    renewed = [f for f in firms if [t.kind for t in f.titles or ()].count("高新技术企业") > 1]
    assert renewed
    assert {f.titles for f in firms} >= {None, ()}


def test_a_few_owe_more_than_they_own(firms: list[SyntheticFirm]) -> None:
    assert 1 <= sum(1 for firm in firms if firm.steps("net_assets@2025") < 0) <= 15


def test_parts_never_exceed_the_whole_in_truth(firms: list[SyntheticFirm]) -> None:
    pairs = [("tech_staff@2025", "staff@2025"), ("ht_income@2025", "total_income@2025"),
             ("main_product_income@2025", "ht_income@2025")]  # fmt: skip
    for firm in firms:
        years = [key[-4:] for key in firm.values if key.startswith("sales@")]
        all_pairs = pairs + [(f"rd_domestic@{y}", f"rd_expense@{y}") for y in years]
        assert all(firm.steps(part) <= firm.steps(whole) for part, whole in all_pairs)


# --- what is spoiled --------------------------------------------------------------------------


def test_blemishes_in_known_small_amounts(
    firms: list[SyntheticFirm], spoiled: tuple[Blemish, ...]
) -> None:
    cells = sum(len(firm.values) - 3 for firm in firms)  # name, code and district always stand
    kinds = Counter(blemish.kind for blemish in spoiled)
    assert 0.10 <= kinds.pop("缺报") / cells <= 0.14
    assert sum(kinds.values()) == 31
    codes = [b for b in spoiled if b.key == "uscc"]
    assert len(codes) == 4
    assert sum(b.again for b in spoiled) == 2
    assert sum(b.reads == "written" for b in spoiled) == 2


def test_no_cell_is_spoiled_twice_and_no_corner_case_at_all(
    firms: list[SyntheticFirm], spoiled: tuple[Blemish, ...]
) -> None:
    assert len({(b.firm, b.key) for b in spoiled}) == len(spoiled)
    assert not [b for b in spoiled if firms[b.firm].special]


# --- the workbook and what the reader makes of it -------------------------------------------


def test_it_looks_like_a_ledger_of_an_office(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)[LEDGER]
    words = [str(sheet.cell(row, 1).value) for row in range(1, sheet.max_row + 1)]
    assert "单位：万元" in words[1]
    assert words[2] == NUMBER
    assert words[-2] == "合计"
    assert words[-1].startswith("填表人")
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert "H3:J3" in merged  # 销售收入 over its three years
    assert "B3:B4" in merged
    assert not [c for row in sheet.iter_rows(max_row=sheet.max_row - 2) for c in row
                if c.data_type == "f"]  # fmt: skip


def test_the_shown_total_is_what_the_formula_gives(path: Path) -> None:
    shown = openpyxl.load_workbook(path, data_only=True)[LEDGER]
    last = shown.max_row - 1
    for column in (10, 24):
        cells = [shown.cell(row, column).value for row in range(FIRST_ROW, last)]
        numbers = [value for value in cells if isinstance(value, (int, float))]
        assert shown.cell(last, column).value == pytest.approx(sum(numbers), rel=1e-12)


def read_value(ledger: Ledger, key: str, firm: int) -> object:
    column = ledger.columns.get(key)
    return column[firm] if column else None


def bounds(ledger: Ledger, key: str, firm: int) -> tuple[object, object]:
    return tuple(read_value(ledger, f"{key}.{end}", firm) for end in ("lo", "hi"))  # type: ignore[return-value]


def test_every_firm_is_read_once_in_order(firms: list[SyntheticFirm], ledger: Ledger) -> None:
    assert len(ledger) == len(firms)
    assert [place[2] for place in ledger.places] == [FIRST_ROW + n for n in range(len(firms))]
    assert ledger.columns["name"] == [firm.name for firm in firms]
    assert [head for *_, head in ledger.unread] == [TOWN]


def test_every_clean_value_is_read_as_it_was_made(
    firms: list[SyntheticFirm], spoiled: tuple[Blemish, ...], ledger: Ledger
) -> None:
    dirty = {(b.firm, b.key) for b in spoiled if b.reads != "mended"}
    keys = [c.key for c in ledger_columns(2026) if c.key not in (NUMBER, TOWN)]
    for position, firm in enumerate(firms):
        for key in keys:
            if (position, key) not in dirty:
                assert read_value(ledger, key, position) == firm.values.get(key), (position, key)


def test_every_certificate_is_read_as_it_was_made(
    firms: list[SyntheticFirm], ledger: Ledger
) -> None:
    assert ledger.columns["titles"] == [firm.titles for firm in firms]


def place_of(blemish: Blemish, spoiled: tuple[Blemish, ...], count: int) -> tuple[int, str]:
    """The cell of a blemish: row from 1 and letter."""
    heads = [column.key for column in ledger_columns(2026)]
    letter = column_letter(heads.index(blemish.key)) if blemish.key else ""
    again = [b for b in spoiled if b.again]
    row = count + again.index(blemish) if blemish.again else blemish.firm
    return FIRST_ROW + row, letter


def test_every_blemish_is_mended_or_named(
    firms: list[SyntheticFirm], spoiled: tuple[Blemish, ...], ledger: Ledger
) -> None:
    named = {(p.row, p.column) for p in ledger.problems if p.sheet == LEDGER and not p.is_notice}
    for blemish in spoiled:
        where = place_of(blemish, spoiled, len(firms))
        assert (where in named) == (blemish.reads in ("named", "written")), blemish
        value = read_value(ledger, blemish.key, blemish.firm)
        if blemish.reads == "written":
            assert value == blemish.value
        elif blemish.reads == "bounded":
            low, high = bounds(ledger, blemish.key, blemish.firm)
            assert (value, low, high) == (None, blemish.value, None)
            assert blemish.value is not None
            assert blemish.value <= firms[blemish.firm].steps(blemish.key)
        elif blemish.reads in ("unknown", "named") and blemish.key != "uscc":
            assert value is None, blemish


def test_nothing_else_is_complained_of(
    firms: list[SyntheticFirm], spoiled: tuple[Blemish, ...], ledger: Ledger
) -> None:
    def known(problem: Problem) -> bool:
        second_row = problem.row >= FIRST_ROW + len(firms)
        return second_row if problem.kind == "duplicate" else (problem.row, problem.column) in ours

    ours = {place_of(b, spoiled, len(firms)) for b in spoiled if b.reads in ("named", "written")}
    assert [str(p) for p in ledger.problems if not known(p)] == []


def test_totals_and_notes_are_no_firms(ledger: Ledger) -> None:
    assert sum(ledger.skipped.values()) == 2
