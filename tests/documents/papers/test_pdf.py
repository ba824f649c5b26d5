"""Papers as PDF: what they say, their notes, fonts that are there or are not."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest

from denggao.demo.county import make_county
from denggao.documents.papers.paper import Paper
from denggao.documents.papers.pdf import printing
from denggao.documents.papers.pdf.printing import PdfPrinter, faces
from denggao.facts.errors import UserError
from tests.documents.papers.making import HOSTILE, ledger_of, report, sentences, small_paper


@pytest.fixture(scope="module")
def printer() -> PdfPrinter:
    try:
        return PdfPrinter()
    except UserError:
        pytest.skip("there is no Chinese font on this machine")


def text_of(printer: PdfPrinter, paper: Paper, path: Path) -> str:
    printer.write(paper, path)
    document = pypdfium2.PdfDocument(str(path))
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def bare(text: str) -> str:
    """Without blanks and breaks, which PDF puts where it likes."""
    return re.sub(r"[\s\u2060\u200b\ufffe\x02]", "", text)


def test_every_sentence_and_every_note(printer: PdfPrinter, tmp_path: Path) -> None:
    paper = small_paper()
    text = bare(text_of(printer, paper, tmp_path / "a.pdf"))
    for sentence in [*sentences(paper), *(note.words for note in paper.notes()), "无数据"]:
        assert bare(sentence) in text
    assert "—1—" in text


def test_a_whole_report(printer: PdfPrinter, tmp_path: Path) -> None:
    paper = report(ledger_of(make_county(tmp_path, firms=40)), 7)
    text = bare(text_of(printer, paper, tmp_path / "a.pdf"))
    for part in paper.parts:
        assert bare(part.title) in text
    notes = list(paper.notes())
    assert len(notes) > 40
    missing = [n for n, note in enumerate(notes, 1) if f"{n}{bare(note.article)}" not in text]
    assert missing == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_no_markup(printer: PdfPrinter, tmp_path: Path, text: str) -> None:
    found = bare(text_of(printer, small_paper(text), tmp_path / "a.pdf"))
    shown = bare(re.sub("[\u202a-\u202e\u200b]", "", text))
    assert shown in re.sub("[\u202a-\u202e]", "", found) or "\u202e" in text
    assert "root:" not in found


def test_the_same_paper_the_same_bytes(printer: PdfPrinter, tmp_path: Path) -> None:
    for name in ("1.pdf", "2.pdf"):
        printer.write(small_paper(is_wide=True), tmp_path / name)
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
    document = pypdfium2.PdfDocument(str(tmp_path / "1.pdf"))
    width, height = document[0].get_size()
    document.close()
    assert width > height


def test_without_a_chinese_font_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"没有找到中文字体.*fonts-noto-cjk"):
        faces(["DejaVu Sans", "Liberation Serif"])

    class Bare:
        def families(self) -> list[str]:
            return ["DejaVu Sans"]

    monkeypatch.setattr(printing, "_fonts", Bare)
    with pytest.raises(UserError, match="--format docx"):
        PdfPrinter()


def test_the_faces_of_the_standard_are_taken_where_they_are() -> None:
    found = faces(["KaiTi", "FangSong", "SimSun", "SimHei"])
    assert (found["fang"][0], found["kai"][0], found["hei"][0]) == ("FangSong", "KaiTi", "SimHei")
    assert found["strong"] == "regular"
    poor = faces(["Noto Serif CJK SC"])
    assert poor["strong"] == "bold"
    assert all(poor[kind] == ["Noto Serif CJK SC"] for kind in ("title", "fang", "hei", "kai"))
