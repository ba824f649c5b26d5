"""``denggao pay``: a list of firms and events → who is paid how much, and by which rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output, day
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.payout.eventlist import EventLists, Item
    from denggao.diagnosis.payout.impact import Impact
    from denggao.diagnosis.payout.run import PayRun
    from denggao.facts.eventwords import EventName

_KINDS = (".xlsx", ".json")
_SHOWN = 20


def pay(
    lists: list[Path] = typer.Argument(
        ..., metavar="名单…", help="兑现名单 .xlsx 或 .csv：企业名称、事项，另按办法需要"
    ),
    region: str | None = typer.Option(
        None, "--region", help="哪里的奖补：甘肃省、兰州市城关区，或六位代码"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="兑付日，缺省为今天"),
    law: list[str] = typer.Option([], "--law", help="只按这些办法：简称、名称或自己的 .md，可多次"),
    event: str | None = typer.Option(None, "--event", help="名单没有“事项”一列时，各行的事项"),
    paid: list[Path] = typer.Option(
        [], "--paid", help="以前的发放记录 .xlsx 或 .csv，发过的不再发"
    ),
    budget: str | None = typer.Option(None, "--budget", help="预算，如 6000万元"),
    share: bool = typer.Option(False, "--share", help="预算不足时按比例发，缺省先到先得"),
    compare: str | None = typer.Option(
        None, "--compare", help="假如施行这份办法（征求意见稿也行）：多少户、多少钱会变"
    ),
    entitled: Path | None = typer.Option(
        None, "--entitled", help="资格证书台账：有资格而不在名单里的（应享尽享）"
    ),
    titles: bool = typer.Option(
        False, "--titles", help="名单就是资格证书台账，由证书推出事项（免申即享）"
    ),
    since: str | None = typer.Option(None, "--since", help="只看这一天以后发的证书"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，可多次"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    output: Path | None = typer.Option(None, "-o", "--output", help="写出 .xlsx 或 .json"),
) -> None:
    """兑现奖补：逐户金额、适用的标准和依据；谁不发、为什么；各级各区县合计"""
    own = [Path(name) for name in [*law, *([compare] if compare else [])] if name.endswith(".md")]
    if output is not None:
        checked_output(output, _KINDS, [*lists, *paid, *own, *([entitled] if entitled else [])])
    chosen = _Asked(region, day(as_of), law, _event(event), paid, reading, compare)
    start = day(since) if since else None
    run, impact = _made(lists, chosen, titles, start)
    if budget is not None:
        _spend(run, budget, share)
    missed = [] if entitled is None else _missed(run, entitled, start)
    text = "" if not (as_json or _is_json(output)) else _text(run, impact, missed, entitled)
    if output is not None:
        _save(output, text, run, impact, missed)
    if as_json:
        typer.echo(text)
        return
    from denggao.documents.payout_page import lines

    for line in lines(run, impact, missed if entitled is not None else None):
        typer.echo(line)
    if output is not None:
        typer.echo(f"已写入 {output}")


def _is_json(output: Path | None) -> bool:
    return output is not None and output.suffix.lower() == ".json"


def _event(words: str | None) -> EventName | None:
    from denggao.facts.eventwords import event_kinds, event_name

    if words is None:
        return None
    found = event_name(words)
    if found is None:
        raise UserError(f"不认识的事项“{words}”；应是 {'、'.join(event_kinds())}")
    return found


@dataclass(frozen=True)
class _Asked:
    """What the command line says of a run."""

    region: str | None
    on: date
    law: Sequence[str]
    usual: EventName | None
    paid: Sequence[Path]
    reading: Sequence[str]
    compare: str | None


def _made(
    paths: Sequence[Path], asked: _Asked, titles: bool, since: date | None
) -> tuple[PayRun, Impact | None]:
    from denggao.diagnosis.payout import run as made
    from denggao.diagnosis.payout.entitled import from_titles
    from denggao.diagnosis.payout.eventlist import EventLists
    from denggao.diagnosis.payout.places import region_named

    place = _place(asked.law) if asked.region is None else region_named(asked.region)
    chosen, inside = made.schemes(place, asked.law, asked.reading)
    lists = EventLists(place, asked.on, asked.usual)
    if titles:
        items = from_titles(lists, paths, since)
    else:
        items = [item for path in paths for item in lists.read(path)]
    before = [item for path in asked.paid for item in lists.read_record(path)]
    run = made.run(lists, items, chosen, inside, before)
    if asked.compare is None:
        return run, None
    return run, _compared(run, lists, items, before, asked.compare, asked.on)


def _place(law: Sequence[str]) -> str:
    """The place of the measures named, where no region is."""
    from denggao.diagnosis.payout.run import schemes

    if not law:
        raise UserError("请用 --region 说明是哪里的奖补，如 --region 甘肃省")
    places = {v.region for scheme in schemes("", law)[0] for v in scheme.versions}
    return max(places, key=len)


def _compared(
    run: PayRun,
    lists: EventLists,
    items: Sequence[Item],
    before: Sequence[Item],
    name: str,
    on: date,
) -> Impact:
    from denggao.diagnosis.payout import run as made
    from denggao.diagnosis.payout.impact import impact, instead

    (scheme,) = made.schemes("", [name])[0]
    used = {law.path for law in run.laws}
    others = [law for law in scheme.versions if law.path not in used]
    law = others[0] if others else scheme.on(on) or scheme.versions[0]
    changed, replaced = instead(run.schemes, law)
    return impact(run, made.run(lists, items, changed, (), before), law, replaced)


def _spend(run: PayRun, text: str, share: bool) -> None:
    from denggao.diagnosis.payout.budget import FIRST, SHARED, spend
    from denggao.rules.cases import money

    try:
        amount = money(text, "") * 100
    except UserError:
        raise UserError(f"预算“{text}”读不懂，应写成 6000万元") from None
    if not text.endswith("元") or amount < 0 or amount.denominator != 1:
        raise UserError(f"预算“{text}”应写明单位，如 6000万元、60000000元")
    spend(run, int(amount), SHARED if share else FIRST)


def _missed(run: PayRun, path: Path, since: date | None) -> list[Item]:
    from denggao.diagnosis.payout.entitled import missed

    return missed(run, path, since)


def _text(run: PayRun, impact: Impact | None, missed: Sequence[Item], asked: object) -> str:
    import json

    from denggao.diagnosis.payout.told import as_json, item_json

    told = as_json(run, impact)
    if asked is not None:
        told["entitled"] = [item_json(item) for item in missed]
    return json.dumps(told, ensure_ascii=False)


def _save(
    output: Path, text: str, run: PayRun, impact: Impact | None, missed: Sequence[Item]
) -> None:
    with replacing(output) as temporary:
        if _is_json(output):
            temporary.write_text(text + "\n", encoding="utf-8")
            return
        from denggao.documents.payout_workbook import write_workbook

        write_workbook(temporary, run, impact, missed)
