"""``denggao edit``: which cell is meant, what is written, what is said."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from denggao.cli import main
from denggao.cli.edit import typed
from denggao.facts.errors import UserError
from tests.documents.patching.compare import changed_parts

SHEET1 = "xl/worksheets/sheet1.xml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def ledger(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, dt.date):
                    sheet.write_datetime(row, column, value, day)
                elif value is not None:
                    sheet.write(row, column, value)
    book.close()
    return path


HEADS = ["统一社会信用代码", "企业名称", "2023年研发费用（万元）", "2024年研发费用（万元）",
         "成立日期", "2024年职工总数", "2024年利润总额", "是否居民企业"]  # fmt: skip
ROWS = [
    ["91620100MA7ABCDE17", "兰州甲科技有限公司", 100, 320.5, dt.date(2015, 3, 6), 12, 5, "是"],
    ["91620100MA7ABCDF04", "兰州乙材料有限公司", 200, None, dt.date(2016, 3, 6), 30, 6, "是"],
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return ledger(tmp_path / "台账.xlsx", {"培育库": [["台账"], HEADS, *ROWS]})


def value(path: Path, reference: str, sheet: str = "培育库") -> Any:
    return openpyxl.load_workbook(path)[sheet][reference].value


def by_firm(path: Path, firm: str, fact: str, new: str, *more: object) -> list[object]:
    return ["edit", path, "--firm", firm, "--fact", fact, "--value", new, "--as-of", "2026-06-30",
            "-o", path.with_name("新.xlsx"), *more]  # fmt: skip


@pytest.mark.parametrize(
    ("firm", "fact", "new", "more", "cell", "read"),
    [
        ("兰州甲科技有限公司", "研发费用", "123.4万元", ["--year", 2024], "D3", 123.4),
        ("91620100ma7abcde17", "rd_expense", "1,234,000元", ["--year", 2024], "D3", 123.4),
        ("兰州甲科技 有限公司", "研发费用", "0.2亿", ["--year", 2023], "C3", 2000),
        ("兰州乙材料有限公司", "研发费用", "7万", ["--year", 2024], "D4", 7),
        ("兰州乙材料有限公司", "职工总数", "31", ["--year", 2024], "F4", 31),
        ("兰州乙材料有限公司", "成立日期", "2017年5月6日", [], "E4", dt.datetime(2017, 5, 6)),  # noqa: DTZ001
        ("兰州乙材料有限公司", "resident", "否", [], "H4", "否"),
        ("兰州甲科技有限公司", "研发费用", "0.00001万元", ["--year", 2024], "D3", 0.00001),
        ("兰州甲科技有限公司", "研发费用", "/", ["--year", 2024], "D3", None),
        ("兰州甲科技有限公司", "利润总额", "/", ["--year", 2024], "G3", None),
        ("兰州甲科技有限公司", "企业名称", " 甲 新材有限公司\u200b", [], "B3", "甲新材有限公司"),
    ],
)
def test_by_firm_and_fact(
    path: Path, run: Run, firm: str, fact: str, new: str, more: list[object], cell: str, read: Any
) -> None:
    old = value(path, cell)
    code, out, said = run(*by_firm(path, firm, fact, new, *more))
    assert (code, said) == (0, "")
    made = path.with_name("新.xlsx")
    assert value(made, cell) == read
    assert f"〈培育库〉{cell}（" in out
    assert ("（空） → " if old is None else " → ") in out
    assert changed_parts(path, made) == {SHEET1}


@pytest.mark.parametrize(
    ("firm", "fact", "new", "more", "said"),
    [
        ("兰州丙有限公司", "研发费用", "1万元", ["--year", 2024], "没有企业“兰州丙有限公司”"),
        ("兰州甲科技公司", "研发费用", "1万元", ["--year", 2024], "相近的有：兰州甲科技有限公司"),
        ("兰州甲科技有限公司", "研发", "1万元", ["--year", 2024], "不在事实目录"),
        ("兰州甲科技有限公司", "研发费用", "1万元", [], "请用 --year"),
        ("兰州甲科技有限公司", "研发费用", "1万元", ["--year", 2020], "有的年度是 2023、2024"),
        ("兰州甲科技有限公司", "成立日期", "2020-01-02", ["--year", 2024], "不分年度"),
        ("兰州甲科技有限公司", "研发费用", "123.4", ["--year", 2024], "如 123.4万元 或 123.4元"),
        ("兰州甲科技有限公司", "研发费用", "约5万元", ["--year", 2024], "不能用"),
        ("兰州甲科技有限公司", "研发费用", "5万~6万元", ["--year", 2024], "范围"),
        ("兰州甲科技有限公司", "研发费用", "很多", ["--year", 2024], "不能用"),
        ("兰州甲科技有限公司", "利润总额", "5万元", ["--year", 2024], "没有写单位"),
        ("兰州甲科技有限公司", "成立日期", "2020-13-02", [], "不能用"),
        ("兰州甲科技有限公司", "resident", "也许", [], "不能用"),
        ("兰州甲科技有限公司", "销售收入", "5万元", ["--year", 2024], "没有“销售收入”（2024 年）"),
        ("兰州甲科技有限公司", "titles", "无", [], "--set"),
        ("兰州甲科技有限公司", "企业名称", "=cmd|' /C calc'!A1", [], "当公式运行"),
        ("兰州甲科技有限公司", "企业名称", "甲\u202e司公", [], "控制字符"),
        ("兰州甲科技有限公司", "企业名称", "#REF!", [], "不能用"),
        ("兰州甲科技有限公司", "统一社会信用代码", "9162\u202e", [], "控制字符"),
    ],
)
def test_what_is_unclear_is_refused(
    path: Path, run: Run, firm: str, fact: str, new: str, more: list[object], said: str
) -> None:
    code, out, error = run(*by_firm(path, firm, fact, new, *more))
    assert (code, out) == (2, "")
    assert said in error
    assert not path.with_name("新.xlsx").exists()


def test_a_firm_in_two_places(tmp_path: Path, run: Run) -> None:
    path = ledger(tmp_path / "台账.xlsx", {"城关": [HEADS, *ROWS], "安宁": [HEADS, ROWS[0]]})
    code, _, said = run(*by_firm(path, "兰州甲科技有限公司", "研发费用", "1万元", "--year", 2024))
    assert code == 2
    assert "不止一格" in said
    assert "〈城关〉第 2 行 D 列" in said
    assert "〈安宁〉第 2 行 D 列" in said
    code, *_ = run(*by_firm(path, "兰州乙材料有限公司", "研发费用", "1万元", "--year", 2024))
    assert code == 0
    assert value(path.with_name("新.xlsx"), "D3", "城关") == 1


def test_two_firms_of_one_name(tmp_path: Path, run: Run) -> None:
    twin = [ROWS[1][0], ROWS[0][1], *ROWS[1][2:]]
    path = ledger(tmp_path / "台账.xlsx", {"培育库": [HEADS, ROWS[0], twin]})
    code, _, said = run(*by_firm(path, "兰州甲科技有限公司", "研发费用", "1万元", "--year", 2024))
    assert code == 2
    assert "信用代码" in said
    code, *_ = run(*by_firm(path, str(ROWS[1][0]), "研发费用", "1万元", "--year", 2024))
    assert code == 0
    assert value(path.with_name("新.xlsx"), "D3") == 1


def test_one_row_for_each_year(tmp_path: Path, run: Run) -> None:
    rows = [
        ["企业名称", "年度", "研发费用（元）"],
        ["甲有限公司", 2023, 10],
        ["甲有限公司", 2024, 20],
    ]
    path = ledger(tmp_path / "台账.xlsx", {"培育库": rows})
    code, out, _ = run(*by_firm(path, "甲有限公司", "研发费用", "1.5万元", "--year", 2024))
    assert code == 0
    assert "：20 → 15000" in out
    assert value(path.with_name("新.xlsx"), "C3") == 15000


def test_unit_above_the_heads(tmp_path: Path, run: Run) -> None:
    rows = [["单位：万元"], ["企业名称", "2024年研发费用"], ["甲有限公司", 20]]
    path = ledger(tmp_path / "台账.xlsx", {"培育库": rows})
    code, _, said = run(*by_firm(path, "甲有限公司", "研发费用", "15000元", "--year", 2024))
    assert (code, said) == (0, "")
    assert value(path.with_name("新.xlsx"), "B3") == 1.5


# --- single cells ----------------------------------------------------------------------------


def test_cells(path: Path, run: Run) -> None:
    code, out, said = run(
        "edit", path, "--set", "〈培育库〉!D3=1,123.40", "--set", "培育库!b4=丙", "--set",
        "'培育库'!E3=2020-02-29", "--set", "F3=", "--set", "A4=916201000000000000",
        "--set", "G3='=1+1", "--set", "G4==1+1",
    )  # fmt: skip
    assert (code, said) == (0, "")
    made = path.with_name("台账.已改.xlsx")
    assert out.splitlines() == [
        "〈培育库〉D3：320.5 → 1123.40",
        "〈培育库〉B4：兰州乙材料有限公司 → 丙",
        "〈培育库〉E3：2015-03-06 → 2020-02-29",
        "〈培育库〉F3：12 → （空）",
        "〈培育库〉A4：91620100MA7ABCDF04 → 916201000000000000",
        "〈培育库〉G3：5 → =1+1",
        "〈培育库〉G4：6 → =1+1",
        f"已写入 {made}",
    ]
    sheet = openpyxl.load_workbook(made)["培育库"]
    assert [sheet[x].value for x in ("D3", "B4", "F3", "A4", "G3", "G4")] == [
        1123.4, "丙", None, "916201000000000000", "=1+1", "=1+1",
    ]  # fmt: skip
    assert sheet["G4"].data_type == "s"
    assert sheet["E3"].value == dt.datetime(2020, 2, 29)  # noqa: DTZ001
    assert value(path, "D3") == 320.5  # theirs is as it was


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "没有说改什么"),
        (["--set", "D3"], "读不懂"),
        (["--set", "没有!D3=1"], "没有工作表〈没有〉"),
        (["--set", "D3=1", "--set", "d3=2"], "要改两次"),
        (["--set", "D3=2024-02-30"], "没有“2024-02-30”这一天"),
        (["--firm", "甲"], "同时给"),
        (["--year", "2024"], "同时给"),
        (["--set", "D3=1", "-o", "没有/新.xlsx"], "没有文件夹"),
        (["--set", "D3=1", "-o", "新.csv"], "以 .xlsx 结尾"),
    ],
)
def test_what_cannot_be_asked(path: Path, run: Run, arguments: list[str], said: str) -> None:
    code, _, error = run("edit", path, *arguments)
    assert code == 2
    assert said in error
    assert list(path.parent.iterdir()) == [path]


def test_other_files(tmp_path: Path, run: Run) -> None:
    (tmp_path / "台账.csv").write_text("企业名称\n甲\n", encoding="utf-8")
    for name, said in (("台账.csv", "另存为 .xlsx"), ("没有.xlsx", "找不到")):
        code, _, error = run("edit", tmp_path / name, "--set", "A1=1")
        assert code == 2
        assert said in error


def test_in_place_only_when_asked(path: Path, run: Run) -> None:
    assert run("edit", path, "--set", "D3=1", "-o", path)[0] == 0
    assert value(path, "D3") == 1
    assert list(path.parent.iterdir()) == [path]


def test_formulas_are_announced(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "台账.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("培育库")
    sheet.write("A1", 1)
    sheet.write_formula("B1", "=A1*2", None, 2)
    book.close()
    code, out, _ = run("edit", path, "--set", "A1=2")
    assert code == 0
    assert "打开并保存一次" in out
    code, _, said = run("edit", path, "--set", "B1=2.5")
    assert code == 2
    assert "第 1 行 B 列是公式" in said
    code, out, _ = run("edit", path, "--set", "B1=2.5", "--force", "--note", "改为数值")
    assert (code, "=A1*2 → 2.5" in out) == (0, True)
    made = path.with_name("台账.已改.xlsx")
    assert openpyxl.load_workbook(made)["培育库"]["B1"].comment.text == "改为数值"


@pytest.mark.parametrize(
    ("text", "plain", "in_text_cell"),
    [
        ("12", Decimal(12), "12"),
        ("-1,234.50", Decimal("-1234.50"), "-1,234.50"),
        ("007", "007", "007"),
        ("0.5", Decimal("0.5"), "0.5"),
        ("1234567890123456", "1234567890123456", "1234567890123456"),
        ("2024/5/6", dt.date(2024, 5, 6), "2024/5/6"),
        ("true", True, "true"),
        ("'12", "12", "12"),
        ("", None, None),
        ("1,23", "1,23", "1,23"),
        ("=A1", "=A1", "=A1"),
    ],
)
def test_keystrokes(text: str, plain: Any, in_text_cell: Any) -> None:
    assert typed(text, takes_text=False) == plain
    assert typed(text, takes_text=True) == in_text_cell


def test_days_that_are_none() -> None:
    with pytest.raises(UserError):
        typed("2023-02-29", takes_text=False)


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from denggao.cli import main; main(['edit', '--help']);"
        "heavy = {'polars', 'xlsxwriter', 'python_calamine', 'xml.parsers.expat'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_code_is_checked_as_the_reader_does(path: Path, tmp_path: Path, run: Run) -> None:
    target = tmp_path / "后.xlsx"
    for wrong in ("123", "91620100MA7ABCDE18"):
        code, _, said = run("edit", path, "--firm", "兰州甲科技有限公司", "--fact",
                            "统一社会信用代码", "--value", wrong, "-o", target)  # fmt: skip
        assert code == 2
        assert "应为18 位统一社会信用代码" in said
        assert not target.exists()


def test_a_contradiction_is_written_and_named(tmp_path: Path, run: Run) -> None:
    heads = ["企业名称", "2024年职工总数", "2024年科技人员数"]
    path = ledger(tmp_path / "人.xlsx", {"台账": [heads, ["甲公司", 220, 30], ["乙公司", 5, 9]]})
    asked = ("edit", path, "--firm", "甲公司", "--fact", "科技人员数", "--year", 2024, "--value")
    code, said, _ = run(*asked, 9999)
    assert code == 0
    assert "30 → 9999" in said
    assert "提示：〈台账〉C2：“9999 人”；应为不超过职工总数的数；大于同行的职工总数“220 人”" in said
    assert "乙公司" not in said
    assert openpyxl.load_workbook(path.with_name("人.已改.xlsx"))["台账"]["C2"].value == 9999
    code, said, _ = run(*asked, 220)
    assert code == 0
    assert "提示" not in said
