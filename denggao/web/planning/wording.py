"""What an item says, in a line, from the JSON of schema 1.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from denggao.drafting.as_targets import OPS
from denggao.web.planning.models import Goal

#: Sorts of a figure as the JSON has them.
SORTS = {
    "stock": "存量", "flow": "流量", "ratio": "比率", "growth": "增速", "rank": "位次",
    "index": "指数", "duty": "职责", "threshold": "门槛", "forecast": "预计",
}  # fmt: skip
ROLES = {"fact": "已报告的数", "forecast": "预计", "threshold": "门槛"}
HOWS = dict(Goal.How.choices)


def _amount(value: Any) -> str:
    if value is None:
        return "*（未定）"
    return "—".join(map(str, value)) if isinstance(value, list) else str(value)


def target(said: dict[str, Any]) -> str:
    """「2027 年　高新技术企业数 > 255 家」."""
    year = said["year"]
    when = f"{year} 年" if isinstance(year, int) else year or "未写年度"
    where = f"{said['scope']}　" if said.get("scope") else ""
    unit = said["unit"] or ""
    return f"{when}　{where}{said['indicator']} {OPS[said['op']]} {_amount(said['value'])}{unit}"


def counted(said: dict[str, Any]) -> str:
    """How a target is counted."""
    how = HOWS.get(said.get("how", ""), "")
    if said.get("tier") and how:
        part = f"，{said['industry']}" if said.get("industry") else ""
        return f"{how}，按台账的{said['tier']}清点{part}"
    return f"{SORTS.get(said['kind'], '')}，台账不能清点"


def _task(said: dict[str, Any]) -> str:
    return f"{said['no']}　{said['title']}" if said["no"] else str(said["title"])


def units(said: dict[str, Any]) -> str:
    """「区科技局（牵头）、区财政局」; 未落实单位 where nobody is named."""
    names = dict.fromkeys(link["name"] for link in said["links"])
    leads = {link["name"] for link in said["links"] if link["lead"]}
    told = [f"{name}（牵头）" if name in leads else name for name in names]
    return "、".join(told) or "未落实单位"


def _award(said: dict[str, Any]) -> str:
    amount = (
        "未写金额" if said["amount"] is None else _amount(said["amount"]) + (said["unit"] or "")
    )
    parts = [said["beneficiary"], said["condition"], amount]
    cap = said.get("cap")
    parts += [f"最高 {cap['amount']}{cap['unit']}"] if cap else []
    parts += filter(None, (said.get("share"), said.get("stages"), said.get("level")))
    return "　".join(filter(None, map(str, parts)))


def _deadline(said: dict[str, Any]) -> str:
    return f"{said['what']}：{said['when']}" + (
        f"（{said['recurrence']}）" if said["recurrence"] else ""
    )


def _cited(said: dict[str, Any]) -> str:
    return f"{said['name']} {said['doc_no'] or ''}（{said['role']}）"


def _body(said: dict[str, Any]) -> str:
    return f"{said['name']}：{'、'.join(said['members']) or '没有列出成员'}"


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "target": target, "task": _task, "award": _award, "deadline": _deadline, "cited": _cited,
    "body": _body, "conflict": lambda said: str(said["desc"]),
}  # fmt: skip


def words(kind: str, said: dict[str, Any]) -> str:
    """The item in a line."""
    return _WORDS[kind](said)
