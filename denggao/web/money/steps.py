"""Every change of state of a pay run and of a voucher: from, to, who, and what it needs. Nothing
else changes a state, and a state is only left by one of its own steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.ledger.actions import Conflict
from denggao.web.money.models import Run, Voucher


@dataclass(frozen=True)
class Step:
    """``words`` in Chinese; ``permission`` "" where the program itself does it; ``needs`` for
    people; ``apart``: (field, what they did) of those who cannot take this step, too."""

    code: str
    words: str
    origins: tuple[str, ...]
    to: str
    permission: str
    needs: str
    apart: tuple[tuple[str, str], ...] = ()


_R: Any = Run.State
_COMPUTED = (("by", "测算"), ("again_by", "重算"))
_REVIEWED = (*_COMPUTED, ("reviewed_by", "复核"))
RUN_STEPS = (
    Step("compute", "测算完成", (_R.COMPUTING,), _R.COMPUTED, "", "名单读得懂，办法载得入"),
    Step("fail", "没有算成", (_R.COMPUTING,), _R.FAILED, "", "写明为什么"),
    Step("again", "重算", (_R.FAILED,), _R.COMPUTING, "money.run", "按留下的名单再算一次"),
    Step(
        "review", "复核", (_R.COMPUTED,), _R.REVIEWED, "money.run", "不是测算的人",
        apart=_COMPUTED,
    ),
    Step(
        "publish", "公示", (_R.REVIEWED,), _R.PUBLISHED, "money.run",
        "公示日、工作日数、异议受理",
    ),
    Step(
        "approve", "审定", (_R.PUBLISHED,), _R.APPROVING, "money.approve",
        "不是测算、复核的人；公示期满；异议都已处理", apart=_REVIEWED,
    ),
    Step("owe", "列为应付", (_R.APPROVING,), _R.APPROVED, "", "每一笔认得准是哪一户，没有发过"),
    Step("unapprove", "没有审定成", (_R.APPROVING,), _R.PUBLISHED, "", "写明为什么"),
    Step("settle", "付清", (_R.APPROVED,), _R.PAID, "", "应付的每一笔都已付"),
    Step(
        "drop", "作废",
        (_R.COMPUTING, _R.FAILED, _R.COMPUTED, _R.REVIEWED, _R.PUBLISHED), _R.DROPPED,
        "money.run", "写明理由；审定以后不能作废，只能追回",
    ),
)  # fmt: skip
_V: Any = Voucher.State
_HANDED_IN = (("by", "申领登记"), ("proved_by", "佐证登记"))
_CHECKED = (*_HANDED_IN, ("reviewed_by", "审核"))
VOUCHER_STEPS = (
    Step(
        "contract", "登记合同", (_V.APPLIED,), _V.CONTRACTED, "money.run",
        "合同编号、金额、服务机构",
    ),
    Step(
        "invoice", "登记发票", (_V.CONTRACTED,), _V.INVOICED, "money.run",
        "发票号码、金额；一张发票只用一次",
    ),
    Step("prove", "登记佐证", (_V.INVOICED,), _V.PROVEN, "money.run", "服务成果、付款凭证等"),
    Step(
        "review", "审核", (_V.PROVEN,), _V.REVIEWED, "money.run",
        "不是登记的人；核定金额不超过券面、合同、发票", apart=_HANDED_IN,
    ),
    Step("publish", "公示", (_V.REVIEWED,), _V.PUBLISHED, "money.run", "公示日、工作日数"),
    Step(
        "approve", "审定", (_V.PUBLISHED,), _V.APPROVED, "money.approve",
        "不是登记、审核的人；公示期满", apart=_CHECKED,
    ),
    Step("pay", "兑付", (_V.APPROVED,), _V.PAID, "money.run", "付款日期、凭证号"),
    Step(
        "refuse", "不予兑付",
        (_V.APPLIED, _V.CONTRACTED, _V.INVOICED, _V.PROVEN, _V.REVIEWED, _V.PUBLISHED,
         _V.APPROVED),
        _V.REFUSED, "money.run", "写明理由",
    ),
)  # fmt: skip
_STEPS: dict[type[models.Model], dict[str, Step]] = {
    Run: {s.code: s for s in RUN_STEPS},
    Voucher: {s.code: s for s in VOUCHER_STEPS},
}


def step_of(model: type[models.Model], code: str) -> Step:
    """The step of this code. Raises KeyError."""
    return _STEPS[model][code]


def open_to(user: User, thing: Run | Voucher) -> list[Step]:
    """The steps that this person may take now, in their order."""
    steps = _STEPS[type(thing)].values()
    here = (s for s in steps if thing.state in s.origins and s.permission in user.permissions)
    return [s for s in here if not did(s, thing, user)]


def did(step: Step, thing: Run | Voucher, user: User) -> bool:
    """Has the person done what must be done by another than who takes this step?"""
    return any(getattr(thing, f"{field}_id") == user.pk for field, _ in step.apart)


def advance(thing: Run | Voucher, code: str, by: User | None, **changes: Any) -> Step:
    """Take a step, in a transaction of the caller's. Raises Conflict where the thing is no longer
    in a state that the step leaves from, UserError for the wrong person."""
    step = step_of(type(thing), code)
    found: Any = type(thing)._default_manager.filter(pk=thing.pk, state__in=step.origins)
    if step.apart and by is not None:
        thing.refresh_from_db(fields=[field for field, _ in step.apart])
        if did(step, thing, by):
            raise UserError(_who_did(step, thing, by))
    if not found.update(state=step.to, **changes):
        raise Conflict
    thing.refresh_from_db()
    return step


def _who_did(step: Step, thing: Run | Voucher, by: User) -> str:
    """「由张三测算、李四复核；审定的人要与他们都不同，您（李四）已经办过复核，请换一位」."""
    people = [(getattr(thing, field), words) for field, words in step.apart]
    told = "、".join(f"{who}{words}" for who, words in people if who is not None)
    mine = "、".join(words for who, words in people if who == by)
    return f"由{told}；{step.words}的人要与他们都不同，您（{by}）已经办过{mine}，请换一位"
