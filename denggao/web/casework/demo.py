"""演示: a batch that is behind us, one before its (moved) deadline, and one to come."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.diagnosis.announced import of_text
from denggao.diagnosis.calendar import SHANGHAI, end_of
from denggao.diagnosis.materials import materials
from denggao.facts.errors import UserError
from denggao.web.accounts import actions as accounts
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.casework import gates
from denggao.web.casework.actions import batches, cases, reviews, titles
from denggao.web.casework.models import Batch, Case, CaseStep, JointReview
from denggao.web.casework.queries import titles as queries
from denggao.web.ledger.models import Enterprise

TITLE = "高新技术企业"
_NOW, _BEFORE = 60, 20
_LEADER = "demo-leader"
_ADVISERS = ("科技服务站", "辅导员一组", "辅导员二组", "某会计师事务所")


@transaction.atomic
def fill(user: User, as_of: datetime.date) -> None:
    """Around today, so that one deadline lies ahead whenever the demonstration is begun."""
    if user.region is None:
        return
    today = max(timezone.localdate(), as_of)
    leader = _leader(user)
    first = _batch(user, today - datetime.timedelta(days=120), 1)
    second = _batch(user, today + datetime.timedelta(days=14), 2)
    _batch(user, today + datetime.timedelta(days=35), 3)
    _moved(user, second, today + datetime.timedelta(days=20))
    firms = _firms(user, first, second)
    _present(user, leader, second, firms[:_NOW])
    _history(user, first, firms[_NOW : _NOW + _BEFORE])
    _notices(user, firms[_NOW + _BEFORE :])
    _reports(user, today.year)


def _leader(user: User) -> User:
    """Whoever puts a list together does not approve it: a second person."""
    known = User.objects.filter(username=_LEADER).first()
    if known is not None:
        return known
    made, _ = accounts.create_first_user(
        username=_LEADER, name="演示局领导", codes=["leader"], unit=user.unit, why="演示"
    )
    return made


def _batch(user: User, last: datetime.date, number: int) -> Batch:
    assert user.region is not None
    return batches.add(
        by=user, region=user.region, title=TITLE, year=last.year, number=number,
        words=f"{last.month}月{last.day}日24时", deadline=end_of(last), basis="模拟县当年申报通知",
    )  # fmt: skip


def _moved(user: User, batch: Batch, last: datetime.date) -> None:
    batches.move(
        by=user, batch=batch, version=batch.version, words=f"{last.month}月{last.day}日24时",
        deadline=end_of(last), notice="关于延长模拟县高新技术企业申报截止时间的通知",
    )  # fmt: skip
    batches.describe(
        by=user, batch=batch, version=batch.version,
        values={"told_intents": "70余", "intents_lo": 70, "intents_hi": None},
    )  # fmt: skip


def _firms(user: User, first: Batch, second: Batch) -> list[Enterprise]:
    """Those whose countable conditions hold come first, then the open ones, then some that
    fail: as a bureau that looked before it asked would have them."""
    pool = list(Enterprise.objects.for_user(user).order_by("pk")[:260])
    trial = [Case(pk=n, enterprise=f, batch=second, title=TITLE, year=second.year)
             for n, f in enumerate(pool, 1)]  # fmt: skip
    truths = {one.case.enterprise_id: one.hard for one in gates.look(trial)}
    order = {"pass": 0, "unknown": 1, "fail": 2}
    return sorted(pool, key=lambda firm: (order[truths[firm.pk]], firm.pk))


# --- what is behind us ---------------------------------------------------------------------------

_ENDS = ["issued"] * 11 + ["failed"] * 4 + ["refused"] + ["withdrawn"] * 2 + ["publicity"] * 2


def _history(user: User, batch: Batch, firms: Sequence[Enterprise]) -> None:
    """Written at once, with the days on which it would have happened."""
    made, _ = cases.register(by=user, batch=batch, firms=firms, values={"source": "街道上报"})
    filed = batch.deadline - datetime.timedelta(days=3)
    for number, (case, end) in enumerate(zip(made, _ENDS, strict=False)):
        case.state, case.before = end, "review"
        case.filed_at = None if end == "withdrawn" else filed
        case.adviser = _ADVISERS[number % len(_ADVISERS)]
        if end in ("issued", "publicity"):
            case.publicised_on = batch.last_day + datetime.timedelta(days=70)
        CaseStep.objects.create(
            case=case, step={"issued": "issue", "failed": "fail", "refused": "refuse",
                             "withdrawn": "withdraw", "publicity": "publicise"}[end],
            source="review", target=end, by=user, why="演示：上一批的结果", at=filed,
        )  # fmt: skip
    fields = ["state", "before", "filed_at", "adviser", "publicised_on"]
    Case.objects.bulk_update(made, fields)
    issued = batch.last_day + datetime.timedelta(days=100)
    for number, case in enumerate((c for c in made if c.state == "issued"), 1):
        titles.enter(
            by=user, enterprise=case.enterprise, subject=TITLE, on=issued,
            kind=titles.recognition(case.enterprise, TITLE, issued),
            number=f"GR{issued.year}99{number:06d}", why=f"{batch}发证（演示）",
        )  # fmt: skip
    audit.record(by=user, action="演示", kind="batch", name=str(batch), new={"cases": len(made)})


# --- what is under way ---------------------------------------------------------------------------


def _present(user: User, leader: User, batch: Batch, firms: Sequence[Enterprise]) -> None:
    made: list[Case] = []
    for number, adviser in enumerate(_ADVISERS):
        some = firms[number :: len(_ADVISERS)]
        values = {"adviser": adviser, "source": "走访", "leader": (leader, None, user)[number % 3]}
        made += cases.register(by=user, batch=batch, firms=some, values=values)[0]
    made.sort(key=lambda case: firms.index(case.enterprise))
    for number, case in enumerate(made[:44]):
        code = "prepare" if number < 34 else "coach"
        cases.step(by=user, case=case, version=case.version, code=code)
        if code == "prepare":
            _papers(user, case, full=number < 26)
    waived = made[25]
    for gate in [g for one in gates.look([waived]) for g in one.blocking if g.waivable][:3]:
        waived.refresh_from_db()
        cases.waive(
            by=user, case=waived, version=waived.version, gate=gate.code, agreed_by="演示局领导",
            why="原件已看过，扫描件随后补",
        )  # fmt: skip
    cases.check(by=user, cases=made)
    filed = []
    for case in made[:22]:
        with contextlib.suppress(UserError):  # a gate is open: it stays where it is
            cases.step(by=user, case=case, version=case.version, code="submit")
            filed.append(case)
    if filed:
        _review(user, leader, batch, filed)


def _papers(user: User, case: Case, *, full: bool) -> None:
    codes = [item.code for item in materials(case.title)]
    states = dict.fromkeys(codes, ("ready", ""))
    if not full:
        states |= {codes[-3]: ("missing", "事务所还没出报告"), codes[-1]: ("checking", "缺一年")}
    cases.set_materials(by=user, case=case, version=case.version, states=states)
    case.refresh_from_db()


def _review(user: User, leader: User, batch: Batch, filed: Sequence[Case]) -> None:
    due = timezone.localdate() + datetime.timedelta(days=10)
    kept = reviews.send_out(by=user, batch=batch, cases=filed, due=due)
    names = list(kept.review.questions)
    for name in names:
        answers = [r.YES] * len(filed)
        if name == "税务":
            answers[-1:] = [r.OPEN]
        if name == "生态环境":
            answers[-4:-2] = [r.NO, ""]
        if name == "市场监管":
            answers[len(filed) // 2 :] = [""] * (len(filed) - len(filed) // 2)
        _returned(user, kept, name, answers)
    ready = filed[: len(filed) // 2 - 2]
    if ready:
        listed = reviews.propose(by=user, batch=batch, cases=ready)
        reviews.approve(by=leader, listed=listed, version=listed.version)


def _returned(user: User, kept: JointReview, department: str, answers: Sequence[str]) -> None:
    """A file as the department would send it back."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([f"{r.DEPARTMENT}：{department}", "", "", "", f"{r.LIST}：{kept.number}"])
    sheet.writerow(r.HEADS)
    for number, (firm, answer) in enumerate(zip(kept.review.firms, answers, strict=True), 1):
        sheet.writerow([number, firm.name, firm.code, answer, ""])
    data = text.getvalue().encode("utf-8-sig")
    reviews.read_back(by=user, kept=kept, department=department, name=f"{department}意见.csv",
                      data=data)  # fmt: skip


