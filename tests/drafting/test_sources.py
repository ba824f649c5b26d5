"""Files of strangers: text in any coding, Word, web pages; and what must be refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from denggao.drafting.draft import draft
from denggao.drafting.sources import MAX_CHARACTERS, read_source, source_of
from denggao.facts.errors import UserError

PLAN = "某县高新技术企业培育方案\n一、工作目标\n到2027年，全县高新技术企业达到40家以上。\n"


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_any_coding(tmp_path: Path, encoding: str) -> None:
    source = read_source(written(tmp_path / "a.txt", PLAN.encode(encoding)))
    assert source.text == PLAN
    assert [t.value for t in draft(source).targets] == [40]


def test_windows_line_ends(tmp_path: Path) -> None:
    source = read_source(written(tmp_path / "a.txt", PLAN.replace("\n", "\r\n").encode()))
    assert source.text == PLAN


def test_a_word_document_with_a_table(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_heading("某县2026年科技工作目标任务分解表", 1)
    for line in PLAN.split("\n"):
        document.add_paragraph(line)
    table = document.add_table(2, 3)
    for row, cells in zip(
        table.rows, (("指标", "单位", "2027年目标"), ("科技型中小企业", "家", "120")), strict=True
    ):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    path = tmp_path / "a.docx"
    document.save(str(path))
    made = draft(read_source(path))
    assert {t.value for t in made.targets} == {40, 120}
    for target in made.targets:
        assert made.quote(target.start, target.end) in made.source.text


def test_a_web_page_without_its_scripts(tmp_path: Path) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>页</title><script>var a='高新技术企业99"
        "9家';</script></head>"
        "<body><nav>首页 今年新增888家</nav><div><p>某县高新技术企业培育方案</p><p>一、工作目标</p>"
        "<p>到2027年，<b>全县</b>高新技术企业达到&nbsp;40家以上。</p></div>"
        "<script>document.write('科技型中小企业777家')</script><footer>电话1380000"
        "0000</footer></body></html>"
    )
    made = draft(read_source(written(tmp_path / "a.html", page.encode())))
    assert [t.value for t in made.targets] == [40]
    assert "999" not in made.source.text
    assert "777" not in made.source.text


@pytest.mark.parametrize("content", [b"", b" \n\n ", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError, match="没有文字"):
        read_source(written(tmp_path / "a.txt", content))


def test_a_text_as_long_as_no_plan(tmp_path: Path) -> None:
    text = "高新技术企业达到100家。" * (MAX_CHARACTERS // 10)
    with pytest.raises(UserError, match="不像一份方案"):
        read_source(written(tmp_path / "a.txt", text.encode()))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".docx"),
        (b"\x89PNG\r\n" + b"\0" * 60, "图片"),
        (b"PK\x03\x04 broken", "Word"),
        (b"text with \x00 in it", "空字符"),
        (b"\xff\xfa\x81 \x80\x81", "编码"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(UserError, match=told):
        read_source(written(tmp_path / "a.txt", content))


def test_damaged_utf8_is_named(tmp_path: Path) -> None:
    content = PLAN.encode() * 5
    with pytest.raises(UserError, match="损坏的字符"):
        read_source(written(tmp_path / "a.txt", content[:100] + b"\xff" + content[100:]))


def test_a_word_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b"<w>" + b" " * (80 << 20) + b"</w>")
    with pytest.raises(UserError, match="不予读取"):
        read_source(path)


def test_a_word_document_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", bomb)
    with pytest.raises(UserError, match="不予读取"):
        read_source(path)


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="找不到"):
        read_source(tmp_path / "no.txt")
    with pytest.raises(UserError, match="文件夹"):
        read_source(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "高新技术企业" * 3_000,
        "一、" * 5_000,
        "达到" * 9_000 + "3家",
        "、".join(["甲局"] * 5_000),
        "(责任单位:" * 3_000,
        "1," * 9_000,
        "《" * 9_000,
        "三年" * 5_000,
        "全" * 20_000,
        "每年" * 5_000 + "5家",
    ],
    ids=range(11),
)
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    import time

    start = time.process_time()
    draft(source_of("某县方案\n一、工作目标\n" + text))
    assert time.process_time() - start < 4


def test_a_text_without_any_figure() -> None:
    made = draft(source_of("今天天气很好。\n"))
    assert not made.items
    assert not made.tasks
    assert not made.awards
