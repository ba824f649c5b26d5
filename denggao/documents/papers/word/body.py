"""Paragraphs and tables of a paper as WordprocessingML, in the styles of the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from denggao.documents.papers.paper import Block, Paragraph, Said, Table
from denggao.documents.papers.word.footnotes import plain
from denggao.documents.papers.word.template import CELL, CELL_HEAD, STRONG

Reference = Callable[[str], str]
_EMPTY = "无数据"
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def blocks_xml(
    blocks: Sequence[Block], styles: Mapping[str, str], width: int, reference: Reference
) -> str:
    """The blocks one after the other. ``styles``: style name → id; ``width`` of a table in
    twentieths of a point; ``reference`` makes the run of a footnote."""
    writer = _Writer(styles, width, reference)
    leads = {n - 1 for n, block in enumerate(blocks) if isinstance(block, Table)}
    return "".join(writer.block(block, leads=n in leads) for n, block in enumerate(blocks))


class _Writer:
    def __init__(self, styles: Mapping[str, str], width: int, reference: Reference) -> None:
        self.styles, self.width, self.reference = styles, width, reference

    def block(self, block: Block, *, leads: bool) -> str:
        """``leads``: it belongs to the table that follows."""
        if isinstance(block, Paragraph):
            kept = "<w:keepNext/>" if leads else ""
            return self.paragraph(block.said, block.look.value, kept)
        return self.table(block)

    def paragraph(self, said: Sequence[Said], style: str, more: str = "") -> str:
        runs = "".join(self.run(one) for one in said)
        return f'<w:p><w:pPr><w:pStyle w:val="{self.styles[style]}"/>{more}</w:pPr>{runs}</w:p>'

    def run(self, said: Said) -> str:
        strong = f'<w:rPr><w:rStyle w:val="{self.styles[STRONG]}"/></w:rPr>' if said.strong else ""
        text = f'<w:r>{strong}<w:t xml:space="preserve">{plain(said.text)}</w:t></w:r>'
        return text + (self.reference(said.note.words) if said.note else "")

    def table(self, table: Table) -> str:
        total = sum(table.widths)
        widths = [self.width * share // total for share in table.widths]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = "".join(self.rows(table, widths))
        return (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
            f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def rows(self, table: Table, widths: Sequence[int]) -> Iterator[str]:
        heads = "".join(
            self.cell((Said(head),), CELL_HEAD, width, centred=True)
            for head, width in zip(table.heads, widths, strict=True)
        )
        yield f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{heads}</w:tr>"
        for row in table.rows:
            cells = "".join(
                self.cell(said, CELL, width, centred=number in table.centred)
                for number, (said, width) in enumerate(zip(row, widths, strict=True))
            )
            yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
        if not table.rows:
            span = f'<w:gridSpan w:val="{len(widths)}"/>'
            empty = self.cell((Said(_EMPTY),), CELL, sum(widths), centred=True, more=span)
            yield f"<w:tr>{empty}</w:tr>"

    def cell(
        self, said: Sequence[Said], style: str, width: int, *, centred: bool, more: str = ""
    ) -> str:
        align = '<w:jc w:val="center"/>' if centred else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{more}<w:vAlign w:val="center"/>'
            f"</w:tcPr>{self.paragraph(said, style, align)}</w:tc>"
        )
