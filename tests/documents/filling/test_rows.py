"""Rows inserted where a form has fewer than there are firms: everything else follows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from denggao.documents.filling.plan import Inserted
from denggao.documents.filling.references import Rows, moved, shifted, shifted_areas
from tests.documents.filling.forms import FIRMS, Drawn, draw, fill, notes, values, write_ledger
from tests.strategies import examples

FIVE = Rows("表1", [Inserted("表1", after=6, added=5, like=6, first=4)])
ONE = Rows("表1", [Inserted("表1", after=4, added=5, like=4, first=4)])

# ------------------------------------------------------------------ references


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(C4:C6)", "SUM(C4:C11)"),
        ("SUM(C$4:C$6)/C7", "SUM(C$4:C$11)/C12"),
        ("C6+C7", "C6+C12"),
        ("SUM(A1:A3)", "SUM(A1:A3)"),
        ("SUM(C5:C9)", "SUM(C5:C14)"),
        ("表1!C7&'表 2'!C7&表2!C7", "表1!C12&'表 2'!C7&表2!C7"),
        ('"C7:C8"&C7', '"C7:C8"&C12'),
        ("LOG10(C7)+A1B7", "LOG10(C12)+A1B7"),
        ("SUM(7:9)", "SUM(12:14)"),
        ("_xlfn.X(C7)", "_xlfn.X(C12)"),
        ("名称7+C7", "名称7+C12"),
        ("[1]表1!C7+C7+'[1]表1'!C7:C9", "[1]表1!C7+C12+'[1]表1'!C7:C9"),
        ("SUM([2]表1!C4:C6)+表1!C7:C9", "SUM([2]表1!C4:C6)+表1!C12:C14"),
    ],
)
def test_references_follow(before: str, after: str) -> None:
    assert shifted(before, FIVE, at_home=True) == after


def test_other_sheets_follow_only_where_they_name_the_sheet() -> None:
    assert shifted("C7+表1!C7+表1!$C$4:$C$6", FIVE, at_home=False) == "C7+表1!C12+表1!$C$4:$C$11"


def test_a_body_of_one_row() -> None:
    assert shifted("SUM(C4:C4)", ONE, at_home=True) == "SUM(C4:C9)"
    assert shifted("SUM(C4:F4)", ONE, at_home=True, in_body=True) == "SUM(C4:F4)"


def test_copies_take_references_to_other_workbooks_along() -> None:
    assert moved("[1]表1!C7+[1]表1!C$7", 3) == "[1]表1!C10+[1]表1!C$7"


def test_areas_grow_with_the_row_they_are_copied_from() -> None:
    assert shifted_areas("C4:C6 A1 B8", FIVE) == "C4:C11 A1 B13"
    assert shifted_areas("C6", FIVE) == "C6 C7:C11"


CELLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "$"]), st.sampled_from(["A", "Z", "AB"]), st.sampled_from(["", "$"]),
    st.integers(1, 500),
)  # fmt: skip
FORMULAS = st.lists(
    st.one_of(CELLS, st.builds("SUM({}:{})".format, CELLS, CELLS), st.just('"A1"'), st.just("3")),
    min_size=1, max_size=5,
).map("+".join)  # fmt: skip


@examples(60)
@given(FORMULAS, st.integers(1, 40))
def test_copied_formulas_are_those_of_another_program(formula: str, down: int) -> None:
    other = Translator(f"={formula}", origin="C5").translate_formula(f"C{5 + down}")
    assert moved(formula, down) == other.removeprefix("=")


# ------------------------------------------------------------------ whole forms


def firms(count: int) -> list[dict[str, Any]]:
    """Invented firms without a credit code, 1, 2, 3 … heads each."""
    return [
        {"企业名称": f"试验{n}号有限公司", "2025年职工总数": n, "2025年科技人员数": 1}
        for n in range(1, count + 1)
    ]


def furnish(book: Any, sheet: Any) -> None:
    """What stands around a real form."""
    box = book.add_format({"border": 1})
    sheet.write_formula("F3", "=C3-D3", box, 0)
    sheet.write_formula("F4", "=C4-D4", box, 0)
    sheet.write_formula("C5", "=SUM(C3:C4)", box, 0)
    sheet.write_formula("D5", "=SUM(D3:D4)/COUNTA($B$3:$B$4)", box, 0)
    sheet.merge_range("G3:H3", None, box)
    sheet.merge_range("G4:H4", None, box)
    sheet.set_row(3, 31)
    sheet.data_validation("E3:E4", {"validate": "list", "source": ["是", "否"]})
    sheet.conditional_format("C3:C4", {"type": "cell", "criteria": ">", "value": 5,
                                       "format": book.add_format({"bold": True})})  # fmt: skip
    sheet.print_area("A1:H7")
    sheet.repeat_rows(0, 1)
    sheet.write_comment("A6", "原来的批注")
    other = book.add_worksheet("汇总")
    other.write_formula("A1", "=表1!C5", None, 0)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表1!$C$3:$C$4"})
    sheet.insert_chart("A10", chart)


FORM = Drawn(
    ["序号", "企业名称", "2025年职工总数", "2025年科技人员数", "是否规上", "差", "说明", " "],
    blank=2, total=True, more=furnish,
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    ledger = write_ledger(folder / "台账.xlsx", firms(12))
    return fill(draw(folder / "表.xlsx", FORM), ledger)


def test_the_rows_come_in_order_and_the_note_moves_down(filled: Path) -> None:
    grid = values(filled)
    assert [row[:4] for row in grid[2:14]] == [
        [n, f"试验{n}号有限公司", n, 1] for n in range(1, 13)
    ]
    assert [row[0] for row in grid[14:17]] == ["合计", "注：请如实填写", "填表人：        审核人："]


def test_formulas_follow(filled: Path) -> None:
    grid = values(filled)
    assert grid[14][2:4] == ["=SUM(C3:C14)", "=SUM(D3:D14)/COUNTA($B$3:$B$14)"]
    assert [grid[row - 1][5] for row in (3, 4, 5, 14)] == [f"=C{n}-D{n}" for n in (3, 4, 5, 14)]
    assert values(filled, "汇总")[0][0] == "=表1!C15"


def test_looks_follow(filled: Path) -> None:
    sheet = openpyxl.load_workbook(filled)["表1"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {f"G{n}:H{n}" for n in range(3, 15)} <= merged
    assert sheet["B14"].border.left.style == "thin"
    heights = {sheet.row_dimensions[n].height for n in range(4, 15)}
    assert len(heights) == 1
    assert heights != {None}
    (rule,) = sheet.data_validations.dataValidation
    assert str(rule.sqref) == "E3:E14"
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["C3:C14"]
    assert sheet.print_area == "'表1'!$A$1:$H$17"
    assert sheet.print_title_rows == "$1:$2"
    assert notes(filled)["A16"] == "原来的批注"


def test_charts_follow(filled: Path) -> None:
    import zipfile

    with zipfile.ZipFile(filled) as package:
        (chart,) = [n for n in package.namelist() if n.startswith("xl/charts/chart")]
        assert "$C$3:$C$14" in package.read(chart).decode()
        (drawing,) = [n for n in package.namelist() if n.startswith("xl/drawings/drawing")]
        rows = re.findall(r"<xdr:row>(\d+)</xdr:row>", package.read(drawing).decode())
    assert int(rows[0]) == 9 + 10


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_another_program_reckons_the_same(filled: Path, tmp_path: Path) -> None:
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    kind = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(filled)], check=True, capture_output=True, timeout=120)
    (made,) = tmp_path.glob("*.csv")
    lines = made.read_text(encoding="utf-8").splitlines()
    assert lines[14].split(",")[:4] == ["合计", "", "78", "1"]
    assert [line.split(",")[5] for line in lines[2:14]] == [str(n - 1) for n in range(1, 13)]


def test_sums_elsewhere_find_a_sheet_with_an_apostrophe(tmp_path: Path) -> None:
    def elsewhere(book: Any, sheet: Any) -> None:
        other = book.add_worksheet("汇总")
        other.write_formula("A1", "=SUM('甲''乙<丙'!C3:C4)", None, 0)
        book.define_name("全部", "='甲''乙<丙'!$C$3:$C$4")

    ledger = write_ledger(tmp_path / "台账.xlsx", firms(5))
    heads = ["序号", "企业名称", "2025年职工总数"]
    form = Drawn(heads, blank=2, sheet="甲'乙<丙", more=elsewhere)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled, "汇总")[0][0] == "=SUM('甲''乙<丙'!C3:C7)"
    named = openpyxl.load_workbook(filled).defined_names["全部"]
    assert named.attr_text == "'甲''乙<丙'!$C$3:$C$7"


def test_heads_alone_are_enough(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx", firms(3))
    form = Drawn(["序号", "企业名称", "2025年职工总数"], blank=0, below=())
    assert values(fill(draw(tmp_path / "表.xlsx", form), ledger))[2:] == [
        [n, f"试验{n}号有限公司", n] for n in (1, 2, 3)
    ]


def test_two_tables_on_a_sheet(tmp_path: Path) -> None:
    def second(book: Any, sheet: Any) -> None:
        sheet.write_row("A8", ["序号", "企业名称", "2025年科技人员数"])
        sheet.write("A10", "注：完")

    ledger = write_ledger(tmp_path / "台账.xlsx", firms(4))
    form = Drawn(["序号", "企业名称", "2025年职工总数"], blank=1, more=second)
    grid = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert [row[2] for row in grid[2:6]] == [1, 2, 3, 4]
    assert grid[10][:3] == ["序号", "企业名称", "2025年科技人员数"]
    assert [row[2] for row in grid[11:15]] == [1, 1, 1, 1]
    assert grid[15][0] == "注：完"


def test_what_would_come_apart_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def array(book: Any, sheet: Any) -> None:
        sheet.write_array_formula("E3:E8", "{=C3:C8*2}")

    ledger = write_ledger(tmp_path / "台账.xlsx", list(FIRMS) * 1)
    form = Drawn(["序号", "企业名称", "2025年职工总数", "备注", "二倍"], blank=2, more=array)
    target = fill(draw(tmp_path / "表.xlsx", form), ledger, code=2)
    assert "插入会弄乱它" in capsys.readouterr().err
    assert not target.exists()


def test_examples_stay_above_and_lend_their_looks(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx", firms(2))
    body = [(1, "某某科技有限公司", 99)]
    form = Drawn(["序号", "企业名称", "2025年职工总数"], body=body, blank=0)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled)[2:6] == [
        [1, "某某科技有限公司", 99], [1, "试验1号有限公司", 1], [2, "试验2号有限公司", 2],
        ["注：请如实填写", None, None],
    ]  # fmt: skip
    assert openpyxl.load_workbook(filled)["表1"]["C5"].border.left.style == "thin"
