"""What papers say and what stands behind it: five parts, articles, and cells that hold."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.plan import Made, terms_of
from denggao.demo.county import make_county
from denggao.documents import wording as w
from denggao.documents.papers.fiveparts import Section, section_of, section_of_manual
from denggao.documents.papers.paper import Note, Paper, Part, Table, as_json, counted, numbered, say
from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval
from denggao.facts.ledger import Ledger
from denggao.rules.library import in_force
from tests.documents.papers.making import (
    CELL,
    DAY,
    HOSTILE,
    LAW,
    diagnosed,
    ledger_of,
    report,
    sentences,
    write_ledger,
)

FIRMS = 106
SHEET = "企业台账"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("papers"), firms=FIRMS)


@pytest.fixture(scope="module")
def ledger(path: Path) -> Ledger:
    return ledger_of(path)


@pytest.fixture(scope="module")
def sheet(path: Path) -> Any:
    return openpyxl.load_workbook(path, data_only=True)[SHEET]


def wrong_cells(sheet: Any, ledger: Ledger, index: int, paper: Paper) -> list[str]:
    """Cells named in notes that do not hold the number the evaluation used."""
    run = diagnosed(ledger, index).run
    names = {w.fact_words(key): key for key in run.outcome().values}
    wrong = []
    for note in paper.notes():
        for place in note.cells:
            if f"〈{SHEET}〉" not in place:
                continue
            for letter, row, words in CELL.findall(place):
                key = names.get(words)
                value = run.value_of(key) if key else None
                if key is None or not isinstance(value, Interval) or not value.is_point:
                    continue
                shown = sheet[f"{letter}{row}"].value
                unit = catalogue()[key.partition("@")[0]].unit
                factors = (1, 10_000) if unit == "元" else (1,)
                if not isinstance(shown, int | float) or all(
                    Fraction(str(shown)) * factor != value.lo for factor in factors
                ):
                    wrong.append(f"{words} {letter}{row}: {shown!r}, not {value}")
    return wrong


def test_every_cell_named_holds_the_number(sheet: Any, ledger: Ledger) -> None:
    checked = 0
    for index in range(0, FIRMS, 12):
        paper = report(ledger, index)
        assert wrong_cells(sheet, ledger, index, paper) == []
        checked += sum(len(CELL.findall(place)) for note in paper.notes() for place in note.cells)
    assert checked > 200


def test_a_cell_that_is_off_is_caught(sheet: Any, ledger: Ledger) -> None:
    """The control: the evidence of one firm held against another's figures."""
    assert wrong_cells(sheet, ledger, 1, report(ledger, 2))


@pytest.mark.parametrize("law", [LAW, "科技型中小企业评价", "专精特新中小企业认定"])
def test_five_parts_and_an_article_for_every_finding(ledger: Ledger, law: str) -> None:
    paper = report(ledger, 5, law)
    titles = [part.title for part in paper.parts]
    assert titles == [
        "总体判断", *(f"{counted(n)}、{s.value}" for n, s in enumerate(Section, 1)), "口径"
    ]  # fmt: skip
    documents = in_force(law, DAY).documents
    for part in paper.parts[1:-1]:
        for block in part.blocks:
            if isinstance(block, Table) or not block.said[0].strong:
                continue
            note = block.said[-1].note
            assert note is not None
            assert note.article.startswith(documents)
            assert note.cells or note.remarks or "合成" in block.said[-1].text
    told = " ".join(sentences(paper))
    for statement in in_force(law, DAY).verdict.uses:
        assert in_force(law, DAY).statements[statement].name in told


def test_a_score_is_never_one_invented_number(ledger: Ledger) -> None:
    texts = [t for t in sentences(report(ledger, 5)) if "技术的先进程度：" in t]
    assert texts == ["（四）技术的先进程度：0～8分（满分 8分）。"]


def test_all_106_differ(ledger: Ledger) -> None:
    """Diagnoses and plans, and not by the name of the firm alone."""
    terms = terms_of(LAW, DAY)
    reports, plans = Counter[str](), Counter[str]()
    for index in range(FIRMS):
        made = Made(ledger, index, terms)
        for counts, paper in ((reports, report(ledger, index)), (plans, made.paper(DAY))):
            text = "\n".join(sentences(paper)[2:]).replace(paper.about, "")
            counts[text] += 1
    assert max(reports.values()) == max(plans.values()) == 1


