"""Import templates: what is filled into them reads back the same, and cells are guarded."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from denggao.documents.template_columns import TemplateColumn, template_columns
from denggao.documents.template_workbook import FIRST_ROW, industries, write_template
from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.rules import library

ON = date(2026, 6, 30)
LAWS = library.by_default(ON)


def columns(everything: bool = False) -> list[TemplateColumn]:
    return template_columns(LAWS, ON.year, everything=everything)


# ------------------------------------------------------------------ there and back

_STEP = {"money": Fraction(1, 10**6), "people": Fraction(1, 10**4)}


def invented(column: TemplateColumn, random: Random, firm: int) -> tuple[Any, Any]:
    """(what a person writes, what the ledger must hold); often nothing."""
    if column.key == "name":
        return f"试验{firm}号有限公司", f"试验{firm}号有限公司"
    if column.key == "uscc" or random.random() < 0.3:
        return None, None
    fact, kind = column.fact, column.kind
    if kind == "date":
        day = date(2000 + random.randrange(25), 1 + random.randrange(12), 1 + random.randrange(28))
        return day, day
    if kind == "yes_no":
        return random.choice([("是", True), ("否", False)])
    if kind == "field":
        return "1.1.10 物联网应用软件", "1.1.10"
    if kind == "industry":
        words = random.choice(industries())
        return words, words
    if not fact.numeric:
        return f"文字{random.randrange(100)}", f"文字{random.randrange(100)}"
    high = 10**6 if fact.hi is None else fact.hi
    value = Fraction(random.randrange(high * 100), 100)
    if kind == "count":
        value = Fraction(int(value))
    factor = 10_000 if kind == "money" else 1
    return float(value), value * factor * fact.scale


def filled(path: Path, chosen: Sequence[TemplateColumn], firms: int, seed: int) -> list[list[Any]]:
    """Fill the template like a person; returns what must be read, by firm and column."""
    random = Random(seed)
    book = openpyxl.load_workbook(path)
    truth = []
    for firm in range(firms):
        row = [invented(column, random, firm) for column in chosen]
        for index, (written, _) in enumerate(row, 1):
            if written is not None:
                book["企业台账"].cell(FIRST_ROW + firm, index, written)
        truth.append([value for _, value in row])
    book.save(path)
    return truth


def check(ledger: Ledger, chosen: Sequence[TemplateColumn], truth: list[list[Any]]) -> list[str]:
    wrong = []
    for index, column in enumerate(chosen):
        if column.fact.unit in ("文本", "代码") and column.key not in ("name", "field_code"):
            continue  # words of any kind: the reader may put a district into its official form
        for firm, values in enumerate(truth):
            have = ledger.columns.get(column.key, [None] * len(truth))[firm]
            if have != values[index]:
                wrong.append(f"{column.key} {firm}: {have!r} {values[index]!r}")
    return wrong


@pytest.mark.parametrize("everything", [False, True])
def test_filled_and_read_back(everything: bool, tmp_path: Path) -> None:
    chosen, path = columns(everything), tmp_path / "导入模板.xlsx"
    write_template(path, chosen, ON.year, "《试验》")
    truth = filled(path, chosen, firms=12, seed=7)
    ledger = read_ledgers([path], as_of=ON)
    assert check(ledger, chosen, truth) == []
    assert ledger.unread == []
    # words of any kind are no districts
    kinds = {p.kind for p in ledger.problems}
    assert kinds <= {"contradiction", "hidden_sheet", "own_page", "unknown_region"}
    truth[3][2] = date(1999, 1, 1)  # the check itself catches a difference
    assert len(check(ledger, chosen, truth)) == 1


def test_every_fact_that_a_law_reads_has_its_years() -> None:
    keys = {column.key for column in columns()}
    assert {"name", "uscc", "established_on", "field_code"} <= keys
    assert {f"sales@{y}" for y in (2023, 2024, 2025)} <= keys
    assert {"staff@2025", "tech_staff@2025", "ip_class1", "taxed_on_accounts@2025"} <= keys
    assert "staff@2023" not in keys
    every = {column.fact.code for column in columns(everything=True)}
    ledgers = {
        code: fact for code, fact in catalogue().items() if not (fact.of_event or fact.of_unit)
    }
    assert every == {code for code, fact in ledgers.items() if fact.unit != "记录"}


def test_one_law_alone_asks_for_less() -> None:
    one = template_columns([LAWS[0]], ON.year)
    assert len(one) < len(columns())


# ------------------------------------------------------------------ how it is made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "导入模板.xlsx"
    assert main(["template", "-o", str(path), "--as-of", ON.isoformat()]) == 0
    return path


def at(key: str) -> int:
    return [column.key for column in columns()].index(key) + 1


def test_drop_downs_come_from_a_hidden_sheet_by_name(made: Path) -> None:
    book = openpyxl.load_workbook(made)
    assert book["登高字典"].sheet_state == "hidden"
    names = {name: item.attr_text for name, item in book.defined_names.items()}
    assert set(names) == {"是否", "技术领域", "行业大类", "资格类型"}
    last = int(names["技术领域"].rpartition("$")[2])
    listed = [book["登高字典"].cell(row, 2).value for row in range(1, last + 1)]
    assert all(words.split()[0] in technical_fields() for words in listed)
    rules = {
        str(r.sqref).split(":")[0]: r for r in book["企业台账"].data_validations.dataValidation
    }
    field = openpyxl.utils.get_column_letter(at("field_code"))
    assert rules[f"{field}{FIRST_ROW}"].formula1 == "技术领域"


def rule_of(made: Path, key: str) -> Any:
    sheet = openpyxl.load_workbook(made)["企业台账"]
    cell = f"{openpyxl.utils.get_column_letter(at(key))}{FIRST_ROW}"
    return next(r for r in sheet.data_validations.dataValidation if cell in r.sqref)


@pytest.mark.parametrize(
    ("key", "kind", "test"),
    [
        ("uscc", "textLength", lambda r: (r.operator, r.formula1) == ("equal", "18")),
        ("sales@2025", "decimal", lambda r: r.formula1 == "0"),
        ("ip_class1", "whole", lambda r: r.formula1 == "0"),
        ("ip_advancement", "decimal", lambda r: (r.formula1, r.formula2) == ("0", "8")),
        ("net_assets@2025", "decimal", lambda r: Decimal(r.formula1) < 0),
        ("established_on", "date", lambda r: r.formula1.isdigit()),
    ],
)  # fmt: skip
def test_cells_are_checked(key: str, kind: str, test: Callable[[Any], bool], made: Path) -> None:
    rule = rule_of(made, key)
    assert rule.type == kind
    assert test(rule)
    assert rule.error


def test_codes_are_text_in_the_whole_column(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["企业台账"]
    for key in ("uscc", "field_code", "industry"):
        letter = openpyxl.utils.get_column_letter(at(key))
        assert sheet.column_dimensions[letter].number_format == "@"


def test_heads_say_what_the_law_asks(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["企业台账"]
    comment = sheet.cell(4, at("rd_expense@2025")).comment.text
    assert "单位万元" in comment
    assert "《高新技术企业认定》" in comment
    assert "留空" in comment
    required = {sheet.cell(3, index).fill.fgColor.rgb for index in (at("name"), at("uscc"))}
    assert required == {"FFFFE699"}
    assert sheet.cell(3, at("established_on")).fill.fgColor.rgb != "FFFFE699"


def test_it_prints_on_a4(made: Path) -> None:
    sheet = openpyxl.load_workbook(made)["企业台账"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.freeze_panes == "C5"


def test_the_same_day_gives_the_same_sheets(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "再.xlsx"
    assert main(["template", "-o", str(again), "--as-of", ON.isoformat()]) == 0
    with zipfile.ZipFile(made) as one, zipfile.ZipFile(again) as two:
        name = "xl/worksheets/sheet1.xml"
        assert one.read(name) == two.read(name)


def test_refusals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "-o", str(tmp_path / "x.csv")]) == 2
    assert main(["template", "-o", str(tmp_path / "没有" / "x.xlsx")]) == 2
    assert main(["template", "--law", "没有这份办法"]) == 2
    assert capsys.readouterr().err.count("错误：") == 3
