"""对账: every way in which the money of a run is added up, beside the sum of its rows, in 分."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Sum

from denggao.web.money.models import PayBatch, Payment, Publication, Run
from denggao.web.money.models.runs import MOVING

#: What ``queries.sums`` gives: (heading, [(name, rows, 分)]).
Cuts = Iterable[tuple[str, list[tuple[str, int, int]]]]


@dataclass(frozen=True)
class Line:
    """One way of adding up: ``fen`` in 分 of ``count`` rows (``None`` where a row may be in
    several parts), ``said`` how it is made up, ``off`` how far it is from what it must be."""

    words: str
    fen: int
    count: int | None
    said: str
    off: int


def lines(
    run: Run, total: int, cuts: Cuts, published: Publication | None, batches: Iterable[PayBatch]
) -> list[Line]:
    """All of them; each must have ``off`` 0, else something was altered behind the program."""
    return [
        *_of_rows(run, total, cuts, published),
        *_of_grants(run, total, sum(batch.fen for batch in batches)),
    ]


def _of_rows(run: Run, total: int, cuts: Cuts, published: Publication | None) -> Iterator[Line]:
    upheld, back = Q(left_out__startswith="异议成立："), Q(fen__lt=0, left_out="")
    out = ~Q(left_out="")
    told = run.rows.filter(status__in=MOVING).aggregate(
        out=Sum("fen", filter=out), outs=Count("pk", filter=out), all=Count("pk"),
        upheld=Sum("fen", filter=upheld), ups=Count("pk", filter=upheld),
        back=Sum("fen", filter=back), backs=Count("pk", filter=back),
    )  # fmt: skip
    out_fen, upheld_fen, back_fen = (told[k] or 0 for k in ("out", "upheld", "back"))
    computed = run.counts["total"] - out_fen
    said = f"测算 {told['all']} 笔，剔除和异议不发 {told['outs']} 笔" if told["outs"] else ""
    yield Line("测算减不发的", computed, told["all"] - told["outs"], said, computed - total)
    for heading, parts in cuts:
        fen = sum(part for _, _, part in parts)
        count = None if heading == "级次" else sum(rows for _, rows, _ in parts)
        yield Line(f"按{heading}", fen, count, f"{len(parts)} 项", fen - total)
    if published is not None:
        fen = published.total - upheld_fen + back_fen
        words = [f"公示 {published.count} 笔"]
        words += [f"减异议成立 {told['ups']} 笔"] if told["ups"] else []
        words += [f"加追回 {told['backs']} 笔"] if told["backs"] else []
        count = published.count - told["ups"] + told["backs"]
        yield Line("公示", fen, count, "，".join(words), fen - total)


def _of_grants(run: Run, total: int, in_batches: int) -> Iterator[Line]:
    if run.state not in (Run.State.APPROVED, Run.State.PAID):
        return
    moved = Exists(Payment.objects.filter(grant=OuterRef("pk"), batch__isnull=False))
    paid, due = Q(moved=True), Q(moved=False, waits="")
    told = run.grants.annotate(moved=moved).aggregate(
        owed=Sum("fen"), all=Count("pk"), paid=Sum("fen", filter=paid),
        paids=Count("pk", filter=paid), due=Count("pk", filter=due),
        waits=Count("pk", filter=~Q(waits="")),
    )  # fmt: skip
    owed, paid_fen = told["owed"] or 0, told["paid"] or 0
    yield Line("审定应付", owed, told["all"], "", owed - total)
    said = f"待付 {told['due']} 笔，待拨 {told['waits']} 笔"
    yield Line("拨付批次", in_batches, told["paids"], said, in_batches - paid_fen)
