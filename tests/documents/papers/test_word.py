"""Papers as .docx: notes, fonts, hostile text, other programs, the same bytes twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from denggao.demo.county import make_county
from denggao.documents.papers.paper import Look, Note, Paper, Part, say
from denggao.documents.papers.word import template as tpl
from denggao.documents.papers.word.footnotes import plain
from denggao.documents.papers.word.printing import WordPrinter
from tests.documents.papers.making import (
    DAY,
    HOSTILE,
    W,
    footnotes,
    ledger_of,
    part,
    references,
    report,
    sentences,
    small_paper,
    text_of,
)
from tests.strategies import examples


def printed(paper: Paper, path: Path) -> Path:
    WordPrinter().write(paper, path)
    return path


def test_every_note_is_a_footnote_in_its_place(tmp_path: Path) -> None:
    ledger = ledger_of(make_county(tmp_path, firms=40))
    for index in (0, 7, 23):
        paper = report(ledger, index)
        path = printed(paper, tmp_path / f"{index}.docx")
        notes, found = [note.words for note in paper.notes()], footnotes(path)
        assert len(notes) > 40
        assert references(path) == sorted(found)
        assert [found[number] for number in references(path)] == notes


def test_every_sentence_is_there(tmp_path: Path) -> None:
    paper = small_paper()
    path = printed(paper, tmp_path / "a.docx")
    text = text_of(path)
    for sentence in sentences(paper):
        assert sentence in text
    assert "无数据" in text
    assert "规范版本：某科〔2026〕1号@2026-01-01" in text


def test_python_docx_opens_it(tmp_path: Path) -> None:
    document = docx.Document(str(printed(small_paper(), tmp_path / "a.docx")))
    assert document.paragraphs[0].text == "试验报告"
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [
        "一、领域", "二、材料"
    ]  # fmt: skip
    assert document.core_properties.title == "试验报告"
    assert len(document.tables) == 2


def test_the_parts_of_a_package_that_footnotes_need(tmp_path: Path) -> None:
    path = printed(small_paper(), tmp_path / "a.docx")
    types = zipfile.ZipFile(path).read("[Content_Types].xml").decode()
    assert 'PartName="/word/footnotes.xml"' in types
    relations = zipfile.ZipFile(path).read("word/_rels/document.xml.rels").decode()
    assert relations.count("relationships/footnotes") == 1
    kinds = [note.get(f"{W}type") for note in part(path, "word/footnotes.xml")]
    assert kinds == ["separator", "continuationSeparator", None, None, None]
    settings = [element.tag for element in part(path, "word/settings.xml")]
    assert settings.index(f"{W}footnotePr") < settings.index(f"{W}compat")
    styles = {s.get(f"{W}styleId") for s in part(path, "word/styles.xml").iter(f"{W}style")}
    for name in ("word/document.xml", "word/footnotes.xml"):
        for tag in ("pStyle", "rStyle"):
            used = {mark.get(f"{W}val") for mark in part(path, name).iter(f"{W}{tag}")}
            assert used <= styles


def test_chinese_faces_are_named(tmp_path: Path) -> None:
    """Without w:eastAsia Word would take its default face for every Chinese character."""
    path = printed(small_paper(), tmp_path / "a.docx")
    faces = {}
    for style in part(path, "word/styles.xml").iter(f"{W}style"):
        fonts = style.find(f"{W}rPr/{W}rFonts")
        if fonts is not None:
            faces[style.find(f"{W}name").get(f"{W}val")] = fonts.get(f"{W}eastAsia")
    assert faces[tpl.TITLE] == "方正小标宋简体"
    assert faces[Look.BODY.value] == faces[tpl.NOTE_TEXT] == faces[tpl.CELL] == "仿宋_GB2312"
    assert faces["heading 1"] == faces[tpl.CELL_HEAD] == "黑体"
    assert faces[tpl.SUBTITLE] == faces[tpl.STRONG] == "楷体_GB2312"


@pytest.mark.parametrize("is_wide", [False, True])
def test_the_page_of_the_standard(tmp_path: Path, is_wide: bool) -> None:
    path = printed(small_paper(is_wide=is_wide), tmp_path / "a.docx")
    (section,) = part(path, "word/document.xml").iter(f"{W}sectPr")
    size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    mm = {k.removeprefix(W): round(int(v) / 56.6929) for k, v in margins.attrib.items()}
    long, short = (round(int(size.get(f"{W}{side}")) / 56.6929) for side in ("h", "w"))
    assert (long, short) == ((210, 297) if is_wide else (297, 210))
    text = (short - mm["left"] - mm["right"], long - mm["top"] - mm["bottom"])
    assert text == ((225, 156) if is_wide else (156, 225))
    for table in part(path, "word/document.xml").iter(f"{W}tbl"):
        widths = [int(column.get(f"{W}w")) for column in table.iter(f"{W}gridCol")]
        assert sum(widths) <= round(text[0] * 56.6929) + 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    path = printed(small_paper(text), tmp_path / "a.docx")
    assert text_of(path).count(text) == 5  # subtitle, head, and three times in the body
    assert all(text in words for words in footnotes(path).values())
    xml = zipfile.ZipFile(path).read("word/document.xml").decode()
    notes = zipfile.ZipFile(path).read("word/footnotes.xml").decode()
    assert "<script" not in xml + notes
    assert ">49<" not in xml + notes
    assert fields(path) == {"PAGE"}


def fields(path: Path) -> set[str]:
    """Every field of every part, and every relation that leads outside."""
    found = set()
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            content = package.read(name)
            assert b'TargetMode="External"' not in content, name
            if name.endswith(".xml"):
                root = etree.fromstring(content)
                found |= {(x.text or "").strip() for x in root.iter(f"{W}instrText")}
                found |= {x.get(f"{W}instr", "") for x in root.iter(f"{W}fldSimple")}
    return found


@given(text=st.text(max_size=60))
@examples(12)
def test_any_text_makes_a_file_that_opens(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.docx"
    note = Note(text, (text,))
    paper = Paper("诊断报告", DAY, "题", "", (Part("甲", (say(text, note),)),))
    printed(paper, path)
    assert len(docx.Document(str(path)).paragraphs) == 3
    assert len(footnotes(path)) == len(list(paper.notes()))
    assert etree.fromstring(f"<a>{plain(text)}</a>") is not None


def test_the_same_paper_the_same_bytes(tmp_path: Path) -> None:
    one, two = (printed(small_paper(), tmp_path / name) for name in ("1.docx", "2.docx"))
    assert one.read_bytes() == two.read_bytes()


def test_a_paper_without_notes_has_no_footnotes_part(tmp_path: Path) -> None:
    paper = Paper("诊断报告", DAY, "题", "", (Part("甲", (say("没有依据的话。"),)),))
    path = printed(paper, tmp_path / "a.docx")
    assert "word/footnotes.xml" not in zipfile.ZipFile(path).namelist()


# ------------------------------------------------------------------ another office program


def _converted(folder: Path, files: list[Path]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--norestore", "--convert-to", "pdf", "--outdir", folder / "pdf", *files],
        check=False, capture_output=True, timeout=300,
        env={**os.environ, "SAL_USE_VCLPLUGIN": "svp"},
    )  # fmt: skip


def test_libreoffice_shows_every_note(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed here")
    known = tmp_path / "known.docx"
    plain_document = docx.Document()
    plain_document.add_paragraph("认得")
    plain_document.save(str(known))
    paper = report(ledger_of(make_county(tmp_path, firms=40)), 7)
    path = printed(paper, tmp_path / "a.docx")
    _converted(tmp_path, [known, path])
    if not (tmp_path / "pdf" / "known.pdf").exists():
        pytest.skip("LibreOffice is here, but not its Writer (libreoffice-writer)")
    pdfium = pytest.importorskip("pypdfium2")
    document = pdfium.PdfDocument(str(tmp_path / "pdf" / "a.pdf"))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    bare = re.sub(r"\s", "", text)
    for note in paper.notes():
        assert re.sub(r"\s", "", note.article) in bare
    for one in paper.parts:
        assert one.title in bare
