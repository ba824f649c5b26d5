"""One paper into one PDF. Fonts are the machine's own; without a Chinese one nothing is set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from denggao.documents.papers.paper import Paper, as_json
from denggao.facts.errors import UserError

_SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN",
          "SimSun", "Songti SC", "STSong", "AR PL UMing CN")  # fmt: skip
_SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "SimHei",
         "Microsoft YaHei", "PingFang SC", "STHeiti", "WenQuanYi Zen Hei",
         "Droid Sans Fallback")  # fmt: skip
#: What each kind of text is set in: the face of the standard first, then what comes near.
_WANTED = {
    "title": ("FZXiaoBiaoSong-B05S", "方正小标宋简体"),
    "fang": ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "STFangsong"),
    "hei": _SANS,
    "kai": ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "STKaiti", "Kaiti SC"),
    "song": _SERIF,
}
_ADVICE = (
    "没有找到中文字体，PDF 里的字会成方块，所以没有写。请安装“思源宋体”“思源黑体”"
    "（Debian、统信、麒麟：fonts-noto-cjk；Windows 自带的宋体、黑体也行）后再运行，或只写 Word："
    "--format docx"
)


def faces(families: Sequence[str]) -> dict[str, Any]:
    """For each kind of text the families to set it in, of those the machine has, and
    how ``strong`` runs are set. Raises UserError where none of them is Chinese."""
    have = set(families)
    chinese = [name for name in (*_SERIF, *_SANS) if name in have]
    if not chinese:
        raise UserError(_ADVICE)
    found: dict[str, Any] = {
        kind: list(dict.fromkeys([*(n for n in names if n in have), *chinese]))
        for kind, names in _WANTED.items()
    }
    # without 楷体 the gist of a paragraph stands out by its weight
    return {**found, "strong": "regular" if have & set(_WANTED["kai"]) else "bold"}


def _fonts() -> Any:
    import typst

    return typst.Fonts()


class PdfPrinter:
    """Prints papers; fonts are looked for once."""

    def __init__(self) -> None:
        import typst

        fonts = _fonts()
        self._faces = json.dumps(faces(fonts.families()))
        self._source = files(__package__).joinpath("paper.typ").read_bytes()
        self._compiler: Any = typst.Compiler(font_paths=fonts)

    def write(self, paper: Paper, path: Path) -> None:
        """The paper at ``path``; the same paper gives the same bytes."""
        told = {"data": json.dumps(as_json(paper), ensure_ascii=False), "fonts": self._faces}
        made = self._compiler.compile(
            self._source, format="pdf", sys_inputs=told, timestamp=_stamp(paper)
        )
        path.write_bytes(made)


def _stamp(paper: Paper) -> int:
    from datetime import UTC, datetime, time

    return int(datetime.combine(paper.day, time(), UTC).timestamp())