def test_what_nobody_stated_is_said(tmp_path: Path) -> None:
    ledger = ledger_of(write_ledger(tmp_path / "台账.xlsx", ["甲公司"]))
    notes = [note.words for note in report(ledger, 0).notes()]
    assert any("台账未填：技术领域" in words for words in notes)
    assert any("「台账.xlsx」〈企业台账〉E2（2025年科技人员数）" in words for words in notes)


def test_problems_of_the_firms_own_rows_are_told(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        "企业名称,2025年职工总数,2025年科技人员数\n甲公司,很多,9\n乙公司,100,12\n", encoding="utf-8"
    )
    ledger = ledger_of(path)
    first, second = ("\n".join(sentences(report(ledger, i))) for i in (0, 1))
    assert "第 2 行 B 列" in first
    assert "很多" in first
    assert "很多" not in second


def test_a_parquet_ledger_names_columns_and_rows(tmp_path: Path) -> None:
    import polars as pl

    from denggao.cli.screen import read

    path = tmp_path / "台账.parquet"
    frame = pl.DataFrame({"name": ["甲公司", "乙公司"], "staff@2025": [100, 90]})
    frame.write_parquet(path)
    ledger = read([path], DAY, None, None)
    notes = " ".join(note.words for note in report(ledger, 1).notes())
    assert "「台账.parquet」第 2 行（staff@2025）" in notes.replace(" （", "（")


def test_hostile_names_stay_words(tmp_path: Path) -> None:
    ledger = ledger_of(write_ledger(tmp_path / "台账.xlsx", HOSTILE))
    for index in range(len(ledger)):
        paper = report(ledger, index)
        assert paper.about == ledger.columns["name"][index] or ledger.identity[index]
        assert as_json(paper)["about"] == paper.about


# ------------------------------------------------------------------ the model itself


def test_headings_are_numbered_and_empty_parts_left_out() -> None:
    parts = [Part("甲", (say("一"),)), Part("空", ()), Part("乙", (say("二"),))]
    assert [part.title for part in numbered(parts)] == ["一、甲", "二、乙"]
    assert [counted(n) for n in (1, 10, 11, 20, 21, 99)] == [
        "一", "十", "十一", "二十", "二十一", "九十九"
    ]  # fmt: skip


def test_a_note_without_anything_is_no_note() -> None:
    paper = Paper(
        "诊断报告", DAY, "题", "", (Part("甲", (say("一", Note()), say("二", Note("条")))),)
    )
    assert [note.words for note in paper.notes()] == ["条"]


def test_every_rule_and_every_check_has_its_part() -> None:
    law = in_force(LAW, DAY)
    told = {id_: section_of(law, id_) for id_ in law.statements}
    expected = {
        "HNTE-C3": Section.FIELD, "HNTE-C6": Section.FIELD, "HNTE-C1": Section.MATERIAL,
        "HNTE-C8": Section.MATERIAL, "HNTE-S4": Section.MATERIAL, "HNTE-C5a": Section.RESEARCH,
        "HNTE-C5b": Section.RESEARCH, "HNTE-C2": Section.KNOWLEDGE, "HNTE-S2": Section.KNOWLEDGE,
        "HNTE-S1": Section.KNOWLEDGE, "HNTE-C4": Section.ORGANISATION,
        "HNTE-S3": Section.ORGANISATION, "HNTE-C7": None, "HNTE": None,
    }  # fmt: skip
    assert {id_: told[id_] for id_ in expected} == expected
    manuals = {m.id: section_of_manual(law, m) for m in law.manuals}
    assert manuals["AU-1"] is Section.MATERIAL
    assert manuals["FIELD-1"] is Section.FIELD
    assert manuals["RD-5"] is Section.RESEARCH
    assert manuals["ST-1"] is Section.ORGANISATION
    assert manuals["CV-3"] is Section.KNOWLEDGE
