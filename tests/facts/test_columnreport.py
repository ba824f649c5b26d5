"""denggao columns: what is made of each column, and a map that says the same next time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from denggao.cli import main
from denggao.facts.columnreport import report
from denggao.facts.ledger import load_column_map
from denggao.facts.mapwriter import map_text
from tests.facts.books import AS_OF, A, B, Rows, csv_of, kinds, only, read, sheet_of

HEADS: list[object] = [
    "序号", "单位名称", "统一社会信用代码", "营业收入（万元）/2024年", "上年研发费用",
    "2024年利润总额（元）", "营业性收入/2025年", "走访人", "高企证书/有效期至", "admin",
]  # fmt: skip
ROWS: Rows = [HEADS, [1, "甲公司", A, 2, 3, 4, 5, "某", "2027-01-01", 9]]


def ledger_file(folder: Path) -> Path:
    return csv_of(folder / "台账.csv", ROWS)


def test_every_column_is_told_with_how_it_was_understood(tmp_path: Path) -> None:
    found = report([ledger_file(tmp_path)], AS_OF).columns
    assert [(c.column.letter, c.how, c.meaning, c.year, c.unit, c.assumed) for c in found] == [
        ("A", "略过", "", None, "", ()),
        ("B", "别名", "企业名称", None, "", ()),
        ("C", "名称", "统一社会信用代码", None, "", ()),
        ("D", "别名", "销售收入", 2024, "万元", ()),
        ("E", "名称", "研发费用", 2025, "元", ("单位",)),
        ("F", "名称", "利润总额", 2024, "元", ()),
        ("G", "建议", "", None, "", ()),
        ("H", "未懂", "", None, "", ()),
        ("I", "名称", "高新技术企业证书/有效期至", None, "", ()),
        ("J", "未懂", "", None, "", ()),
    ]
    assert found[6].like is not None
    assert (found[6].like.name, found[6].like.meaning.year) == ("销售收入", 2025)


def saved(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_map_that_is_written_reads_the_same(tmp_path: Path) -> None:
    """And in another year too: 上年 stays the year before."""
    path = ledger_file(tmp_path)
    mapping = load_column_map(saved(tmp_path, map_text(report([path], AS_OF).columns)))
    for as_of in (AS_OF, dt.date(2028, 1, 1)):
        plain, mapped = read(path, as_of=as_of), read(path, as_of=as_of, columns=mapping)
        assert mapped.columns == plain.columns
        assert mapped.problems == plain.problems
        assert mapped.unread == plain.unread
    again = report([path], AS_OF, mapping)
    assert map_text(again.columns, mapping).count("对照") > 5
    assert {c.how for c in again.columns} == {"略过", "对照", "建议", "未懂"}


def test_a_suggestion_counts_once_its_mark_is_taken_away(tmp_path: Path) -> None:
    path = ledger_file(tmp_path)
    text = map_text(report([path], AS_OF).columns)
    line = '# "营业性收入/2025年" = "销售收入"'
    assert line in text
    mapping = load_column_map(saved(tmp_path, text.replace(line, line.removeprefix("# "))))
    assert "sales@2025" not in read(path).columns
    assert read(path, columns=mapping).columns["sales@2025"] == [500]


def test_what_the_old_map_says_is_kept(tmp_path: Path) -> None:
    old = load_column_map(
        saved(
            tmp_path,
            '[heads]\nadmin = "职工总数"\n'
            '"进账" = { fact = "销售收入", unit = "万元", year = 2020 }\n'
            'ignore = ["走访人"]\n[identity]\ncolumn = "序号"\n',
        )
    )
    text = map_text(report([ledger_file(tmp_path)], AS_OF, old).columns, old)
    new = load_column_map(saved(tmp_path, text))
    assert new.heads.items() >= old.heads.items()
    assert (new.ignore, new.id_column) == (old.ignore, "序号")


def test_odd_heads_survive_the_map(tmp_path: Path) -> None:
    odd = ['企业"名称"', "a\\b", "#职工总数", "研发 = 费用", "［heads］"]
    path = csv_of(tmp_path / "a.csv", [["企业名称", "2025年职工总数", *odd], ["甲", 1, *"abcde"]])
    load_column_map(saved(tmp_path, map_text(report([path], AS_OF).columns)))


def test_a_head_of_the_map_that_no_file_has_is_named(tmp_path: Path) -> None:
    text = '[heads]\n"营收额外" = "销售收入"\nadmin = "职工总数"\nignore = ["旧列"]\n'
    mapping = load_column_map(saved(tmp_path, text))
    ledger = read(ledger_file(tmp_path), columns=mapping)
    told = [p for p in ledger.problems if p.kind == "head_not_found"]
    assert [(p.file, p.head) for p in told] == [("map.toml", "营收额外"), ("map.toml", "旧列")]
    assert all(p.is_notice for p in told)


def test_a_renamed_head_keeps_its_own_year_and_unit(tmp_path: Path) -> None:
    path = csv_of(tmp_path / "a.csv", [["企业名称", "进账（万元）/2024年"], ["甲公司", 3]])
    mapping = load_column_map(saved(tmp_path, '[heads]\n"进账（万元）/2024年" = "销售收入"\n'))
    ledger = read(path, columns=mapping)
    assert ledger.columns["sales@2024"] == [3_000_000]
    assert ledger.problems == []


def test_a_list_of_products_says_nothing_of_the_whole_firm(tmp_path: Path) -> None:
    head: list[object] = ["企业名称", "产品（服务）名称", "2025年销售收入（万元）", "注册地址"]
    path = csv_of(tmp_path / "a.csv", [head, ["甲公司", "支架", 7, "东街"]])
    ledger = read(path)
    assert set(ledger.columns) == {"name", "address"}
    assert only(ledger, "detail_table").is_notice
    mapping = load_column_map(saved(tmp_path, '[heads]\n"2025年销售收入（万元）" = "销售收入"\n'))
    assert read(path, columns=mapping).columns["sales@2025"] == [7_000_000]


# --- the command ---------------------------------------------------------------------------


def test_columns_prints_and_saves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = ledger_file(tmp_path), tmp_path / "map.toml"
    assert main(["columns", str(path), "-o", str(out), "--as-of", "2026-06-30"]) == 0
    said = capsys.readouterr().out
    assert "销售收入，2024 年，万元（别名）" in said
    assert "建议：像“销售收入”" in said
    assert "未懂" in said
    assert main(["columns", str(path), "--columns", str(out), "--as-of", "2026-06-30"]) == 0
    assert "（对照）" in capsys.readouterr().out
    before = out.read_bytes()
    assert main(["columns", str(path), "--columns", str(out), "-o", str(out)]) == 2
    assert main(["columns", str(path), "-o", str(path)]) == 2
    assert main(["columns", str(tmp_path / "无.xlsx"), "-o", str(tmp_path / "b.toml")]) == 2
    assert out.read_bytes() == before
    assert not (tmp_path / "b.toml").exists()


def test_a_sheet_without_a_known_identity_shows_what_it_is_like(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: Rows = [["某区台账", None, None], ["企业全名称", "信用号", "职工总数"], ["甲公司", B, 3]]
    path, out = sheet_of(tmp_path / "a.xlsx", rows, ["A1:C1"]), tmp_path / "map.toml"
    assert main(["columns", str(path), "-o", str(out)]) == 0
    assert "像“企业名称”" in capsys.readouterr().out
    text = out.read_text(encoding="utf-8")
    assert '# "企业全名称" = "企业名称"' in text
    assert '\n# "职工总数" = "职工总数"' in text
    chosen = saved(tmp_path, text.replace('# "企业全名称"', '"企业全名称"'))
    assert kinds(read(path, columns=load_column_map(chosen))) == ["assumed_year"]
