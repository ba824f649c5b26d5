"""A bureau's own Word templates: what they may do, and what is refused in words."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import docx
import jinja2
import pytest

from denggao.documents.papers.printing import save_templates
from denggao.documents.papers.word.printing import WordPrinter
from denggao.documents.papers.word.template import template
from denggao.facts.errors import UserError
from tests.documents.papers.making import W, footnotes, part, references, small_paper, text_of

BODY = ("{%p for 部分 in 各部分 %}", "{{ 部分.标题 }}", "{{p 部分.内容 }}", "{%p endfor %}")


def own(folder: Path, *lines: str, header: str = "") -> Path:
    """A folder with a template of these paragraphs, made from nothing of ours."""
    folder.mkdir(exist_ok=True)
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    document.save(str(folder / "诊断报告.docx"))
    return folder


def printed(folder: Path, path: Path) -> Path:
    WordPrinter(folder).write(small_paper(), path)
    return path


def refused(folder: Path, path: Path) -> str:
    with pytest.raises(UserError) as caught:
        printed(folder, path)
    assert not path.exists()
    return str(caught.value)


def test_a_template_from_nothing_gets_our_styles(tmp_path: Path) -> None:
    folder = own(tmp_path / "模板", "某某科技局", *BODY, "联系人：张", header="内部 {{ 企业名称 }}")
    path = printed(folder, tmp_path / "a.docx")
    lines = text_of(path).splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("某某科技局", "一、领域", "联系人：张")
    assert references(path) == sorted(footnotes(path))
    assert len(footnotes(path)) == 3
    styles = {s.get(f"{W}styleId") for s in part(path, "word/styles.xml").iter(f"{W}style")}
    used = {m.get(f"{W}val") for m in part(path, "word/document.xml").iter(f"{W}pStyle")}
    assert used <= styles
    header = docx.Document(str(path)).sections[0].header.paragraphs[0].text
    assert header == "内部 甲公司符合。"


def test_a_part_left_out_and_styles_renamed_as_wps_does(tmp_path: Path) -> None:
    folder = tmp_path / "模板"
    save_templates(folder, [("诊断报告", False)])
    path = folder / "诊断报告.docx"
    document = docx.Document(str(path))
    for number, style in enumerate(document.styles.element.iter(f"{W}style")):
        old, new = style.get(f"{W}styleId"), f"a{number}"
        style.set(f"{W}styleId", new)
        for element in document.element.iter(f"{W}pStyle", f"{W}rStyle"):
            if element.get(f"{W}val") == old:
                element.set(f"{W}val", new)
    loop = next(p for p in document.paragraphs if "各部分" in p.text)
    loop.insert_paragraph_before("")
    heading = next(p for p in document.paragraphs if "部分.标题" in p.text)
    heading.insert_paragraph_before("{%p if 部分.名称 != '材料' %}")
    end = [p for p in document.paragraphs if "endfor" in p.text][-1]
    end.insert_paragraph_before("{%p endif %}")
    document.save(str(path))
    made = printed(folder, tmp_path / "a.docx")
    assert "一、领域" in text_of(made)
    assert "二、材料" not in text_of(made)
    styles = [s.get(f"{W}styleId") for s in part(made, "word/styles.xml").iter(f"{W}style")]
    assert len(styles) == len(set(styles))
    used = {m.get(f"{W}val") for m in part(made, "word/document.xml").iter(f"{W}pStyle")}
    assert used <= set(styles)
    assert all(one.startswith("a") for one in used)  # theirs, not ours added once more


def test_notes_of_a_template_stay(tmp_path: Path) -> None:
    """A template that is itself a printed paper has notes already."""
    folder = tmp_path / "模板"
    folder.mkdir()
    printed(own(tmp_path / "空", *BODY), folder / "诊断报告.docx")
    document = docx.Document(str(folder / "诊断报告.docx"))
    for line in BODY:
        document.add_paragraph(line)
    document.save(str(folder / "诊断报告.docx"))
    path = printed(folder, tmp_path / "a.docx")
    assert sorted(footnotes(path)) == [1, 2, 3, 4, 5, 6]
    assert references(path) == [1, 2, 3, 4, 5, 6]


def test_a_folder_without_this_kind_uses_ours(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    assert "试验报告" in text_of(printed(tmp_path / "空", tmp_path / "a.docx"))


ATTACKS = {
    "{{ ''.__class__ }}": "不许读的属性",
    "{{ 标题.__class__.__mro__ }}": "不许读的属性",
    "{{ 各部分[0]['__class__'] }}": "下划线",
    "{{ 标题['for' ~ 'mat'] }}": "方括号",
    "{{ 标题.format(1) }}": "调用",
    "{{ cycler.__init__ }}": "不许读的属性",
    "{% for i in range(10**9) %}x{% endfor %}": "for 只能",
    "{% for i in 各部分 %}{% for j in 各部分 %}{% for k in 各部分 %}{% for l in 各部分 %}x"
    "{% endfor %}{% endfor %}{% endfor %}{% endfor %}": "for 套了",
    "{% for 部分 in 各部分 recursive %}{{ loop(各部分) }}{% endfor %}": "recursive",
    "{{ 'a' * 10**9 }}": "只能用变量",
    "{{ 9 ** 9 ** 9 }}": "只能用变量",
    "{{ 标题|center(1000000000) }}": "过滤器",
    "{{ 标题|attr('__class__') }}": "过滤器",
    "{{ 标题|safe }}": "过滤器",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}": "macro",
    "{% set a = 标题 %}": "set",
    "{% include '/etc/passwd' %}": "include",
    "{% import 'os' as os %}": "import",
    "{{ 没有这个名称 }}": "没有给出",
    "{{ 标题.没有 }}": "没有给出",
    "{% if 标题 %}": "不能用",
    "{{ 各部分 }": "没有成对",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_template_may_not(tmp_path: Path, attack: str) -> None:
    began = time.monotonic()
    said = refused(own(tmp_path / "模板", attack, *BODY), tmp_path / "a.docx")
    assert "诊断报告.docx" in said
    assert ATTACKS[attack] in said
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("attack", ["{{ ''.__class__ }}", "{{ 标题.__class__.__mro__ }}"])
def test_without_the_sandbox_these_reach_python(attack: str) -> None:
    """The control: jinja by itself prints the class."""
    assert "class" in jinja2.Environment(autoescape=True).from_string(attack).render(标题="甲")


def test_an_attack_in_the_header_or_the_properties(tmp_path: Path) -> None:
    folder = own(tmp_path / "头", *BODY, header="{{ ''.__class__ }}")
    assert "不许读的属性" in refused(folder, tmp_path / "a.docx")
    document = docx.Document(str(own(tmp_path / "性", *BODY) / "诊断报告.docx"))
    document.core_properties.subject = "{{ ''.__class__ }}"
    document.save(str(tmp_path / "性" / "诊断报告.docx"))
    assert "不许读的属性" in refused(tmp_path / "性", tmp_path / "a.docx")


@pytest.mark.parametrize(
    "lines",
    [
        ("{%p for 部分 in 各部分 %}", "见 {{ 部分.内容 }}", "{%p endfor %}"),
        ("{%p for 部分 in 各部分 %}", "{{r 部分.内容 }}", "{%p endfor %}"),
    ],
)
def test_a_body_inside_a_paragraph_is_refused(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert "{{p 部分.内容 }}" in refused(own(tmp_path / "模板", *lines), tmp_path / "a.docx")


def test_a_body_in_a_header_is_refused(tmp_path: Path) -> None:
    header = "{%p for 部分 in 各部分 %}{{ 部分.内容 }}{%p endfor %}"
    said = refused(own(tmp_path / "模板", *BODY, header=header), tmp_path / "a.docx")
    assert "诊断报告.docx" in said


def test_markup_that_does_not_close_is_not_mended_in_silence(tmp_path: Path) -> None:
    folder = tmp_path / "模板"
    folder.mkdir()
    document = docx.Document()
    document.add_paragraph("{% for 部分 in 各部分 %}{{ 部分.标题 }}")
    document.add_table(1, 1).cell(0, 0).text = "{% endfor %}"
    document.save(str(folder / "诊断报告.docx"))
    assert "没有成对" in refused(folder, tmp_path / "a.docx")


def test_what_is_no_template(tmp_path: Path) -> None:
    folder = tmp_path / "模板"
    folder.mkdir()
    path = folder / "诊断报告.docx"
    path.write_text("不是文档", encoding="utf-8")
    assert "不是 .docx" in refused(folder, tmp_path / "a.docx")
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("别的.txt", "x")
    assert "不是 .docx" in refused(folder, tmp_path / "a.docx")
    path.write_bytes(template(False))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("word/vbaProject.bin", b"x")
    assert "有宏" in refused(folder, tmp_path / "a.docx")
    path.write_bytes(template(False))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/a.bin", bytes(70 << 20))
    assert "压缩" in refused(folder, tmp_path / "a.docx")
    with pytest.raises(UserError, match="没有模板文件夹"):
        WordPrinter(tmp_path / "没有")


def test_saved_templates_print_as_ours_do(tmp_path: Path) -> None:
    save_templates(tmp_path / "存", [("诊断报告", False)])
    WordPrinter().write(small_paper(), tmp_path / "1.docx")
    WordPrinter(tmp_path / "存").write(small_paper(), tmp_path / "2.docx")
    assert (tmp_path / "1.docx").read_bytes() == (tmp_path / "2.docx").read_bytes()
    with pytest.raises(UserError, match="不覆盖"):
        save_templates(tmp_path / "存", [("诊断报告", False)])
