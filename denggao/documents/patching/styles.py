"""Cell formats: a format like another one but for its background, number format or quote
mark, added at the end of the list. The formats that are there are never changed."""

from __future__ import annotations

import re

from denggao.documents.patching.spans import (
    Element,
    Splice,
    escaped,
    insertion,
    parse,
    retagged,
    spliced,
    with_attribute,
)

DATE = "yyyy\\-mm\\-dd"
DATE_TIME = "yyyy\\-mm\\-dd\\ hh:mm:ss"
TEXT = "@"
GENERAL = "General"

_BUILT_IN = {GENERAL: 0, TEXT: 49}
#: Built-in formats that show dates, with those of East Asian versions.
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_FIRST_OWN = 164
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip


class Styles:
    """The styles part; ``data`` is what it is now."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._made: dict[tuple[object, ...], int] = {}
        self._load()

    def _load(self) -> None:
        self._root = parse(self.data)
        self._formats = self._list("cellXfs")
        self._codes = {
            found.number("numFmtId"): found.get("formatCode") for found in self._list("numFmts")
        }

    def _list(self, name: str) -> list[Element]:
        found = self._root.child(name)
        return found.children if found else []

    def _format(self, style: int) -> Element | None:
        return self._formats[style] if 0 <= style < len(self._formats) else None

    # --- what a format is ------------------------------------------------------------------

    def _number_format(self, style: int) -> int:
        found = self._format(style)
        return found.number("numFmtId") if found else 0

    def is_date(self, style: int) -> bool:
        """Does it show numbers as dates or times?"""
        number = self._number_format(style)
        if number not in self._codes:
            return number in _DATES
        code = _LITERAL.sub("", self._codes[number].partition(";")[0])
        return code.lower() != "general" and re.search("[ymdhs]", code, re.IGNORECASE) is not None

    def is_text(self, style: int) -> bool:
        """Does it take whatever is typed as text?"""
        number = self._number_format(style)
        return self._codes.get(number, "") == TEXT or number == _BUILT_IN[TEXT]

    def is_locked(self, style: int) -> bool:
        """Is the cell locked where its sheet is protected? So it is unless it says no."""
        found = self._format(style)
        protection = found.child("protection") if found else None
        return protection is None or protection.get("locked", "1") not in ("0", "false")

    # --- a format like it ------------------------------------------------------------------

    def variant(
        self,
        style: int,
        *,
        fill: str | None = None,
        code: str | None = None,
        quoted: bool = False,
        bold: bool = False,
    ) -> int:
        """The number of a format like ``style`` with this background (RRGGBB), number format,
        quote mark (what is typed stays text) or a bold font; added if there is none yet."""
        if fill is None and code is None and not quoted and not bold:
            return style
        key = (style, fill, code, quoted, bold)
        if key not in self._made:
            self._made[key] = self._add(style, fill, code, quoted, bold)
        return self._made[key]

    def _add(self, style: int, fill: str | None, code: str | None, quoted: bool, bold: bool) -> int:
        changes: dict[str, str] = {}
        if fill is not None:
            changes |= {"fillId": str(self._fill(fill)), "applyFill": "1"}
        if code is not None:
            changes |= {"numFmtId": str(self._code(code)), "applyNumberFormat": "1"}
        if bold:
            changes |= {"fontId": str(self._bold(style)), "applyFont": "1"}
        if quoted:
            changes["quotePrefix"] = "1"
        root = self._root
        base = self._format(style) or self._format(0)
        if base is None:
            new = f'<{root.tag("xf")} numFmtId="0" fontId="0" fillId="0" borderId="0"/>'.encode()
            inner = len(new)
        else:
            new, inner = self.data[base.start : base.stop], base.inner - base.start
        tag = new[:inner]
        for name, value in changes.items():
            tag = with_attribute(tag, name, value)
        return self._item("cellXfs", tag + new[inner:])

    def _fill(self, colour: str) -> int:
        tag = self._root.tag
        new = (
            f'<{tag("fill")}><{tag("patternFill")} patternType="solid">'
            f'<{tag("fgColor")} rgb="FF{colour.upper()}"/><{tag("bgColor")} indexed="64"/>'
            f"</{tag('patternFill')}></{tag('fill')}>"
        )
        return self._item("fills", new.encode())

    def _code(self, code: str) -> int:
        if code in _BUILT_IN:
            return _BUILT_IN[code]
        for number, known in self._codes.items():
            if known == code:
                return number
        number = max([_FIRST_OWN - 1, *self._codes]) + 1
        said = escaped(code, quote=True)
        tag = self._root.tag("numFmt")
        self._item("numFmts", f'<{tag} numFmtId="{number}" formatCode="{said}"/>'.encode())
        return number

    def _bold(self, style: int) -> int:
        fonts, base = self._list("fonts"), self._format(style)
        number = base.number("fontId") if base else 0
        mark = f"<{self._root.tag('b')}/>".encode()
        if not number < len(fonts):
            tag = self._root.tag("font")
            return self._item("fonts", f"<{tag}>".encode() + mark + f"</{tag}>".encode())
        font = fonts[number]
        if font.child("b"):
            return number
        old = self.data[font.start : font.stop]
        shifted = parse(old)
        first = shifted.children[0].name if shifted.children else ""
        return self._item("fonts", spliced(old, [insertion(old, shifted, mark, before=(first,))]))

    def _item(self, name: str, new: bytes) -> int:
        """The place of an item in a list, added at its end unless it is there already."""
        found = self._root.child(name)
        if found is None:
            following = _ORDER[_ORDER.index(name) + 1 :]
            tag = self._root.tag(name)
            empty = f'<{tag} count="0"></{tag}>'.encode()
            self._splice([insertion(self.data, self._root, empty, before=following)])
            return self._item(name, new)
        for place, child in enumerate(found.children):
            if self.data[child.start : child.stop] == new:
                return place
        if found.is_closed:  # openpyxl writes <numFmts count="0"/>
            self._splice([insertion(self.data, found, b"")])
            return self._item(name, new)
        count = len(found.children)
        self._splice(
            [retagged(self.data, found, "count", str(count + 1)), (found.end, found.end, new)]
        )
        return count

    def _splice(self, splices: list[Splice]) -> None:
        self.data = spliced(self.data, splices)
        self._load()


def empty(namespace: str) -> str:
    """The body of a styles part with the one format that every workbook has."""
    return (
        f'<styleSheet xmlns="{namespace}"><fonts count="1"><font><sz val="11"/>'
        '<name val="等线"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/>'
        '</fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1">'
        "<border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"'
        ' xfId="0"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"'
        ' builtinId="0"/></cellStyles></styleSheet>'
    )
