"""What waits in the ledger: imports, doubtful firms, sources that disagree, ending certificates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.accounts.today import LATE, SOON, Line
from denggao.web.ledger import queries
from denggao.web.ledger.models import Enterprise, Import, ImportProblem, OrderedFile
from denggao.web.ledger.search import Asked, enterprises

State = Import.State
#: Certificates that end within so many days; refused files stay on the page for so many.
ENDING, REFUSED = datetime.timedelta(days=90), datetime.timedelta(days=7)


def imports(user: User, on: datetime.date) -> Iterator[Line]:
    """Files read and not confirmed, files that could not be read, firms that are doubtful."""
    wrong = ImportProblem.objects.filter(source=OuterRef("pk"), kind=ImportProblem.Kind.WRONG)
    refused = Q(state=State.REFUSED, by=user, at__date__gte=on - REFUSED)
    told = Import.objects.for_user(user).aggregate(
        checked=Count("pk", filter=Q(state=State.CHECKED)),
        wrong=Count("pk", filter=Q(Exists(wrong), state=State.CHECKED)),
        last=Max("pk", filter=Q(state=State.CHECKED)),
        refused=Count("pk", filter=refused),
        last_refused=Max("pk", filter=refused),
    )
    note = f"其中 {told['wrong']} 份有错格" if told["wrong"] else ""
    where = _one_or("checked", told["checked"], told["last"])
    yield Line("导入等待确认", told["checked"], "份", where, note=note)
    where = _one_or("refused", told["refused"], told["last_refused"])
    yield Line("我导入的文件读不了", told["refused"], "份", where, SOON)
    doubtful = queries.open_questions(user).count()
    yield Line("拿不准是哪一户，等待认定", doubtful, "户", reverse("ledger:questions"))


def _one_or(state: str, count: int, pk: int | None) -> str:
    if count == 1:
        return reverse("ledger:import", args=[pk])
    return f"{reverse('ledger:imports')}?state={state}"


def disputed(user: User, on: datetime.date) -> Iterator[Line]:
    """Firms of which two sources say different things."""
    yield _firms(user, "来源说法不一的企业", mark="disputed")


def ending(user: User, on: datetime.date) -> Iterator[Line]:
    """Firms whose certificate ends soon and has no successor: one's own first."""
    until = (on + ENDING).isoformat()
    told = _asked(user, until=until).aggregate(
        all=Count("pk"),
        mine=Count("pk", filter=Q(owner=user)),
        unowned=Count("pk", filter=Q(owner=None)),
    )
    days = f"{ENDING.days} 天内证书到期"
    for words, key, mark, tone in (
        (f"我负责的企业，{days}", "mine", "mine", SOON),
        (f"没有责任人，{days}", "unowned", "unowned", SOON),
        (f"全部企业，{days}", "all", "", ""),
    ):
        yield Line(words, told[key], "户", _where(until=until, mark=mark), tone)


def files(user: User, on: datetime.date) -> Iterator[Line]:
    """Large workbooks that were ordered."""
    ready, failed = OrderedFile.State.READY, OrderedFile.State.FAILED
    told = OrderedFile.objects.for_user(user).aggregate(
        ready=Count("pk", filter=Q(state=ready)), failed=Count("pk", filter=Q(state=failed))
    )
    where = reverse("ledger:files")
    yield Line("导出的文件没有生成", told["failed"], "个", where, LATE)
    yield Line("导出的文件可以下载", told["ready"], "个", where)


def own(user: User, on: datetime.date) -> Iterator[Line]:
    """The firm that somebody of a firm looks after."""
    found = list(Enterprise.objects.for_user(user)[:2])
    where = reverse("ledger:enterprise", args=[found[0].pk]) if len(found) == 1 else _where()
    yield Line("本企业的数据", len(found), "户", where)


def _asked(user: User, **asked: str):  # type: ignore[no-untyped-def]
    return enterprises(user, Asked.of(QueryDict(_query(asked)))).order_by()


def _query(asked: dict[str, str]) -> str:
    return urlencode({key: value for key, value in asked.items() if value})


def _where(**asked: str) -> str:
    query = _query(asked)
    return reverse("ledger:enterprises") + (f"?{query}" if query else "")


def _firms(user: User, words: str, **asked: str) -> Line:
    return Line(words, _asked(user, **asked).count(), "户", _where(**asked))
