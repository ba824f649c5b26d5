"""The template filled in and read back; wrong cells named; 认定申请书; the command."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.case import Case
from denggao.diagnosis.evidence.reading import read_case
from denggao.documents.evidence.application import PARTS, write_application
from denggao.documents.evidence.template import write_template
from tests.diagnosis.evidence_cases import WAN, Planter, clean


def cell_of(column: sheets.Column, record: Any) -> Any:
    if column.field.startswith("year") and column.field[4:]:
        return record.years[int(column.field[4:]) - 1] / WAN
    value = getattr(record, column.field)
    match column.kind:
        case sheets.WAN:
            return None if value is None else value / WAN
        case sheets.CODES:
            return "，".join(value)
        case sheets.YES:
            return "是" if value else "否"
    if column.field == "full_time":
        return sheets.FULL if value else sheets.PART
    return value


def fill(path: Path, case: Case) -> Path:
    """The template with the case in it, as a firm would type it."""
    write_template(path)
    book = openpyxl.load_workbook(path)
    card = {
        "企业名称": case.name, "统一社会信用代码": case.uscc, "申报年度": case.year,
        "申报日期": case.filed_on, "注册日期": case.founded, **case.card,
    }  # fmt: skip
    for row in book[sheets.CARD_NAME].iter_rows(min_row=2):
        if row[0].value in card:
            row[1].value = card[row[0].value]
    for row in book[sheets.ABILITY_NAME].iter_rows(min_row=2):
        if row[0].value in case.abilities:
            row[1].value = case.abilities[row[0].value]
    for sheet in sheets.TABLES:
        page, records = book[sheet.name], getattr(case, sheet.target)
        if sheet is sheets.HEADCOUNT:
            said = {(h.group, h.item): h for h in records}
            for row in page.iter_rows(min_row=4):
                found = said.get((row[0].value, row[1].value))
                if found is not None:
                    row[2].value, row[3].value = found.staff, found.tech
            continue
        for number, record in enumerate(records, 4):
            for index, column in enumerate(sheet.columns, 1):
                page.cell(number, index, cell_of(column, record))
    book.save(path)
    return path


def strip(case: Case) -> Case:
    import dataclasses

    return dataclasses.replace(case, card={}, heads=())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Case]:
    case = clean(Random(5))
    return fill(tmp_path_factory.mktemp("evidence") / "填好.xlsx", case), case


def test_read_back_the_same(filled: tuple[Path, Case]) -> None:
    path, case = filled
    found, problems = read_case(path)
    assert problems == []
    assert found is not None
    assert strip(found) == strip(case)
    assert {(h.group, h.item, h.staff, h.tech) for h in found.heads} >= {
        (h.group, h.item, h.staff, h.tech) for h in case.heads
    }


def test_an_empty_template_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    write_template(path)
    found, problems = read_case(path)
    assert found is None
    assert [p.head for p in problems] == ["企业名称", "统一社会信用代码", "申报年度"]


WRONG = [
    ("知识产权", "D5", "去年", "知识产权", "D", "授权日期"),
    ("知识产权", "C5", "专利", "知识产权", "C", "类别"),
    ("研发费用", "C4", "很多", "研发费用", "C", "人员人工费用（万元）"),
    ("研发费用", "C4", -3, "研发费用", "C", "人员人工费用（万元）"),
    ("研发费用", "A4", "第一年", "研发费用", "A", "年度"),
    ("产品服务", "E4", "约100", "产品服务", "E", "上年度销售收入（万元）"),
    ("产品服务", "E4", None, "产品服务", "E", "上年度销售收入（万元）"),
    ("研发活动", "L4", "长" * 401, "研发活动", "L", "目的及组织实施方式（限400字）"),
    ("人力资源", "C4", 3.5, "人力资源", "C", "企业职工"),
    ("企业", "B5", "91620102MNXY00000X", "企业", "B", "统一社会信用代码"),
]


@pytest.mark.parametrize(("sheet", "cell", "value", "where", "column", "head"), WRONG)
def test_wrong_cells(
    filled: tuple[Path, Case], tmp_path: Path, sheet: str, cell: str, value: Any, where: str,
    column: str, head: str,
) -> None:  # fmt: skip
    book = openpyxl.load_workbook(filled[0])
    book[sheet][cell] = value
    path = tmp_path / "错.xlsx"
    book.save(path)
    found, problems = read_case(path)
    assert found is None
    (problem,) = problems
    assert (problem.sheet, problem.column, problem.head) == (where, column, head)
    assert problem.row == int(cell[1:])
    assert problem.expected
    assert problem.advice


def test_the_application_in_the_official_order(tmp_path: Path) -> None:
    rng = Random(11)
    planter = Planter(clean(rng), rng)
    ((_, subject),) = planter.no_proof()
    case, path = planter.case, tmp_path / "申请书.xlsx"
    write_application(path, case)
    book = openpyxl.load_workbook(path)
    assert tuple(book.sheetnames) == PARTS
    said = [row for row in book["校核"].iter_rows(values_only=True) if row[1] in ("矛盾", "提示")]
    assert [row[4] for row in said] == [subject]
    costs = list(book["五 研发费用结构"].iter_rows(values_only=True))
    totals = [row for row in costs if row[0] == "研究开发费用（内、外部）小计"]
    assert len(totals) == 3
    for year, row in zip(case.years, totals, strict=True):
        own = [c for c in row[1:] if c is not None]
        assert own[-1] == pytest.approx(sum(c.total for c in case.costs if c.year == year) / WAN)
        assert sum(own[:-1]) == pytest.approx(own[-1])
        told = case.said("研发费用", year)
        assert told is not None
        assert told.application is not None
        assert own[-1] == pytest.approx(told.application / WAN)
    main_rows = {row[0]: row[1:] for row in book["一 主要情况"].iter_rows(values_only=True)}
    income = main_rows["近一年高新技术产品（服务）收入"][0]
    assert income == pytest.approx(sum(ps.sales for ps in case.products) / WAN)
    assert main_rows["职工总数"][0] == 100
    numbers = [c for row in book["五 研发费用结构"].iter_rows() for c in row if c.data_type == "n"]
    assert {c.number_format for c in numbers if c.value is not None} == {"#,##0.00"}
    codes = {row[0] for row in book["二 知识产权"].iter_rows(values_only=True)}
    assert {ip.code for ip in case.ips} <= codes


def test_a_text_stays_a_text(tmp_path: Path) -> None:
    import dataclasses

    case = dataclasses.replace(clean(Random(2)), name="=HYPERLINK(1)")
    path = tmp_path / "申请书.xlsx"
    write_application(path, case)
    (cell,) = [
        c for row in openpyxl.load_workbook(path)["封面"].iter_rows() for c in row
        if c.value == "=HYPERLINK(1)"
    ]  # fmt: skip
    assert cell.data_type in {"s", "inlineStr"}


def test_the_command(
    filled: tuple[Path, Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, case = filled
    target = tmp_path / "申请书.xlsx"
    assert main(["evidence", str(path), "-o", str(target)]) == 0
    said = capsys.readouterr().out
    assert "矛盾 0 处" in said
    assert target.is_file()
    book = openpyxl.load_workbook(path)
    book["成果转化"]["K4"] = None
    book.save(tmp_path / "错.xlsx")
    assert main(["evidence", str(tmp_path / "错.xlsx"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [f["kind"] for f in told["faults"]] == ["no_proof"]
    assert ["RD01", "成果1", "来源"] in told["edges"] or len(told["edges"]) > 10
    assert told["uscc"] == case.uscc
    assert main(["evidence", "--template", str(tmp_path / "空.xlsx")]) == 0
    assert main(["evidence", str(tmp_path / "空.xlsx")]) == 2
    assert "请补上" in capsys.readouterr().err
    assert main(["evidence"]) == 2
    assert main(["evidence", str(path), "-o", str(path)]) == 2


def test_the_ledger_fills_what_is_open(
    filled: tuple[Path, Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, case = filled
    book = openpyxl.load_workbook(path)
    page = book["三表"]
    for row in page.iter_rows(min_row=4):
        if (row[0].value, row[1].value) == (2025, "净资产"):
            for cell in row[2:5]:
                cell.value = None
    book.save(tmp_path / "缺.xlsx")
    ledger = tmp_path / "台账.csv"
    ledger.write_text(
        f"企业名称,统一社会信用代码,2025年净资产（万元）\n{case.name},{case.uscc},4321\n",
        encoding="utf-8",
    )
    target = tmp_path / "申请书.xlsx"
    arguments = ["evidence", str(tmp_path / "缺.xlsx"), "-o", str(target)]
    assert main(arguments) == 0
    assert "申请书没有 2025 年的净资产" in capsys.readouterr().out
    assert main([*arguments, "--ledger", str(ledger)]) == 0
    said = capsys.readouterr()
    assert "申请书有 1 格空着" in said.err
    assert "没有 2025 年的净资产" not in said.out
    rows = {
        r[0]: r for r in openpyxl.load_workbook(target)["一 主要情况"].iter_rows(values_only=True)
    }
    assert rows["净资产"][3] == 4321
    other = tmp_path / "别的.csv"
    other.write_text("企业名称,职工总数\n别的公司,3\n", encoding="utf-8")
    assert main([*arguments, "--ledger", str(other)]) == 2
