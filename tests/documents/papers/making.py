"""Papers for tests: a county of invented firms, one small ledger, and what a .docx says."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from lxml import etree

from denggao.diagnosis.judgement import judged
from denggao.diagnosis.pool import firm_of
from denggao.documents.papers.diagnosis import Diagnosis, diagnosis_paper
from denggao.documents.papers.evidence import Evidence, problems_by_row
from denggao.documents.papers.paper import Note, Paper, Part, Table, cell, point, say
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import in_force

DAY = date(2026, 6, 30)
LAW = "高新技术企业认定"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HEADS = (
    "企业名称", "统一社会信用代码", "成立日期", "2025年职工总数", "2025年科技人员数",
    "2025年销售收入（万元）", "2025年研发费用（万元）", "二类知识产权数",
)  # fmt: skip
HOSTILE = (
    "<w:p>甲&乙</w:p><script>alert(1)</script>公司",
    "{{ 7*7 }}{% for x in range(9) %}公司",
    '=cmd|"/c calc"!A1公司',
    "{ DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe }公司",
    '#read("/etc/passwd")$x^2$*粗*_斜_`码`公司',
    "甲\u202e乙\u200b公司",
    "{_{ 7*7 }_}{_% x %_}公司",
)


def write_ledger(path: Path, names: Sequence[str]) -> Path:
    """A ledger of firms with these names, otherwise alike but for their figures."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("企业台账")
        sheet.write_row(0, 0, HEADS)
        for number, name in enumerate(names, 1):
            values = [name, "", "2015-01-01", 100, number, 1000, 40 + number, 3]
            for column, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                else:
                    sheet.write_number(number, column, value)
    return path


def ledger_of(path: Path) -> Ledger:
    return read_ledgers([path], as_of=DAY)


def diagnosed(ledger: Ledger, index: int, law: str = LAW) -> Diagnosis:
    """One firm of a ledger, judged."""
    run = Evaluation(in_force(law, DAY), firm_of(ledger, index), DAY)
    evidence = Evidence(ledger, index, run.instrument)
    wrong = problems_by_row(ledger)
    problems = [text for row in sorted(evidence.rows()) for text in wrong.get(row, ())]
    return Diagnosis(run, judged(run, max_size=4), evidence, tuple(problems))


def report(ledger: Ledger, index: int, law: str = LAW) -> Paper:
    return diagnosis_paper(diagnosed(ledger, index, law))


def small_paper(text: str = "甲公司符合。", *, is_wide: bool = False) -> Paper:
    """A paper with every kind of block, three notes, and ``text`` in each place that data
    reaches."""
    note = Note("某科〔2026〕1号 第一条", (f"「{text}.xlsx」〈页〉A1",), (text,))
    table = Table(
        ("条件", "结果"), (60, 40), ((cell(text, note), cell("符合")),), frozenset({1})
    )  # fmt: skip
    empty = Table(("甲", "乙"), (50, 50), ())
    blocks = (say(text, note), point(f"（一）{text}", "要点。", note), table, empty)
    return Paper(
        kind="诊断报告", day=DAY, title="试验报告", about=text,
        parts=(Part("一、领域", blocks), Part("二、材料", (say("没有脚注。"),))),
        known=(("规范版本", "某科〔2026〕1号@2026-01-01"), ("企业", text)), is_wide=is_wide,
    )  # fmt: skip


# ------------------------------------------------------------------ what a .docx says


def part(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def footnotes(path: Path) -> dict[int, str]:
    """Number → words of every note that is no separator."""
    with zipfile.ZipFile(path) as package:
        if "word/footnotes.xml" not in package.namelist():
            return {}
    found = part(path, "word/footnotes.xml").iterfind(f"{W}footnote")
    return {
        int(note.get(f"{W}id")): "".join(note.itertext()).strip()
        for note in found
        if note.get(f"{W}type") is None
    }


def references(path: Path) -> list[int]:
    """The numbers referred to, in the order of the page."""
    marks = part(path, "word/document.xml").iter(f"{W}footnoteReference")
    return [int(mark.get(f"{W}id")) for mark in marks]


def text_of(path: Path) -> str:
    """Paragraph by paragraph, without notes."""
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(f"{W}t"))
        for paragraph in part(path, "word/document.xml").iter(f"{W}p")
    )


def sentences(paper: Paper) -> list[str]:
    """Every text of a paper."""
    found = [paper.title, paper.about]
    for one in paper.parts:
        found.append(one.title)
        for block in one.blocks:
            cells = [block.said] if not isinstance(block, Table) else [
                said for row in block.rows for said in row
            ]  # fmt: skip
            found += [said.text for run in cells for said in run]
    return [text for text in found if text]


CELL = re.compile(r"([A-Z]{1,3})([0-9]+)（([^（）]+)）")
