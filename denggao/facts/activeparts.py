"""What in a workbook runs, or fetches something, when somebody opens it: refused unread.

Macros are known by their content type and relation, whatever their part is called. Links in
cells and formulas that read another workbook are left alone: nothing follows them here, and
the values that the workbook stores are the ones its owner sees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree import ElementTree

from denggao.facts.xmlguard import Refused

_MACROS = "带有宏"
_NO_MACROS = "请另存为不含宏的 .xlsx 再导入"
_CONTROLS = "嵌有 ActiveX 控件"
_OBJECTS = "嵌有别的文件（OLE 对象、附件）"
_REMOVE = "请把它们删去后另存再导入"
_DDE = "会向别的程序取数（DDE）"
#: Word in the type of a content or relation → what it means, and the cure.
_ACTIVE = {
    "macroenabled": (_MACROS, _NO_MACROS),
    "vbaproject": (_MACROS, _NO_MACROS),
    "macrosheet": (_MACROS, _NO_MACROS),
    "activex": (_CONTROLS, _REMOVE),
    "oleobject": (_OBJECTS, _REMOVE),
    "attachedtoolbars": (_MACROS, _NO_MACROS),
    "customui": (_MACROS, _NO_MACROS),
    "extensibility": (_MACROS, _NO_MACROS),
}
_FOLDERS = {
    "xl/embeddings/": (_OBJECTS, _REMOVE),
    "xl/activex/": (_CONTROLS, _REMOVE),
    "xl/macrosheets/": (_MACROS, _NO_MACROS),
}
#: Links that somebody has to click, and the workbooks that formulas were computed from.
_HARMLESS_OUTSIDE = (
    "/hyperlink",
    "/externallinkpath",
    "/externallinklongpath",
    "/xlpathmissing",
    "/xlstartup",
    "/xllibrary",
)

Tree = Callable[[str], ElementTree.Element]


class Active(Refused):
    """``cure``: how to get rid of it."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(why)
        self.cure = cure


def refuse_active(names: Iterable[str], tree: Tree) -> bool:
    """Raises Active for macros, controls, embedded files and what is fetched from outside.
    True when the workbook reads other workbooks. ``tree`` parses a part by its name."""
    names = list(names)
    for name in names:
        _refuse_name(name.lower())
    for entry in tree("[Content_Types].xml"):
        _refuse_type(entry.get("ContentType", "").lower())
    linked = False
    for name in names:
        if name.lower().endswith(".rels"):
            for relation in tree(name):
                linked |= _is_link_to_workbook(relation)
        elif name.lower().startswith("xl/externallinks/"):
            _refuse_dde(tree(name))
    return linked


def _refuse_name(name: str) -> None:
    if name.endswith("vbaproject.bin"):
        raise Active(_MACROS, _NO_MACROS)
    for folder, (why, cure) in _FOLDERS.items():
        if name.startswith(folder):
            raise Active(why, cure)


def _refuse_type(type_: str) -> None:
    for word, (why, cure) in _ACTIVE.items():
        if word in type_:
            raise Active(why, cure)


def _is_link_to_workbook(relation: ElementTree.Element) -> bool:
    type_ = relation.get("Type", "").lower()
    _refuse_type(type_)
    if type_.endswith("/relationships/package"):
        raise Active(_OBJECTS, _REMOVE)
    outside = relation.get("TargetMode", "").lower() == "external"
    if outside and not type_.endswith(_HARMLESS_OUTSIDE):
        raise Active("会从别处取内容（外部关系）", "请用 Excel 或 WPS 断开外部数据后另存再导入")
    return type_.endswith("/externallink")


def _refuse_dde(link: ElementTree.Element) -> None:
    for element in link:
        if element.tag.rpartition("}")[2] in ("ddeLink", "oleLink"):
            raise Active(_DDE, "请用 Excel 或 WPS 断开链接后另存再导入")
