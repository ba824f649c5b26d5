"""``denggao check`` for people: what it says, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from denggao.cli.app import main
from tests.hostile.making import csv_text, firm, good, text_file, with_cell, written

Capture = pytest.CaptureFixture[str]
DAY = ("--as-of", "2026-06-30")


def said(capsys: Capture, *arguments: object, code: int) -> str:
    assert main(["check", *map(str, arguments), *DAY]) == code
    return capsys.readouterr().out


def test_a_good_file(tmp_path: Path, capsys: Capture) -> None:
    text = said(capsys, written(tmp_path / "好.xlsx", good()), code=0)
    assert "能导入 3 行，有错 0 行，略过 0 行" in text
    assert text.endswith("可以导入\n")


def test_a_bad_cell(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "坏.xlsx", [*with_cell(4, "约三千"), ["合计"], firm(1)])
    text = said(capsys, path, code=1)
    assert "能导入 3 行，有错 1 行，略过 1 行（合计行 1）" in text
    assert "〈台账〉第 3 行 E 列：“约三千”；应为金额（数字）" in text
    assert "整个文件就不导入" in text


def test_no_table(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "别的.xlsx", [["天气", "温度"], ["晴", 20]])
    assert "这个文件没有读入一行" in said(capsys, path, code=2)
    answer = json.loads(said(capsys, path, "--json", code=2))
    assert "找不到能用的表头" in answer["file_errors"][0]["message"]
    assert answer["valid_rows"] == 0
    assert json.loads(said(capsys, tmp_path / "无.xlsx", "--json", code=2))["file_errors"]


def test_a_column_map_and_a_text_file(tmp_path: Path, capsys: Capture) -> None:
    rows = good()
    rows[0] = ["代码", "户名", "成立", "人数24", "收入24", "研发24"]
    path = text_file(tmp_path / "台账.csv", csv_text(rows))
    said(capsys, path, code=2)
    mapping = tmp_path / "对照.toml"
    mapping.write_text(
        '[heads]\n"代码" = "统一社会信用代码"\n"户名" = "企业名称"\n"成立" = "成立日期"\n'
        '"收入24" = { fact = "销售收入", unit = "万元", year = 2024 }\n',
        encoding="utf-8",
    )
    answer = json.loads(said(capsys, path, "--json", "--columns", mapping, code=0))
    assert answer["rows"][0]["sheet"] == "台账"
    assert answer["rows"][0]["values"]["sales@2024"] == "30005000.00"
    assert {entry["column"] for entry in answer["warnings"]} >= {"D", "F"}  # not understood


@pytest.mark.parametrize("region", ["兰州", "620199", ""])
def test_a_region_that_is_none(region: str, tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "好.xlsx", good())
    assert main(["check", str(path), "--json", "--region", region]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert "不是区划代码" in answer.err


def test_years_in_rows(tmp_path: Path, capsys: Capture) -> None:
    """The same firm in two years is no duplicate; its values carry the year of their row."""
    heads = ["统一社会信用代码", "企业名称", "年度", "销售收入（万元）", "职工人数"]
    rows = [heads, *([*firm(0)[:2], year, 100 + year, "约570余"] for year in (2023, 2024))]
    answer = json.loads(said(capsys, written(tmp_path / "a.xlsx", rows), "--json", code=0))
    assert [row["values"]["staff@2023"] for row in answer["rows"][:1]] == [
        {"lo": "570", "hi": None}
    ]
    assert answer["rows"][1]["values"]["sales@2024"] == "21240000.00"


def test_certificates(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "资格类型", "证书编号", "发证日期", "有效期至"]
    row = ["甲公司", "高企", "GR202462000012", "2024-10-28", "2027-10-27"]
    answer = json.loads(said(capsys, written(tmp_path / "a.xlsx", [heads, row]), "--json", code=0))
    assert answer["rows"][0]["values"]["titles"] == [
        {
            "kind": "高新技术企业",
            "number": "GR202462000012",
            "issued_on": "2024-10-28",
            "valid_to": "2027-10-27",
        }
    ]


def test_it_needs_no_polars(tmp_path: Path) -> None:
    import subprocess
    import sys

    path = written(tmp_path / "好.xlsx", good())
    code = (
        "import sys; from denggao.cli.app import main; main(sys.argv[1:]); "
        "assert 'polars' not in sys.modules and 'xlsxwriter' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, "check", str(path), "--json"], check=True)


def test_an_amount_is_no_mobile(tmp_path: Path, capsys: Capture) -> None:
    """Figures of eleven digits under a money head are shown as they stand; a mobile is not."""
    heads = ["统一社会信用代码", "企业名称", "成立日期", "2024年职工总数（人）",
             "2024年研发费用（元）", "2024年境内研发费用（元）"]  # fmt: skip
    rows = [
        [*firm(0)[:4], 13_993_112_345, 14_400_000_000],
        [*firm(2)[:4], "电话13993112345", 5],
    ]
    text = said(capsys, written(tmp_path / "大.xlsx", [heads, *rows]), code=1)
    assert "14400000000 元" in text
    assert "13993112345 元" in text
    assert text.count("139******45") == 1


def test_a_folder_has_a_name(capsys: Capture) -> None:
    assert said(capsys, ".", code=2).startswith("「.」\n")


@pytest.mark.parametrize(
    "command",
    [
        ["fill", "{}", "--ledger", "{}"],
        ["edit", "{}", "--set", "A1=3"],
        ["edit", "{}", "--firm", "甲", "--fact", "成立日期", "--value", "2020-01-01"],
        ["errors", "{}"],
        ["screen", "{}"],
    ],
)
def test_a_password_is_named_everywhere(
    command: list[str], tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "密.xlsx"
    stream = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream + bytes(600))
    assert main([part.format(path) for part in command]) == 2
    assert "设有打开密码；请去掉密码" in capsys.readouterr().err


def test_a_page_of_firms_without_facts_is_counted(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "两页.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (
            ("台账", good()),
            ("走访", [["走访名单"], ["企业名称", "走访人数"], ["甲公司", 3], [], ["乙公司", 4]]),
            ("说明", [["怎么填", "看这里"], ["第一", "第二"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    answer = json.loads(said(capsys, path, "--json", code=0))
    assert (answer["valid_rows"], answer["error_rows"], len(answer["skipped"])) == (3, 0, 3)
    reasons = [(row["row"], row["message"]) for row in answer["skipped"]]
    why = "〈走访〉这一页没有认得的事实列"
    assert reasons == [(3, why), (4, "〈走访〉空行"), (5, why)]
    (warning,) = [w for w in answer["warnings"] if w["sheet"] == "走访"]
    assert "企业名称、走访人数" in warning["message"]
    assert said(capsys, path, code=0).endswith("可以导入；但有 1 页没有读\n")


def test_a_certificate_that_ends_before_it_begins(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "2024年职工总数", "高企证书编号", "高企发证日期", "高企有效期至"]
    rows = [
        ["甲公司", 5, "GR202462000001", "2024-10-01", "2021-10-01"],
        ["乙公司", 5, "GR202462000002", "2024-10-01", "2027-09-30"],
        ["丙公司", 5, "GR202462000003", "2024-10-01", "2024-10-01"],
    ]
    answer = json.loads(
        said(capsys, written(tmp_path / "证.xlsx", [heads, *rows]), "--json", code=1)
    )
    assert (answer["valid_rows"], answer["error_rows"]) == (2, 1)
    (error,) = answer["errors"]
    assert (error["row"], error["column"]) == (2, "E")
    assert "不早于发证日期" in error["message"]
