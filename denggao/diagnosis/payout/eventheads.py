"""What the columns of a 兑现名单 say: the event and its parts, and the facts of firm and event."""

from __future__ import annotations

from functools import cache

from denggao.facts.carrying import carry_key
from denggao.facts.catalogue import catalogue
from denggao.facts.columnmap import ColumnMap
from denggao.facts.headparts import normal, without_unit
from denggao.facts.heads import Meaning, understand, unit_factor
from denggao.facts.tables import IDENTITY, Reader

#: What a column of such a list says besides the firm and its facts, by its heads.
HEADS = {
    "event": ("事项", "奖补事项", "兑现事项", "认定类型", "认定类别", "认定情况", "认定方式",
              "奖补类型", "奖补类别", "奖补项目", "申报类型", "事件"),
    "day": ("事项日期", "认定日期", "认定时间", "发生日期", "日期", "发证日期", "发证时间",
            "公告日期", "入库日期", "迁入日期", "受理日期", "批准日期", "登记日期"),
    "year": ("认定年度", "认定年份", "事项年度", "获认定年度", "年度", "年份"),
    "title": ("对象", "奖补对象", "资格类型", "资质类型", "证书类型", "称号", "资格名称"),
    "stage": ("期次", "拨付期次", "分期"),
    "batch": ("批次", "认定批次", "兑现批次", "奖补批次"),
    "award": ("奖补编号", "奖补条款编号"),
    "ref": ("科技创新券编号", "创新券编号", "券号", "合同编号", "合同登记编号", "事项编号"),
    "claimed": ("应奖", "应奖金额", "应奖补金额", "应发", "应发金额"),
    "already": ("已拨付", "已拨付金额", "已发金额", "已发放金额", "已兑付金额"),
    "fen": ("发放金额", "奖补金额", "实发金额", "本次拨付", "本次拨付金额", "拨付金额",
            "兑付金额"),
}  # fmt: skip
_ROLE = {normal(head): role for role, heads in HEADS.items() for head in heads}
_EVENT_FACTS = {
    normal(word): fact.code
    for fact in catalogue().values()
    if fact.of_event
    for word in (fact.name, *fact.aliases)
}


def event_reader(application_year: int, *, names_alone: bool = False) -> Reader:
    """Finds tables of firms and events, and understands the facts of events, too.
    ``names_alone``: a list of nothing but firms is one, for the event is told elsewhere."""
    keys = {carry_key(head) for heads in HEADS.values() for head in heads}
    if names_alone:
        whose = (catalogue()[code] for code in IDENTITY)
        keys |= {carry_key(word) for fact in whose for word in (fact.name, *fact.aliases)}
    return _Reader(application_year, ColumnMap(), None, frozenset(keys))


class _Reader(Reader):
    """Understands the facts of events, too."""

    def meaning(self, path: tuple[str, ...]) -> Meaning | None:
        """As in a ledger, after the heads that only such lists have."""
        return _event_fact(path) or super().meaning(path)


@cache
def _event_fact(path: tuple[str, ...]) -> Meaning | None:
    words, _ = without_unit(path[-1])
    code, unit = _EVENT_FACTS.get(normal(words)), unit_of("/".join(path))
    if code is None:
        return None
    meaning = Meaning("fact", code)
    factor = None if unit is None else unit_factor(meaning, unit)
    return Meaning("fact", code, factor=factor) if unit is None or factor else None


@cache
def unit_of(head: str) -> str | None:
    """The unit in a head, or else in one above it: 「承担资金（万元）/已拨付」."""
    units = (without_unit(level)[1] for level in reversed(head.split("/")))
    return next((unit for unit in units if unit), None)


@cache
def role_of(head: str) -> str:
    """Which part of an event the column with this head holds; "" for none."""
    words, _ = without_unit(head.rsplit("/", 1)[-1])
    return _ROLE.get(normal(words), "")


@cache
def meaning_in(head: str, event_year: int) -> Meaning | None:
    """What a head says of a firm whose event was in this year."""
    path = tuple(head.split("/"))
    return _event_fact(path) or understand(path, event_year)