# --- a notice that waits to be entered -----------------------------------------------------------


def _notices(user: User, firms: Sequence[Enterprise]) -> None:
    day = timezone.localdate() - datetime.timedelta(days=5)
    lines = ["序号\t更名前\t更名后\t证书编号"]
    for number, firm in enumerate(firms[:3], 1):
        new = firm.name.replace("模拟", "模拟新", 1)
        lines.append(f"{number}\t{firm.name}\t{new}\tGR{day.year - 1}99{900 + number:06d}")
    lines.append(f"4\t模拟县外地制造有限公司\t模拟县外地智造有限公司\tGR{day.year - 1}99000999")
    title = f"模拟省认定机构：关于模拟省{day.year}年第二批高新技术企业更名的公告"
    titles.bring(
        by=user, found=of_text("\n".join(lines)),
        values={"title": title, "kind": "更名", "subject": TITLE, "number": "", "on": day},
    )  # fmt: skip


def _reports(user: User, year: int) -> None:
    """Most holders reported in time, a few late, two not at all, one of them twice."""
    for number, holder in enumerate(queries.reporters(user, year - 1)):
        days = {0: None, 1: None, 2: datetime.date(year, 6, 9)}
        on = days.get(number, datetime.date(year, 4, 8 + number % 20))
        at = None if on is None else datetime.datetime.combine(on, datetime.time(12), SHANGHAI)
        if at is None or at < timezone.now():
            titles.report(by=user, enterprise=holder.enterprise, year=year - 1, filed_at=at)
        if number == 0 and holder.title.issued_on < datetime.date(year - 1, 5, 31):
            titles.report(by=user, enterprise=holder.enterprise, year=year - 2, filed_at=None)
