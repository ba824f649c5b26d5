"""Cells whose XML no spreadsheet program writes: nothing in them may vanish without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.making import Case, good, raw_sheet, sheet_xml

PLAIN = '<c r="E3"><v>3001.5</v></c>'


def _cell(xml: str) -> Callable[[Path], Path]:
    """The second firm's income, written like this."""
    sheet = sheet_xml(good())
    assert PLAIN in sheet
    return lambda path: raw_sheet(path, sheet.replace(PLAIN, xml))


CASES = [
    *(
        Case(f"cell as {xml}", _cell(xml), refused=says)
        for xml, says in (
            ('<c t="e"><v>#DIV/0!</v></c>', "没写位置"),
            ("<c><f>1+1</f></c>", "没写位置"),
            ('<c r = "E3" t = "e"><v>#DIV/0!</v></c>', "两边有空格"),
            ('<c r="E3" t\n="e"><v>#DIV/0!</v></c>', "两边有空格"),
            ('<c r="E3"><f><![CDATA[A1<3]]></f></c>', "CDATA"),
            ('<c r="E3"><!-- x --><f>1+1</f></c>', "注释"),
            ('<c r="E3"><v>30<!-- -->01.5</v></c>', "注释"),
            ('<c r="E3"><v><![CDATA[3001.5]]></v></c>', "CDATA"),
            ('<c r="E3"><v>&#51;001.5</v></c>', "字符编号"),
            ('<c r="E3"><v>7</v></c>' + PLAIN, "E3 出现了两次"),
            (PLAIN + '<c r="F3"/><c s="0" r="E3"/>', "F3 出现了两次|E3 出现了两次"),
        )
    ),
    Case("formula with an empty value that keeps spaces",
         _cell('<c r="E3"><f>1+1</f><v xml:space="preserve"></v></c>'), valid=2, errors=1,
         says=("重新计算后保存",), row=3, column="E"),
    Case("character references in a text",
         lambda path: raw_sheet(
             path, sheet_xml(good()).replace("金城", "&#x91D1;&#22478;")), never=("&#",)),
    Case("comment above the cells", lambda path: raw_sheet(path, sheet_xml(good()).replace(
        "<sheetData>", "<!-- made by hand --><sheetData>"))),
]  # fmt: skip
