"""A pay run in a terminal: the sum, by which rates, who is not paid, what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from denggao.diagnosis.payout.eventlist import Item
from denggao.diagnosis.payout.impact import Impact, words
from denggao.diagnosis.payout.run import PayRun, why, why_unmatched
from denggao.facts.privacy import masked
from denggao.rules.payments import LATER, OPEN, PAID, Payment
from denggao.rules.settling import yuan

_SHOWN = 20


def lines(
    run: PayRun, impact: Impact | None = None, missed: Sequence[Item] | None = None
) -> Iterator[str]:
    """What a person wants to know first, line by line."""
    counts = Counter(row.status for row in run.payments)
    yield f"{run.region}  兑付日 {run.as_of}  名单 {len(run.items)} 行"
    yield f"合计发放 {yuan(run.total)}，{counts[PAID]} 笔"
    yield from _rates(run)
    for title, sums in (("级次", run.by_level()), ("区县", run.by_district())):
        if len(sums) > 1:
            yield f"按{title}：" + "，".join(f"{name} {yuan(fen)}" for name, fen in sums.items())
    count, low, high = run.open_between()
    if count:
        most = "不限" if high is None else yuan(high)
        yield f"待定 {count} 笔，在 {yuan(low)} 与 {most}之间，没有计入合计"
    if counts[LATER]:
        yield f"未到期或待下批 {counts[LATER]} 笔"
    yield from _refused(run)
    for item, listed, fen in run.differing()[:_SHOWN]:
        said = f"名单写 {yuan(listed)}，算出 {yuan(fen)}"
        yield f"金额不同：{item.event.where} {masked(item.name)} {item.said}：{said}"
    beside = Counter(said for found in run.beside.values() for said in found)
    for said, rows in beside.most_common(_SHOWN):
        yield f"另可叠加：{said}，{rows} 行"
    yield from words(impact) if impact else ()
    if missed is not None:
        yield f"应享未享 {len(missed)} 户"
        yield from (f"  {item.name}  {item.said}  {item.event.day}" for item in missed[:_SHOWN])
    yield from (f"说明：{note}" for note in run.notes)
    yield from (masked(str(problem)) for problem in run.problems[:_SHOWN])
    if len(run.problems) > _SHOWN:
        yield f"……共 {len(run.problems)} 处问题，全部见 --json 或 -o 结果.xlsx"


def _rates(run: PayRun) -> Iterator[str]:
    shown: dict[tuple[str, str], Payment] = {}
    for row in run.payments:
        if row.paid:
            shown.setdefault((row.law.short, row.award.id), row)
    for key, (rows, fen) in run.by_award().items():
        row = shown[key]
        yield f"  {row.award.name} {rows} 笔 {yuan(fen)}：{row.award.says}（{row.award.cite}）"
        yield f"    {why(row)}" if rows == 1 else f"    例：{why(row)}"


def _refused(run: PayRun) -> Iterator[str]:
    refused = [r for r in run.payments if r.status not in (PAID, OPEN, LATER) and not r.paid]
    told = [(run.item(row), row.reason) for row in refused]
    told += [(item, why_unmatched(run, item)) for item in run.unmatched]
    told.sort(key=lambda pair: pair[0].event.number)
    if told:
        yield f"不予发放 {len(told)} 笔"
    for item, reason in told[:_SHOWN]:
        yield f"  {item.event.where} {masked(item.name)} {item.said}：{reason}"
    if len(told) > _SHOWN:
        yield f"  ……另有 {len(told) - _SHOWN} 笔，全部见 --json 或 -o 结果.xlsx"
