"""周报告 in the application: equal to the board, frozen, signed by another, provable by its paper;
and the scores that follow from it."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from fractions import Fraction
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from denggao.diagnosis.weekly import scoring
from denggao.diagnosis.weekly.scoring import Point
from denggao.documents.anchors import anchor_of
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow, User
from denggao.web.assessments import drafts
from denggao.web.kit import appending
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.models import Enterprise
from denggao.web.planning import figures, revising
from denggao.web.planning.counting import WHOLE
from denggao.web.supervision import frozen, standing
from denggao.web.supervision.actions import reports as actions
from denggao.web.supervision.actions import tasks
from denggao.web.supervision.models import Report
from denggao.web.visits.models import Duty, Visit
from tests.web.conftest import QILIHE

DAY = datetime.date(2026, 6, 26)
WEEK = datetime.timedelta(days=7)
HNTE = "高新技术企业"
HELD = f"存量·{HNTE}"
Users = Callable[..., User]
Firms = Callable[..., Enterprise]


def title(by: User, firm: Enterprise, number: str, issued: datetime.date) -> None:
    firm.refresh_from_db()
    values = {"kind": HNTE, "number": number, "issued_on": issued,
              "valid_to": issued + datetime.timedelta(days=1095)}  # fmt: skip
    ledger.add_title(by=by, enterprise=firm, version=firm.version, values=values, why="补录")


@pytest.fixture
def head(make_user: Users) -> User:
    """科室负责人, who signs."""
    return make_user("head", "head")


@pytest.fixture
def firms(make_firm: Firms, clerk: User) -> list[Enterprise]:
    """Three, of which one holds the title."""
    made = [make_firm(f"模拟甲{n}公司", uscc=f"9162010{n}MNXY0000{n}X") for n in range(3)]
    title(clerk, made[0], "GR1", DAY - 10 * WEEK)
    return made


def compiled(by: User, day: datetime.date = DAY) -> Report:
    return actions.compile_report(by=by, as_of=day)


def test_the_figures_are_those_of_the_board(clerk: User, firms: list[Enterprise]) -> None:
    content = frozen.content_of(compiled(clerk))
    board = figures.standing(clerk, DAY)
    assert board is not None
    for tier in board.tiers:
        assert content.line(f"存量·{tier.name}").total == tier.figures[0].done
    assert content.line(HELD).now == {"城关区": 1}
    assert [row.name for row in content.rows_of(HELD)] == ["模拟甲0公司"]


def test_a_target_of_a_title_that_the_report_leaves_out_is_counted_all_the_same(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    small = "科技型中小企业"
    for number, firm in enumerate(firms[:2]):
        firm.refresh_from_db()
        values = {"kind": small, "number": f"{number}", "issued_on": DAY - 2 * WEEK,
                  "valid_to": datetime.date(DAY.year, 12, 31)}  # fmt: skip
        ledger.add_title(by=clerk, enterprise=firm, version=firm.version, values=values, why="补")
    said = {"name": f"入库{small}数", "tier": small, "how": "gross", "year": DAY.year, "op": "≥",
            "unit": "户"}  # fmt: skip
    cell = revising.Cell(WHOLE, Fraction(5))
    revision = revising.state_goal(by=clerk, since=DAY - 4 * WEEK, source="通知", said=said,
                                   cell=cell)  # fmt: skip
    revising.decide(by=head, revision=revision, adopt=True)
    actions.set_basis(
        by=head, why="口径",
        values={"since": DAY - WEEK, "place": "zone", "kinds": [HNTE], "laws": []},
    )  # fmt: skip
    reports = [compiled(clerk, DAY - WEEK), compiled(clerk)]
    board = figures.standing(clerk, DAY)
    assert board is not None
    (line,) = board.lines
    for report in reports:
        content = frozen.content_of(report)
        assert content.line(f"本年新认定·{small}").total == line.whole.done == 2
        assert standing.differences(clerk, content) == []


def test_what_became_known_later_is_told_beside_the_frozen_figures(
    clerk: User, firms: list[Enterprise], sign_in: Callable[[User], Client]
) -> None:
    kept = compiled(clerk)
    client, where = sign_in(clerk), reverse("supervision:reports-one", args=[kept.pk])
    assert "按现在掌握的情况" not in client.get(where).content.decode()
    title(clerk, firms[1], "GR2", DAY - 3 * WEEK)
    page = client.get(where).content.decode()
    assert "高新技术企业存量看板 2、周报 1。周报冻结的是编制时掌握的数" in page


def test_a_report_that_differs_from_the_board_is_not_frozen(
    clerk: User, firms: list[Enterprise], monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = standing.stand_of
    wrong = lambda user, on: stand(user, on - 20 * WEEK)  # noqa: E731
    monkeypatch.setattr(standing, "stand_of", wrong)
    monkeypatch.setattr(
        standing, "differences", lambda user, report: _against(user, report, DAY)
    )  # fmt: skip
    with pytest.raises(UserError, match="看板 1、周报 0"):
        compiled(clerk)
    assert not Report.objects.exists()


def _against(user: User, report: object, on: datetime.date) -> list[str]:
    from dataclasses import replace

    return _real(user, replace(report, as_of=on))  # type: ignore[type-var]


_real = standing.differences


def test_why_it_changed_is_told_by_the_row(clerk: User, firms: list[Enterprise]) -> None:
    compiled(clerk, DAY - WEEK)
    title(clerk, firms[1], "GR2", DAY - datetime.timedelta(days=1))
    title(clerk, firms[2], "GR3", DAY - 5 * WEEK)
    content = frozen.content_of(compiled(clerk))
    told = {c.name: (c.by, c.reason, c.why[:2]) for c in content.causes_of(HELD)}
    assert told == {"模拟甲1公司": (1, "新增", "新发"), "模拟甲2公司": (1, "新增", "补录")}
    assert content.line(HELD).change == 2
    assert "测试clerk" in content.causes_of(HELD)[0].source


def test_a_frozen_report_opens_unchanged_a_year_later(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    report = compiled(clerk)
    before = frozen.content_of(report)
    actions.sign(by=head, report=report)
    report.refresh_from_db()
    word = frozen.file_of(report, "docx")
    title(clerk, firms[1], "GR2", DAY - WEEK)
    Enterprise.objects.filter(pk=firms[0].pk).update(withdrawn=True)
    again = Report.objects.get(pk=report.pk)
    assert frozen.content_of(again) == before
    assert frozen.file_of(again, "docx") == word


def test_who_compiles_does_not_sign(
    clerk: User, head: User, firms: list[Enterprise], sign_in: Callable[[User], Client]
) -> None:
    report = actions.compile_report(by=head, as_of=DAY)
    where = reverse("supervision:reports-decide", args=[report.pk])
    sign_in(head).post(where, {"sign": "1"})
    report.refresh_from_db()
    assert report.state == "compiled"
    with pytest.raises(DatabaseError), transaction.atomic():  # nor past the application
        Report.objects.filter(pk=report.pk).update(
            state="signed", decided_by=head, word=b"x", excel=b"x", files_digest="x"
        )
    assert sign_in(clerk).post(where, {"sign": "1"}).status_code == 403


def test_one_report_a_day_and_a_new_one_after_it_was_refused(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    report = compiled(clerk)
    with pytest.raises(UserError, match="已经编制过"):
        compiled(clerk)
    with pytest.raises(UserError, match="理由"):
        actions.drop(by=head, report=report, why=" ")
    actions.drop(by=head, report=report, why="少了一个单位")
    compiled(clerk)
    with pytest.raises(UserError, match="处理过"):
        actions.sign(by=head, report=report)


def test_the_database_itself_refuses_a_change(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    report = compiled(clerk)
    for change in ({"content": b"x"}, {"as_of": DAY - WEEK}, {"head": "1:x"}, {"stand": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(**change)
    actions.sign(by=head, report=report)
    for change in ({"word": b"x"}, {"state": "compiled", "decided_by": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(**change)
    assert list(frozen.faults()) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="takes SQLite's trigger away")
def test_what_gets_past_the_trigger_is_found(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    report = compiled(clerk)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER report_stays")
    Report.objects.filter(pk=report.pk).update(content=b"x")
    assert "被改过" in "".join(frozen.faults())
    report.refresh_from_db()
    with pytest.raises(UserError, match="改动过"):
        frozen.content_of(report)
    Report.objects.all().delete()
    assert "不见了" in "".join(frozen.faults())


def test_the_paper_finds_a_chain_that_was_rewritten(
    clerk: User, head: User, firms: list[Enterprise], tmp_path: Path
) -> None:
    report = compiled(clerk)
    actions.sign(by=head, report=report)
    report.refresh_from_db()
    for ending in ("docx", "xlsx"):
        path = tmp_path / f"周报.{ending}"
        path.write_bytes(frozen.file_of(report, ending))
        assert anchor_of(str(path)) == report.head
    assert list(audit.faults(anchor=report.head)) == []
    _rewrite()
    assert list(audit.faults()) == []  # a whole chain, but another one
    assert "整条链被重写" in "".join(audit.faults(anchor=report.head))


def _rewrite() -> None:
    """Every row hashed anew from the first on, as somebody with the database could."""
    previous = audit.START
    with appending.lifted(connection):
        for row in AuditRow.objects.order_by("seq"):
            row.why, row.previous = row.why + "改", previous
            row.digest = previous = audit.digest_of(row)
            row.save()


def test_what_is_no_head_is_said(tmp_path: Path) -> None:
    path = tmp_path / "别的.txt"
    path.write_text("没有")
    with pytest.raises(UserError, match="没有审计头"):
        anchor_of(str(path))
    with pytest.raises(UserError, match="既不是"):
        anchor_of("不是")
    two = tmp_path / "两个.txt"
    two.write_text(f"1:{'a' * 64}\n2:{'b' * 64}")
    with pytest.raises(UserError, match="2 个"):
        anchor_of(str(two))


def test_word_says_the_same_with_its_footnotes(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    import docx

    report = compiled(clerk)
    actions.sign(by=head, report=report)
    report.refresh_from_db()
    document = docx.Document(io.BytesIO(frozen.file_of(report, "docx")))
    text = "\n".join(p.text for p in document.paragraphs)
    assert "编制：测试clerk" in text
    assert "签发：测试head" in text
    assert report.head in text
    cells = [[c.text for c in row.cells] for table in document.tables for row in table.rows]
    assert ["高新技术企业存量", "1", "—", "—", "—"] in cells
    parts = {str(part.partname): part.blob for part in document.part.package.iter_parts()}
    assert "模拟甲0公司" in parts["/word/footnotes.xml"].decode()


def test_pages_and_rows(
    clerk: User, firms: list[Enterprise], make_user: Users, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    answer = client.post(reverse("supervision:reports-compile"), {"as_of": f"{DAY}"})
    report = Report.objects.get()
    assert answer.url == reverse("supervision:reports-one", args=[report.pk])
    assert "高新技术企业存量" in client.get(answer.url).content.decode()
    where = reverse("supervision:reports-figure", args=[report.pk])
    page = client.get(where, {"id": HELD, "unit": "城关区"}).content.decode()
    assert "模拟甲0公司" in page
    assert client.get(where, {"id": "没有的"}).status_code == 404
    for ending in ("docx", "xlsx"):
        file = client.get(reverse("supervision:reports-file", args=[report.pk, ending]))
        assert file.content.startswith(b"PK")
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    assert other.get(answer.url).status_code == 404
    assert client.post(reverse("supervision:reports-compile"), {"as_of": "2999-01-01"}).url == (
        reverse("supervision:reports")
    )
    assert Report.objects.count() == 1


def test_a_rule_changed_is_a_reason_and_not_back_in_time(
    clerk: User, head: User, firms: list[Enterprise]
) -> None:
    compiled(clerk, DAY - WEEK)
    values = {"since": DAY, "place": "office", "kinds": [HNTE], "laws": []}
    actions.set_basis(by=head, why="按责任单位看", values=values)
    content = frozen.content_of(compiled(clerk))
    told = {(c.unit, c.by, c.reason) for c in content.causes_of(HELD)}
    assert told == {("城关区", -1, "规则"), ("未落实责任单位", 1, "规则")}
    assert "归口：按所在区县 → 按责任单位" in content.changed
    with pytest.raises(UserError, match="已经编过周报"):
        actions.set_basis(by=head, why="又改", values=values)


def test_visits_that_a_duty_asks_for_are_counted(clerk: User, firms: list[Enterprise]) -> None:
    duty = Duty.objects.create(
        region=clerk.region, number=1, name="必访一", every="quarter", scope="all",
        since=DAY - 20 * WEEK,
    )  # fmt: skip
    compiled(clerk, DAY - WEEK)
    Visit.objects.create(enterprise=firms[0], on=DAY, visitors="甲", duty=duty, by=clerk)
    content = frozen.content_of(compiled(clerk))
    assert [content.line(x).total for x in ("应走访", "已走访", "本周走访")] == [3, 1, 1]
    assert [(c.name, c.reason) for c in content.causes_of("已走访")] == [("模拟甲0公司", "进展")]


# --- 考核 ----------------------------------------------------------------------------------------


def _adopt(clerk: User, head: User) -> None:
    for sheet in files("denggao.demo").joinpath("sheets").iterdir():
        text = sheet.read_text(encoding="utf-8").replace("地域: 模拟县", "地域: 中国")
        drafts.decide(by=head, draft=drafts.keep(by=clerk, text=text), adopt=True)


def test_scores_follow_the_dated_sheet_and_come_again_the_same(
    clerk: User, head: User, firms: list[Enterprise], sign_in: Callable[[User], Client]
) -> None:
    _adopt(clerk, head)
    client, where = sign_in(clerk), reverse("supervision:reports-scores")
    assert "先编制一期" in client.get(where).content.decode()
    made = datetime.date(2026, 4, 1)
    tasks.add_task(by=clerk, text="办", units=["工信局"], leader="", source="手",
                   due=made + WEEK, made_on=made)  # fmt: skip
    old = compiled(clerk, datetime.date(2026, 5, 22))
    new = compiled(clerk, DAY)
    pages = {r: client.get(where, {"report": r.pk}).content.decode() for r in (old, new)}
    assert "模科发〔2026〕3号@2026-01-01" in pages[old]
    assert "模科发〔2026〕7号@2026-06-01" in pages[new]
    assert "40分 / 50分（目标完成 本期没有应考核的，不计）" in pages[old]  # one task late
    # nothing done in time: 0 of 30; visits nobody knows; neither targets nor titles to keep
    assert "0分～10分 / 40分（目标完成、保存量 本期没有应考核的，不计）" in pages[new]
    assert "100分" not in pages[old] + pages[new]  # nobody without duties gets full marks
    title(clerk, firms[1], "GR9", DAY)
    again = client.get(where, {"report": old.pk}).content.decode()
    assert again.count("分") == pages[old].count("分")
    export = client.get(reverse("supervision:reports-scores-export"), {"report": new.pk})
    import openpyxl

    rows = list(openpyxl.load_workbook(io.BytesIO(export.content)).active.values)
    read = "考核应办结任务数 1；考核按期办结任务数 0"
    assert any("工信局" in row and read in row for row in rows)
    left_out = next(row for row in rows if row[1] == "工信局" and row[2] == "KH-1")
    assert left_out[4:6] == ("40", "不计")
    whole = next(row for row in rows if row[1] == "工信局" and row[2] == "KH-SCORE")
    assert whole[4:7] == ("40", "0分～10分", "各项相加；目标完成、保存量 本期没有应考核的，不计")


def test_a_unit_is_placed_by_its_share_of_what_counts_for_it() -> None:
    sheets = [
        scoring.Sheet(unit, (Point("X", unit, "", "", Interval(lo, lo), ()),), Fraction(full))
        for unit, lo, full in (("甲", 46, 50), ("乙", 90, 100), ("丙", 0, 0), ("丁", 92, 100))
    ]
    assert [(place, sheet.unit) for place, sheet in scoring.ranked(sheets)] == [
        (1, "丁"), (1, "甲"), (3, "乙"), (None, "丙"),
    ]  # fmt: skip


def test_every_figure_behind_a_point_opens_its_rows(
    clerk: User, head: User, firms: list[Enterprise], sign_in: Callable[[User], Client]
) -> None:
    _adopt(clerk, head)
    tasks.add_task(by=clerk, text="办", units=["工信局"], leader="", source="手",
                   due=DAY - WEEK, made_on=DAY - 3 * WEEK)  # fmt: skip
    compiled(clerk)
    client = sign_in(clerk)
    page = client.get(reverse("supervision:reports-scores")).content.decode()
    links = {unescape(x) for x in re.findall(r'href="([^"]+/figure/\?id=[^"]+)"', page)}
    assert len(links) > 3
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_line_left_out_may_give_no_points(clerk: User) -> None:
    sheet = sorted(files("denggao.demo").joinpath("sheets").iterdir(), key=lambda p: p.name)[0]
    text = sheet.read_text(encoding="utf-8")
    wrong = text.replace("考核目标数 = 0 得 0 标记 不计", "考核目标数 = 0 得 50 标记 不计")
    assert wrong != text
    with pytest.raises(UserError, match="不计 的一档应得 0"):
        drafts.keep(by=clerk, text=wrong)


def test_a_sheet_is_tried_by_its_cases_only(clerk: User) -> None:
    sheet = next(p for p in files("denggao.demo").joinpath("sheets").iterdir())
    with pytest.raises(UserError, match="考核办法，不判企业"):
        drafts.tried(clerk, sheet.read_text(encoding="utf-8"), DAY)
