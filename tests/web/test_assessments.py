"""体检诊断: a firm's verdict with article and source, what-if, runs over a region, law pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from denggao.rules import library
from denggao.web.accounts.models import AuditRow, User
from denggao.web.assessments.facts import firm_of, ledger_of
from denggao.web.assessments.lawtext import with_statements
from denggao.web.assessments.models import Finding, Frozen, Run
from denggao.web.ledger.models import Enterprise, Statement, Title, Value
from tests.web.conftest import QILIHE

LAW, DAY = "高新技术企业认定", "2026-06-30"
YUAN = 100  # 分


@pytest.fixture
def state(clerk: User) -> Callable[..., None]:
    """State a fact of a firm, in whole steps."""

    def put(firm: Enterprise, key: str, **value: Any) -> None:
        fact, _, year = key.partition("@")
        said = {"enterprise": firm, "fact": fact, "year": int(year or 0), **value}
        statement = Statement.objects.create(**said, rank=40, by=clerk, why="测试")
        Value.objects.create(**said, statement=statement)

    return put


@pytest.fixture
def firm(make_firm: Callable[..., Enterprise], state: Callable[..., None]) -> Enterprise:
    """Five per cent exactly, one condition short: technical staff."""
    made = make_firm("模拟甲")
    state(made, "established_on", text="2010-01-01")
    for year in (2023, 2024, 2025):
        state(made, f"sales@{year}", number=1_000_000 * YUAN)
        state(made, f"rd_expense@{year}", number=50_000 * YUAN)
    state(made, "staff@2025", number=100 * 10_000)
    state(made, "tech_staff@2025", number=9 * 10_000)
    return made


@pytest.fixture
def run_law(django_capture_on_commit_callbacks: Any) -> Callable[[Client], Run]:
    """Order a run by click and let it be carried out."""

    def go(client: Client) -> Run:
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("assessments:pool-start"), {"law": LAW, "as_of": DAY})
        return Run.objects.get()

    return go


def verdict(client: Client, firm: Enterprise, **more: str) -> Any:
    address = reverse("assessments:pool-verdict", args=[firm.pk])
    return client.get(address, {"law": LAW, "as_of": DAY, **more})


def test_the_verdict_page_says_why_and_from_which_cell(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    answer = verdict(sign_in(clerk), firm)
    page = answer.content.decode()
    nodes = {node.id: node for node in answer.context["nodes"]}
    assert nodes["HNTE-C4"].truth == "fail"
    assert nodes["HNTE-C4"].compared == "9.00%"
    assert nodes["HNTE-C4"].ways == ("2025年科技人员还差1人",)
    assert "不低于10%" in nodes["HNTE-C4"].extract
    assert nodes["HNTE-C5a"].truth == "pass"  # at exactly 5 %
    assert "更正：测试" in page  # the source of each figure
    assert "国科发火〔2016〕32号" in page


def test_what_if_moves_the_verdict_and_saves_nothing(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    before = list(Statement.objects.values_list("pk", "number"))
    answer = verdict(sign_in(clerk), firm, **{"if.tech_staff@2025": "10"})
    found = answer.context["what_if"]
    assert found["rules"]["HNTE-C4"].truth is True
    assert before == list(Statement.objects.values_list("pk", "number"))
    wrong = verdict(sign_in(clerk), firm, **{"if.tech_staff@2025": "十个"})
    assert "不是数" in wrong.content.decode()
    unknown = verdict(sign_in(clerk), firm, **{"if.staff@2025": "?"})
    assert unknown.context["what_if"]["rules"]["HNTE-C4"].truth is None


def test_another_districts_firm_is_not_found(
    make_user: Callable[..., User], sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    answer = verdict(other, firm)
    assert answer.status_code == 404
    assert "模拟甲" not in answer.content.decode()


def test_a_run_is_counted_listed_and_in_the_audit(
    clerk: User,
    sign_in: Callable[..., Client],
    firm: Enterprise,
    make_firm: Callable[..., Enterprise],
    make_user: Callable[..., User],
    run_law: Callable[[Client], Run],
) -> None:
    make_firm("模拟乙")
    make_firm("别区丙", QILIHE)
    client = sign_in(clerk)
    run = run_law(client)
    assert (run.state, run.counts["firms"]) == ("done", 2)
    assert run.counts["hard"] == {"pass": 0, "unknown": 1, "fail": 1}
    assert run.counts["only"] == {"HNTE-C4": 1}
    page = client.get(reverse("assessments:pool-run", args=[run.pk]), {"hard": "fail"})
    body = page.content.decode()
    assert "模拟甲" in body
    assert "模拟乙" not in body
    assert "科技人员数还差 1人" in body
    assert (
        "别区丙" not in client.get(reverse("assessments:pool-run", args=[run.pk])).content.decode()
    )
    assert AuditRow.objects.filter(action="完成体检").exists()
    stranger = sign_in(make_user("other", "clerk", region=QILIHE))
    assert stranger.get(reverse("assessments:pool-run", args=[run.pk])).status_code == 404


def test_a_law_that_judges_nobody_is_refused(clerk: User, sign_in: Callable[..., Client]) -> None:
    form = {"law": "行动", "as_of": DAY}
    answer = sign_in(clerk).post(reverse("assessments:pool-start"), form, follow=True)
    assert "不能用来判企业" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_run_without_firms_says_so(
    clerk: User, sign_in: Callable[..., Client], run_law: Callable[[Client], Run]
) -> None:
    run = run_law(sign_in(clerk))
    assert (run.state, run.message) == ("failed", "辖区内还没有企业，请先导入台账")
    assert not Finding.objects.exists()


def test_pages_of_the_pool_ask_the_same_number_of_questions_however_many_rows(
    clerk: User,
    sign_in: Callable[..., Client],
    make_firm: Callable[..., Enterprise],
    django_assert_max_num_queries: Any,
    run_law: Callable[[Client], Run],
) -> None:
    for number in range(30):
        make_firm(f"模拟{number}")
    client = sign_in(clerk)
    run = run_law(client)
    with django_assert_max_num_queries(12):
        client.get(reverse("assessments:pool-run", args=[run.pk]))


def test_every_law_has_its_page_with_every_rule_in_it(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(clerk)
    assert client.get(reverse("assessments:laws")).status_code == 200
    for number, entry in enumerate(library.entries()):
        law = library.load_known(entry)
        shown = {s.id for a in with_statements(law) for s in a.statements}
        assert shown == set(law.statements)
        page = client.get(reverse("assessments:law", args=[number])).content.decode()
        assert law.name in page
    assert client.get(reverse("assessments:law", args=[10**6])).status_code == 404


def test_one_firm_and_all_firms_have_the_same_facts(firm: Enterprise) -> None:
    ledger, keys = ledger_of(Enterprise.objects.all())
    one = firm_of(firm)
    from denggao.diagnosis.pool import firm_of as from_ledger

    assert keys == [firm.pk]
    assert "titles" not in one.values
    assert from_ledger(ledger, 0).values == one.values | {"name": "模拟甲"}


def test_papers_name_the_source_of_every_figure(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise, tmp_path: Path
) -> None:
    client = sign_in(clerk)
    for kind in ("report", "plan"):
        address = reverse("assessments:paper", args=[firm.pk, kind, "docx"])
        answer = client.get(address, {"law": LAW, "as_of": DAY})
        assert answer["Content-Disposition"].startswith("attachment")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            notes = book.read("word/footnotes.xml").decode()
        assert "国科发火〔2016〕32号" in notes
        assert "更正" in notes
    assert AuditRow.objects.filter(action="导出文书").count() == 2


def test_no_paper_of_another_kind_or_another_districts_firm(
    make_user: Callable[..., User], clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    wrong = reverse("assessments:paper", args=[firm.pk, "report", "exe"])
    assert sign_in(clerk).get(wrong).status_code == 404
    right = reverse("assessments:paper", args=[firm.pk, "report", "docx"])
    assert sign_in(make_user("other", "clerk", region=QILIHE)).get(right).status_code == 404


def test_said_to_hold_no_certificate_is_not_the_same_as_nothing_said(
    firm: Enterprise, state: Callable[..., None]
) -> None:
    ledger, _ = ledger_of(Enterprise.objects.all())
    assert ledger.columns["titles"] == [None]
    state(firm, "titles", text="无")
    ledger, _ = ledger_of(Enterprise.objects.all())
    assert ledger.columns["titles"] == [()]
    assert firm_of(firm).values["titles"] == ()


# --- lists ---------------------------------------------------------------------------------------


def certify(firm: Enterprise, by: User, until: date) -> None:
    Title.objects.create(
        enterprise=firm, kind="高新技术企业", number="GR202462000001", issued_on=date(2023, 7, 1),
        valid_to=until, by=by,
    )  # fmt: skip


def test_lists_of_a_day_stay_as_they_were_frozen(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    certify(firm, clerk, date(2026, 6, 30))
    client = sign_in(clerk)
    live = client.get(reverse("assessments:lists"), {"as_of": DAY})
    due = next(r for r in live.context["lists"].rolls if r.on and r.kind == "清单")
    assert [e.name for e in due.on] == ["模拟甲"]
    client.post(reverse("assessments:lists-freeze"), {"as_of": DAY})
    frozen = Frozen.objects.get()
    Title.objects.update(withdrawn=True)
    again = client.get(reverse("assessments:lists-frozen", args=[frozen.pk]))
    assert [r for r in again.context["lists"].rolls if r.id == due.id] == [due]
    now = client.get(reverse("assessments:lists"), {"as_of": DAY})
    assert not next(r for r in now.context["lists"].rolls if r.id == due.id).on
    assert AuditRow.objects.filter(action="冻结清单", new__digest=frozen.digest).exists()


def test_a_frozen_list_that_was_altered_is_not_shown(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    certify(firm, clerk, date(2026, 6, 30))
    client = sign_in(clerk)
    client.post(reverse("assessments:lists-freeze"), {"as_of": DAY})
    frozen = Frozen.objects.get()
    Frozen.objects.update(file=bytes(frozen.file)[:-1] + b"x")
    page = client.get(reverse("assessments:lists-frozen", args=[frozen.pk]))
    assert "被改动过" in page.content.decode()


def test_lists_as_a_workbook(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise, tmp_path: Path
) -> None:
    certify(firm, clerk, date(2026, 6, 30))
    answer = sign_in(clerk).get(reverse("assessments:lists-export"), {"as_of": DAY})
    path = tmp_path / "lists.xlsx"
    path.write_bytes(answer.content)
    book = openpyxl.load_workbook(path)
    cells = {c.value for sheet in book for row in sheet.iter_rows() for c in row}
    assert "模拟甲" in cells
