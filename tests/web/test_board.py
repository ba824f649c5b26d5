"""挂图作战 and 目标分解: page, table, list and workbook say the same; parts sum to the whole."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.ledger import actions as ledger
from denggao.web.ledger.models import Enterprise
from denggao.web.planning import counting, figures, forecasting, maps, revising, workbook
from denggao.web.planning.models import Forecast, Goal, Quota, Revision
from denggao.web.planning.revising import Cell
from tests.strategies import examples
from tests.web.conftest import CHENGGUAN, HIGH_TECH, LANZHOU, QILIHE
from tests.web.test_figures import HNTE, ON, city, goal, title

__all__ = ["city", "goal", "title"]
BOARD = "planning:board"


@pytest.fixture
def filled(
    city: User, make_firm: Callable[..., Enterprise], title: Any, goal: Any
) -> tuple[User, Goal]:
    """Seven firms in two districts and a zone; a goal of ten."""
    for number in range(7):
        where = [(CHENGGUAN, None), (CHENGGUAN, HIGH_TECH), (QILIHE, None)][number % 3]
        title(make_firm(f"模拟{number}", *where), date(2024 + number % 3, 3, 1))
    made = goal({("",): 10, (CHENGGUAN,): 5, (HIGH_TECH,): 2, (QILIHE,): 3})
    return city, made


def shown(page: str, table: str) -> list[list[str]]:
    """The cells of the table of a card."""
    card = page[page.index(table) :]
    body = card[card.index("<tbody>") : card.index("</tbody>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [
            re.sub(r"<[^>]+>", "", c).strip()
            for c in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", r, re.S)
        ]
        for r in rows
    ]


# --- one figure everywhere -----------------------------------------------------------------------


def test_board_table_list_chart_and_workbook_agree(
    filled: tuple[User, Goal], sign_in: Callable[..., Client]
) -> None:
    user, made = filled
    client, query = sign_in(user), {"on": str(ON), "goal": made.pk}
    page = client.get(reverse(BOARD), query).content.decode()
    rows = {row[1]: row for row in shown(page, "按区县 / 功能区<")}
    links = dict(re.findall(r'href="(/enterprises/\?[^"]+)">(\d+)</a>', page))
    assert len(links) >= 10
    for address, said in links.items():
        listed = client.get(address.replace("&amp;", "&")).content.decode()
        assert f"共 {said} 家企业" in listed, address
    chart = json.loads(re.search(r'id="bars"[^>]*>(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    told = dict(zip(chart["labels"], zip(chart["target"], chart["done"], strict=True), strict=True))
    assert {n: (float(r[2]), int(r[3])) for n, r in rows.items()} == told
    book = client.get(reverse("planning:board-export"), query)
    cells = list(
        openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows(values_only=True)
    )
    wide = {row[3]: row for row in cells if row[2] == "区县 / 功能区"}
    assert {n: (str(r[4]), int(r[5])) for n, r in wide.items()} == {
        n: (r[2], int(r[3])) for n, r in rows.items()
    }
    assert "功能区里的企业在区县里也算" in page


def test_without_a_script_the_page_says_it_all(
    filled: tuple[User, Goal], sign_in: Callable[..., Client]
) -> None:
    user, _ = filled
    page = sign_in(user).get(reverse(BOARD), {"on": str(ON)}).content.decode()
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)
    assert " onclick" not in page
    svg = page[page.index('class="map"') : page.index("</svg>", page.index('class="map"'))]
    for name in ("城关区", "七里河区", "兰州高新技术产业开发区"):
        assert name in svg or "高新" in svg


def test_ranking_is_neutral(filled: tuple[User, Goal]) -> None:
    found = figures.standing(filled[0], ON)
    assert found is not None
    ranked = found.lines[0].cuts[0].ranked
    rates = [f.rate for _, f in ranked]
    assert rates == sorted(rates, reverse=True)  # type: ignore[type-var]
    assert [place for place, _ in ranked] == [1 + sum(o > r for o in rates) for r in rates]  # type: ignore[operator]


def test_the_wall_has_no_menu(filled: tuple[User, Goal], sign_in: Callable[..., Client]) -> None:
    client = sign_in(filled[0])
    for query in ({"big": "1"}, {"paper": "a3"}, {"paper": "a0"}):
        page = client.get(reverse(BOARD), {**query, "on": str(ON)}).content.decode()
        assert 'class="side"' not in page
        assert 'class="wall"' in page
        assert "目标" in page
    assert 'class="side"' in client.get(reverse(BOARD), {"paper": "b9"}).content.decode()


def test_the_board_without_anything(
    everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    page = sign_in(everybody["clerk"]).get(reverse(BOARD)).content.decode()
    assert "还没有下达的目标" in page


# --- cost ----------------------------------------------------------------------------------------


def queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(reverse(BOARD), {"on": str(ON)}).status_code == 200
    return len(seen)


def test_queries_do_not_grow(
    filled: tuple[User, Goal], sign_in: Callable[..., Client],
    make_firm: Callable[..., Enterprise], title: Any,
) -> None:  # fmt: skip
    client = sign_in(filled[0])
    queries(client)  # the first request also notes that somebody has come in
    few = queries(client)
    for number in range(30):
        title(make_firm(f"模拟又{number}", QILIHE), date(2025, 3, 1))
    assert queries(client) == few <= 20


@override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}})
def test_counts_are_kept_until_something_changes(
    filled: tuple[User, Goal], clerk: User, sign_in: Callable[..., Client]
) -> None:
    cache.clear()
    user, _ = filled
    assert counting.holding_on(user, [HNTE], ON).of(HNTE) == 7
    with CaptureQueriesContext(connection) as seen:
        assert counting.holding_on(user, [HNTE], ON).of(HNTE) == 7
    assert not [q for q in seen if "ledger_title" in q["sql"]]
    firm = Enterprise.objects.get(name="模拟0")
    ledger.withdraw_title(by=clerk, title=firm.titles.get(), why="登记错了")
    assert counting.holding_on(user, [HNTE], ON).of(HNTE) == 6
    cache.clear()


# --- division ------------------------------------------------------------------------------------


@given(
    total=st.integers(0, 5000),
    weights=st.lists(st.fractions(0, 100, max_denominator=7), min_size=1, max_size=12),
    fixed=st.lists(st.integers(0, 50), max_size=4),
)
@examples(60)
def test_parts_sum_to_the_whole(total: int, weights: list[Fraction], fixed: list[int]) -> None:
    cells = [Cell((f"w{i}", "", "", ""), None, w) for i, w in enumerate(weights)]
    cells += [Cell((f"f{i}", "", "", ""), Fraction(v)) for i, v in enumerate(fixed)]
    left = total - sum(fixed)
    if left < 0 or (left and not any(weights)):
        with pytest.raises(UserError):
            revising.shared(Fraction(total), cells)
        return
    found = revising.shared(Fraction(total), cells)
    assert sum(c.value or 0 for c in found) == total
    whole = sum(weights)
    for cell, weight in zip(found, weights, strict=False):
        assert cell.value is not None
        assert abs(cell.value - (left * weight / whole if whole else 0)) < 1


def test_known_splits() -> None:
    def parts(total: int, *weights: int) -> list[int]:
        cells = [Cell((str(i), "", "", ""), None, Fraction(w)) for i, w in enumerate(weights)]
        return [int(c.value or 0) for c in revising.shared(Fraction(total), cells)]

    assert parts(115, 31, 38, 46) == [31, 38, 46]
    assert parts(130, 37, 43, 50) == [37, 43, 50]
    assert sum(parts(100, 1, 1, 1)) == 100


def test_an_unknown_part_stays_unknown() -> None:
    cells = [Cell(("a", "", "", "")), Cell(("b", "", "", ""), None, Fraction(1))]
    assert [c.value for c in revising.shared(Fraction(12), cells)] == [None, None]


def test_a_division_is_proposed_and_put_in_force_by_another(
    filled: tuple[User, Goal], make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    user, made = filled
    clerk, head = (
        make_user("clerk2", "clerk", region=LANZHOU),
        make_user("h", "head", region=LANZHOU),
    )
    where = reverse("planning:board-target-split", args=[made.pk])
    sent = {"axis": "region", "since": "2026-06-01", "why": "会议调整"}
    sent |= {f"weight:{CHENGGUAN}": "2", f"weight:{QILIHE}": "1", f"value:{HIGH_TECH}": "*"}
    page = sign_in(clerk).post(where, sent, follow=True).content.decode()
    assert "请另一位审核下达" in page
    revision = Revision.objects.get(why="会议调整")
    assert {q.region_id: q.value for q in revision.quotas.all()} == {
        CHENGGUAN: None,
        QILIHE: None,
        HIGH_TECH: None,
    }  # fmt: skip  while one is unknown, nobody knows what is left
    sent[f"value:{HIGH_TECH}"] = "1"
    sign_in(clerk).post(where, sent)
    revision = Revision.objects.filter(why="会议调整").latest("pk")
    assert {q.region_id: q.value for q in revision.quotas.all()} == {
        CHENGGUAN: 6, QILIHE: 3, HIGH_TECH: 1,
    }  # fmt: skip
    before = figures.standing(user, ON)
    decide = reverse("planning:board-revision-decide", args=[revision.pk])
    assert sign_in(clerk).post(decide, {"adopt": "1"}).status_code == 403
    assert "5</td>" in sign_in(head).get(
        reverse("planning:board-revision", args=[revision.pk])
    ).content.decode().replace(" ", "")
    assert sign_in(head).post(decide, {"adopt": "1"}).status_code == 302
    assert sign_in(head).post(decide, {"adopt": "1"}).status_code == 409
    after = figures.standing(user, ON)
    assert before is not None
    assert after is not None
    assert [f.target for f in before.lines[0].cuts[0].figures] == [5, 2, 3]
    assert [f.target for f in after.lines[0].cuts[0].figures] == [6, 1, 3]
    old = figures.standing(user, date(2026, 5, 31))
    assert old is not None
    assert [f.target for f in old.lines[0].cuts[0].figures] == [5, 2, 3]
    assert Quota.objects.filter(goal=made).count() == 10  # nothing was overwritten


def test_own_proposal_is_not_for_oneself(
    filled: tuple[User, Goal], make_user: Callable[..., User]
) -> None:
    head = make_user("h", "head", region=LANZHOU)
    cell = Cell((CHENGGUAN, "", "", ""), Fraction(3))
    revision = revising.propose(by=head, since=ON, why="自提", cells=[(filled[1], [cell])])
    with pytest.raises(UserError, match="另一位"):
        revising.decide(by=head, revision=revision, adopt=True)
    assert Revision.objects.get(pk=revision.pk).state == "proposed"


def test_a_goal_without_a_plan_is_stated_and_put_in_force_by_another(
    filled: tuple[User, Goal], make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    clerk = make_user("clerk2", "clerk", region=LANZHOU)
    head = make_user("h", "head", region=LANZHOU)
    sent = {
        "name": "技术合同成交额", "tier": "", "how": "other", "scope": QILIHE, "year": "2026",
        "op": "≥", "value": "12.5", "unit": "亿元", "since": "2026-06-01",
        "source": "模拟〔2026〕1号",
    }  # fmt: skip
    where = reverse("planning:board-target-state")
    assert sign_in(filled[0]).post(where, sent).status_code == 403  # 局领导 reads
    for wrong, said in (("二十", "不小于 0"), ("-1", "不小于 0"), ("", "数")):
        page = sign_in(clerk).post(where, {**sent, "value": wrong}, follow=True)
        assert said in page.content.decode()
    page = sign_in(clerk).post(where, {**sent, "scope": "110000"}, follow=True).content.decode()
    assert "范围" in page
    assert not Goal.objects.filter(name="技术合同成交额").exists()
    assert "请另一位审核下达" in sign_in(clerk).post(where, sent, follow=True).content.decode()
    made, revision = Goal.objects.get(name="技术合同成交额"), Revision.objects.latest("pk")
    assert (revision.state, revision.why) == ("proposed", "模拟〔2026〕1号")
    assert [(q.goal, q.region_id, q.value) for q in revision.quotas.all()] == [
        (made, QILIHE, Fraction(25, 2))
    ]
    assert "已有" in sign_in(clerk).post(where, {**sent, "op": "="}, follow=True).content.decode()
    assert made not in [line.goal for line in figures.standing(filled[0], ON).lines]  # type: ignore[union-attr]
    revising.decide(by=head, revision=revision, adopt=True)
    assert made in [line.goal for line in figures.standing(filled[0], ON).lines]  # type: ignore[union-attr]


def test_more_than_the_whole_is_refused(filled: tuple[User, Goal]) -> None:
    cells = [Cell((CHENGGUAN, "", "", ""), Fraction(8)), Cell((QILIHE, "", "", ""), Fraction(3))]
    with pytest.raises(UserError, match="超过总数 10"):
        revising.split(filled[1], cells, ON)


# --- the quota file ------------------------------------------------------------------------------


def book(path: Path, rows: list[list[Any]]) -> bytes:
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("分解")
        for number, row in enumerate([list(workbook.HEADS), *rows]):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


def line(**told: Any) -> list[Any]:
    usual = {
        "指标": f"{HNTE}数", "梯队": "高企", "口径": "存量", "年度": 2026, "起始年度": 2026,
        "计量单位": "家",
    }  # fmt: skip
    return [{**usual, **told}.get(head, "") for head in workbook.HEADS]


def test_out_and_in_again(
    filled: tuple[User, Goal], make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    _, made = filled
    clerk = make_user("clerk2", "clerk", region=LANZHOU)
    client = sign_in(clerk)
    out = client.get(reverse("planning:board-targets-export"))
    form = {
        "file": SimpleUploadedFile("目标分解.xlsx", out.content),
        "since": "2026-06-01",
        "why": "回",
    }
    page = client.post(reverse("planning:board-targets-bring"), form, follow=True).content.decode()
    assert "已读入" in page
    revision = Revision.objects.get(why="回")
    assert len(revision.digest) == 64
    told = {q.place: q.value for q in revision.quotas.filter(goal=made)}
    kept = Quota.objects.filter(goal=made).exclude(revision=revision)
    assert told == {q.place: q.value for q in kept}
    assert Goal.objects.count() == 1


def test_a_file_with_weights(make_user: Callable[..., User], tmp_path: Path) -> None:
    clerk = make_user("clerk2", "clerk", region=LANZHOU)
    rows = [
        line(数=115), line(区县="城关区", 权重=31), line(区县="七里河区", 权重=38),
        line(区县="西固区", 权重=46), line(行业="盐化工", 数="*"), line(行业="电子信息", 数=12),
    ]  # fmt: skip
    content = book(tmp_path / "分解.xlsx", rows)
    revision = workbook.bring(by=clerk, name="分解.xlsx", content=content, since=ON, why="分解")
    values = sorted(int(q.value) for q in revision.quotas.exclude(region=None) if q.value)
    assert values == [31, 38, 46]
    assert {q.industry: q.value for q in revision.quotas.exclude(industry="")} == {
        "盐化工": None, "1": 12,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (line(区县="没有的区", 数=1), "没有的区"), (line(数="很多"), "很多"),
        (line(数=1, 权重=1), "只写一样"), (line(), "都空着"), (line(年度="明年", 数=1), "明年"),
        (line(梯队="大师", 数=1), "大师"), (line(区县="城关区", 数=99), "超过总数"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_and_nothing_comes_in(
    make_user: Callable[..., User], tmp_path: Path, wrong: list[Any], said: str
) -> None:
    clerk = make_user("clerk2", "clerk", region=LANZHOU)
    content = book(tmp_path / "分解.xlsx", [line(数=10), line(区县="七里河区", 数=3), wrong])
    with pytest.raises(UserError, match=said) as told:
        workbook.bring(by=clerk, name="分解.xlsx", content=content, since=ON, why="分解")
    assert "行" in str(told.value)
    assert not Revision.objects.exists()
    assert not Goal.objects.exists()


# --- the map -------------------------------------------------------------------------------------


def outline(**more: Any) -> dict[str, Any]:
    def square(x: float) -> dict[str, Any]:
        ring = [[x, 36], [x + 0.2, 36], [x + 0.2, 36.2], [x, 36.2], [x, 36]]
        return {"type": "Polygon", "coordinates": [ring]}

    features = [
        {"type": "Feature", "properties": {"gb": f"156{code}"}, "geometry": square(103 + n / 4)}
        for n, code in enumerate((CHENGGUAN, QILIHE))
    ]
    return {"type": "FeatureCollection", "features": features, **more}


def test_a_map_of_the_bureaus_own(
    filled: tuple[User, Goal], sign_in: Callable[..., Client], tmp_path: Path, settings: Any
) -> None:
    settings.MAPS = tmp_path
    path = tmp_path / f"{LANZHOU}.geojson"
    client = sign_in(filled[0])
    for content, said in (
        (json.dumps(outline(审图号="模拟S(2026)1号")), "审图号：模拟S(2026)1号"),
        (json.dumps(outline()), "没有写“审图号”"), ("{", "读不懂"),
    ):  # fmt: skip
        path.write_text(content, encoding="utf-8")
        page = client.get(reverse(BOARD), {"on": str(ON)}).content.decode()
        assert said in page
        assert page.count('<path class="shape') == (2 if "审图号：" in said else 0)
        assert page.count('<rect class="shape') == (1 if "审图号：" in said else 3)  # the zone
    path.unlink()
    assert maps.boundaries(LANZHOU) == ({}, "", "")


# --- the forecast --------------------------------------------------------------------------------


def test_the_forecast_is_on_the_page(
    city: User, make_user: Callable[..., User], sign_in: Callable[..., Client],
    make_firm: Callable[..., Enterprise], title: Any, goal: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    for number in range(24):
        firm = make_firm(f"模拟{number}", CHENGGUAN)
        title(firm, date(2018 + number % 4, 3, 1))
        if number % 3:
            title(firm, date(2021 + number % 4, 2, 1))
    made = goal({("",): 12}, year=2035)
    head = make_user("h", "head", region=LANZHOU)
    where = reverse("planning:board-foresee", args=[made.pk])
    assert sign_in(city).post(where).status_code == 403  # 局领导 reads
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(head).post(where, {"renewal": "80%", "filings": "5", "pass_rate": "78%"})
    found = Forecast.objects.get()
    assert (found.state, found.message) == ("done", "")
    page = sign_in(city).get(reverse(BOARD), {"goal": made.pk}).content.decode()
    for word in ("达到的概率", "中位数", "九成可能在", "到期重新认定率提高", "假设和来源"):
        assert word in page
    assert str(found.result["median"]) in page
    assert "--renewal" not in json.dumps(found.result, ensure_ascii=False)


def test_what_cannot_be_forecast_is_said(
    filled: tuple[User, Goal], make_user: Callable[..., User], goal: Any
) -> None:
    head = make_user("h", "head", region=LANZHOU)
    with pytest.raises(UserError, match="一起填"):
        forecasting.order(by=head, goal=filled[1], on=ON, given={"filings": "5"})
    gross = goal({("",): 12}, how="gross")
    with pytest.raises(UserError, match="存量目标"):
        forecasting.order(by=head, goal=gross, on=ON, given={})
    assert not Forecast.objects.exists()
