"""Whose is a row of the form: a firm's, a firm's one project or voucher, or no firm's at all?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from denggao.documents.filling.areas import FormTable
from denggao.documents.filling.headrows import HeadColumn, Meant
from denggao.facts.heads import normal

_THING = re.compile(
    r"(项目|课题|成果|知识产权|专利|产品服务|产品|服务|仪器设备|仪器|设备|合同|研发活动|活动|需求|问题|"
    r"创新券|券|标准|平台|基地|任务|论文|奖项|团队|诉求|事项)(?:名称|编号|序号|代码|号)|"
    r"(?:rd|ip|ps)(?:编号|名称|号)"
)
_PERSON = re.compile(r"姓名|(?:专家|负责|人才|学员|成员|辅导).{0,4}姓名|身份证号码?|性别|职称")
_COUNTED = re.compile(r"户数|家数|企业数量?|企业个数|个数|数量[(（]?[户家]")
_OWN_PRODUCT = re.compile(r"主[营要导打]")
#: Heads that mean a firm only among other facts of firms: 「单位名称」 may be a township.
_VAGUE = frozenset(map(normal, ("单位名称", "名称", "企业", "单位", "申报单位")))
#: What a row about one project may still say of its firm.
OF_FIRM = frozenset(
    {"uscc", "name", "former_names", "region", "zone", "address", "established_on", "ownership"}
)


@dataclass(frozen=True)
class Subject:
    """``kind``: "firm", "thing of a firm" (only ``OF_FIRM`` may be filled) or "other";
    ``words`` says why to a person."""

    kind: str
    words: str = ""


def subject_of(table: FormTable, meant: Meant) -> Subject:
    """Told from the heads and their order: what comes first is what a row is about."""
    identity = [i for i in (table.index_of("name", meant), table.index_of("uscc", meant))
                if i is not None]  # fmt: skip
    thing = next((c for c in table.columns if _is_thing(c)), None)
    if not identity:
        return Subject("other", _without_identity(table, thing))
    counted = next((c for c in table.columns if _COUNTED.search(c.levels[-1])), None)
    if counted and _is_vague(table, meant):
        return Subject("other", f"有“{counted.head}”一列，一行是一个地方或部门，不是一户企业")
    if thing is None:
        return Subject("firm")
    if thing.index < min(identity):
        return Subject("other", f"一行是一个{_what(thing)}（“{thing.head}”在前），不是一户企业")
    return Subject(
        "thing of a firm",
        f"一行是企业的一个{_what(thing)}（“{thing.head}”），只填企业名称、代码、地址一类，"
        "其余由人填；没有事项的企业请删去该行",
    )


def _is_thing(column: HeadColumn) -> bool:
    words = normal(column.levels[-1])
    if _OWN_PRODUCT.search(words):
        return False
    return _THING.fullmatch(_core(words)) is not None or _PERSON.fullmatch(words) is not None


def _core(words: str) -> str:
    """Without what stands before the thing: 科技创新券编号 → 券编号, 技术需求名称 → 需求名称."""
    match = _THING.search(words)
    return words[match.start() :] if match else words


def _what(column: HeadColumn) -> str:
    match = _THING.search(normal(column.levels[-1]))
    if match is None:
        return "人"
    return match.group(1) or match.group(0)[:2].upper()


def _is_vague(table: FormTable, meant: Meant) -> bool:
    if table.index_of("uscc", meant) is not None:
        return False
    name = table.index_of("name", meant)
    column = next(c for c in table.columns if c.index == name)
    return normal(column.levels[-1]) in _VAGUE


def _without_identity(table: FormTable, thing: HeadColumn | None) -> str:
    if thing is not None:
        return f"一行是一个{_what(thing)}（“{thing.head}”），不是一户企业"
    heads = "、".join(c.head for c in table.columns[:4])
    return f"没有企业名称或信用代码一列（表头是{heads}……），看不出一行是哪一户企业"
