"""联审: sixty firms by file, one file altered; by login; silence; what travels; four eyes."""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.documents.review_workbook import write_form
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.casework.actions import reviews
from denggao.web.casework.models import (
    Batch,
    Case,
    Department,
    JointReview,
    Opinion,
    Recommendation,
    ReturnedFile,
)
from denggao.web.casework.opinions import department_of, said_of
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger.models import Enterprise, Statement, Value
from tests.web.books import code
from tests.web.cases import add_batch, add_firms, in_review, of_department, take
from tests.web.conftest import CHENGGUAN, LANZHOU, QILIHE

FIRMS, HEAD_ROW = 60, 5
DUE = timezone.localdate() + datetime.timedelta(days=10)
Sheets = dict[str, bytes]


@pytest.fixture
def batch(clerk: User) -> Batch:
    """Sixty firms in joint review, without the cost of sixty walks there."""
    made = add_batch(clerk)
    Case.objects.bulk_create(
        Case(enterprise=firm, batch=made, title=made.title, year=made.year, state="review",
             before="materials", filed_at=timezone.now(), made_by=clerk)
        for firm in add_firms(clerk, FIRMS)
    )  # fmt: skip
    return made


@pytest.fixture
def client(clerk: User, sign_in: Callable[..., Client]) -> Client:
    return sign_in(clerk)


@pytest.fixture
def sheets(batch: Batch, client: Client) -> Sheets:
    """What was sent out: department → workbook."""
    send = reverse("casework:batch-review-send", args=[batch.pk])
    client.post(send, {"due": DUE.isoformat(), "silence": r.BLOCKS})
    kept = JointReview.objects.get()
    packed = client.get(reverse("casework:batch-review-forms", args=[kept.pk])).content
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        return {
            name.removeprefix("联审意见-").removesuffix(".xlsx"): package.read(name)
            for name in package.namelist()
        }


def filled(
    data: bytes, answer: str = "是", change: Callable[[Any], None] | None = None, rows: int = FIRMS
) -> bytes:
    """As a department would fill it in with a spreadsheet program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    for row in range(HEAD_ROW + 1, HEAD_ROW + 1 + rows):
        sheet.cell(row, 4).value = answer
    if change is not None:
        change(sheet)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def hand_in(client: Client, department: str, data: bytes, **more: str) -> ReturnedFile:
    kept = JointReview.objects.get()
    file = SimpleUploadedFile(f"{department}回.xlsx", data)
    told = {"department": department, "file": file, **more}
    client.post(reverse("casework:batch-review-return", args=[kept.pk]), told)
    return ReturnedFile.objects.first()


def verdicts() -> dict[str, int]:
    found: dict[str, int] = {}
    for said in said_of(list(Case.objects.select_related("enterprise", "batch"))):
        found[said.verdict] = found.get(said.verdict, 0) + 1
    return found


def test_a_firm_of_the_same_name_elsewhere_gets_no_opinion(
    make_user: Callable[..., User], clerk: User
) -> None:
    """Two districts in one batch of the city, firms of the same name in both, no codes."""
    batch = add_batch(make_user("city", "clerk", region=LANZHOU))
    other = make_user("other", "clerk", region=QILIHE)
    cases = [
        Case.objects.create(
            enterprise=Enterprise.objects.create(name="模拟同名公司", region=by.region, made_by=by),
            batch=batch, title=batch.title, year=batch.year, state="review", made_by=by,
        )
        for by in (other, clerk, other)
    ]  # fmt: skip
    kept = reviews.send_out(by=clerk, batch=batch, cases=cases[1:2], due=DUE)
    assert [said.review for said in said_of(cases)] == [None, kept, None]
    department = next(iter(kept.review.questions))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "back.xlsx"
        write_form(path, kept.review, department)
        data = filled(path.read_bytes(), rows=1)
    reviews.read_back(by=clerk, kept=kept, department=department, name="back.xlsx", data=data)
    assert [opinion.case for opinion in Opinion.objects.all()] == cases[1:2]


def test_sixty_firms_by_file_with_one_departments_file_altered(
    batch: Batch, client: Client, sheets: Sheets, make_user: Callable[..., User],
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    assert set(sheets) == set(r.USUAL)
    for name in ("科技", "财政", "生态环境", "市场监管"):
        file = hand_in(client, name, filled(sheets[name]))
        assert (file.state, file.taken, file.problems) == ("taken", FIRMS, [])
    assert verdicts() == {"待反馈": FIRMS}

    def alter(sheet: Any) -> None:
        sheet.cell(HEAD_ROW + 3, 2).value = "另一家有限公司"
        sheet.cell(HEAD_ROW + 7, 3).value = code(999)
        sheet.cell(HEAD_ROW + 9, 4).value = "基本同意"
        sheet.delete_rows(HEAD_ROW + FIRMS)

    file = hand_in(client, "税务", filled(sheets["税务"], change=alter))
    assert (file.state, file.taken) == ("refused", 0)
    told = "\n".join(file.problems)
    for place in ("第 8 行 B 列", "第 12 行 C 列", "第 14 行 D 列"):
        assert place in told, told
    assert "名称与发出的不同" in told
    assert "基本同意" in told
    assert "返回的表里没有这一户" in told
    assert Opinion.objects.filter(department="税务").count() == 0
    page = client.get(reverse("casework:batch-review", args=[batch.pk])).content.decode()
    assert "第 8 行 B 列" in page
    assert "没有采用" in page
    assert verdicts() == {"待反馈": FIRMS}

    def one_no(sheet: Any) -> None:
        sheet.cell(HEAD_ROW + 5, 4).value = "否"
        sheet.cell(HEAD_ROW + 5, 5).value = "有欠税"
        sheet.cell(HEAD_ROW + 6, 4).value = "不详"

    file = hand_in(client, "税务", filled(sheets["税务"], change=one_no))
    assert (file.state, file.taken) == ("taken", FIRMS)
    assert verdicts() == {"可以推荐": FIRMS - 2, "不得推荐": 1, "待反馈": 1}

    where = reverse("casework:batch-recommend", args=[batch.pk])
    chosen = [str(pk) for pk in Case.objects.values_list("pk", flat=True)]  # the two are left out
    client.post(where, {"case": chosen})
    listed = Recommendation.objects.get()
    assert listed.cases.count() == FIRMS - 2
    approve = reverse("casework:batch-list-approve", args=[listed.pk])
    assert client.post(approve, {"version": "1"}).status_code == 403
    leader = sign_in(make_user("boss", "leader"))
    leader.post(approve, {"version": "1"})
    assert Case.objects.filter(state="recommended").count() == FIRMS - 2
    assert leader.post(approve, {"version": "1"}).status_code == 409
    summary = client.get(
        reverse("casework:batch-review-summary", args=[JointReview.objects.get().pk])
    )
    book = openpyxl.load_workbook(io.BytesIO(summary.content))
    assert "汇总" in book.sheetnames


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.cell(2, 5).__setattr__("value", "名单编号：000000000000"), "不是这一份名单"),
        (lambda s: s.cell(2, 1).__setattr__("value", "部门：财政"), "这是财政的表"),
        (lambda s: s.cell(2, 1).__setattr__("value", "部门：公安"), "没有被征求意见"),
        (lambda s: s.cell(6, 6).__setattr__("value", 1234567), None),
    ],
)
def test_the_wrong_list_the_wrong_department(
    client: Client, sheets: Sheets, change: Callable[[Any], Any], said: str | None
) -> None:
    file = hand_in(client, "税务", filled(sheets["税务"], change=change))
    if said is None:  # a figure in a cell that nobody asked for is not read
        assert "1234567" not in "".join(str(v) for v in Opinion.objects.values_list("words"))
        return
    assert (file.state, file.taken) == ("refused", 0)
    assert said in "\n".join(file.problems)


def test_a_second_file_that_says_otherwise_is_refused_by_the_cell(
    client: Client, sheets: Sheets
) -> None:
    hand_in(client, "税务", filled(sheets["税务"]))

    def change(sheet: Any) -> None:
        sheet.cell(HEAD_ROW + 2, 4).value = "否"

    file = hand_in(client, "税务", filled(sheets["税务"], change=change))
    assert file.state == "refused"
    assert "第 7 行 D 列" in file.problems[0]
    assert "与这里不同" in file.problems[0]
    assert set(Opinion.objects.filter(counts=True).values_list("answer", flat=True)) == {"是"}
    assert hand_in(client, "税务", filled(sheets["税务"])).state == "taken"  # the same again
    file = hand_in(client, "税务", filled(sheets["税务"], change=change), corrects="税务局更正函")
    assert (file.state, file.taken) == ("taken", FIRMS)
    assert Opinion.objects.filter(counts=True).count() == FIRMS
    assert Opinion.objects.filter(counts=False).count() == FIRMS
    assert Opinion.objects.filter(counts=True, answer="否").count() == 1


def test_a_half_filled_file_leaves_the_rest_open(client: Client, sheets: Sheets) -> None:
    def change(sheet: Any) -> None:
        for row in range(HEAD_ROW + 11, HEAD_ROW + 1 + FIRMS):
            sheet.cell(row, 4).value = None

    file = hand_in(client, "税务", filled(sheets["税务"], change=change))
    assert (file.state, file.taken) == ("taken", 10)
    assert hand_in(client, "税务", filled(sheets["税务"])).taken == FIRMS - 10


# --- N13: the answer travels, the figures do not -------------------------------------------------

CANARIES = (918273645, 777111333)


def texts(package: bytes) -> str:
    """Everything written in the files of a zip, workbooks unpacked."""
    found = []
    with zipfile.ZipFile(io.BytesIO(package)) as outer:
        for name in outer.namelist():
            data = outer.read(name)
            if name.endswith(".xlsx"):
                with zipfile.ZipFile(io.BytesIO(data)) as inner:
                    found += [
                        inner.read(part).decode("utf-8", "replace") for part in inner.namelist()
                    ]
            else:
                found.append(data.decode("utf-8", "replace"))
    return "\n".join(found)


def test_no_figure_leaves_with_the_list(
    batch: Batch, clerk: User, client: Client, sheets: Sheets
) -> None:
    for case in Case.objects.all():
        for fact, year, canary in (("sales", 2025, 0), ("rd_expense", 2025, 1)):
            said = {"enterprise": case.enterprise, "fact": fact, "year": year,
                    "number": CANARIES[canary] * 100}  # fmt: skip
            statement = Statement.objects.create(**said, rank=40, by=clerk, why="测试")
            Value.objects.create(**said, statement=statement)
    kept = JointReview.objects.get()
    told = texts(client.get(reverse("casework:batch-review-forms", args=[kept.pk])).content)
    told += kept.kept
    assert "模拟县第1号科技有限公司" in told
    for canary in CANARIES:
        shapes = {str(canary), f"{canary * 100}", f"{canary / 10000:g}", f"{canary:,}"}
        assert not [shape for shape in shapes if shape in told]
    sheet = openpyxl.load_workbook(io.BytesIO(sheets["税务"])).active
    numbers = [
        c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, int | float)
    ]
    assert numbers == list(range(1, FIRMS + 1))  # 序号 alone


def test_the_canary_would_be_found(sheets: Sheets) -> None:
    def leak(sheet: Any) -> None:
        sheet.cell(6, 5).value = CANARIES[0]

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("a.xlsx", filled(sheets["税务"], change=leak))
    assert str(CANARIES[0]) in texts(packed.getvalue())


# --- silence, and what an opinion is for the law -------------------------------------------------


def test_silence_blocks_unless_a_dated_rule_says_otherwise(clerk: User) -> None:
    batch = add_batch(clerk)
    made = in_review(clerk, batch, add_firms(clerk, 2))
    with pytest.raises(UserError, match="写明规定的出处"):
        reviews.send_out(by=clerk, batch=batch, cases=made, due=DUE, silence=r.AGREES)
    with pytest.raises(IntegrityError), transaction.atomic():
        JointReview.objects.create(batch=batch, kept="{}", number="x", due=DUE, silence=r.AGREES,
                                   by=clerk)  # fmt: skip
    late = DUE + datetime.timedelta(days=1)
    for silence, basis, verdict in (
        (r.BLOCKS, "", "不得推荐"),
        (r.AGREES, "联审办法第六条（2026年3月1日印发）：逾期视为无意见", "可以推荐"),
    ):
        reviews.send_out(by=clerk, batch=batch, cases=made, due=DUE, silence=silence,
                         silence_basis=basis)  # fmt: skip
        assert {s.verdict for s in said_of(made, DUE)} == {"待反馈"}
        assert {s.verdict for s in said_of(made, late)} == {verdict}
    with pytest.raises(UserError, match="待反馈"):
        reviews.propose(by=clerk, batch=batch, cases=made)


def test_an_opinion_feeds_the_verdict_with_its_source(client: Client, sheets: Sheets) -> None:
    def one_no(sheet: Any) -> None:
        sheet.cell(HEAD_ROW + 1, 4).value = "否"

    hand_in(client, "生态环境", filled(sheets["生态环境"], change=one_no))
    first = Case.objects.order_by("pk").first()
    assert Value.objects.get(fact="major_incident").enterprise == first.enterprise
    hand_in(client, "市场监管", filled(sheets["市场监管"], change=one_no))
    hand_in(client, "税务", filled(sheets["税务"]))
    found = Value.objects.filter(fact="major_incident").select_related("statement")
    assert sum(value.number for value in found) == 1
    assert found.count() == FIRMS
    why = found.exclude(enterprise=first.enterprise).first().statement.why
    assert why.startswith("联审意见（生态环境、市场监管）：名单")
    assert Value.objects.filter(fact="taxed_on_accounts", number=1).count() == FIRMS
    # 否 to a question that joins two things does not say which
    assert not Value.objects.filter(fact="dishonest_listed", enterprise=first.enterprise).exists()


# --- by login ------------------------------------------------------------------------------------


def test_a_department_answers_for_itself_alone(
    batch: Batch, client: Client, sheets: Sheets, make_user: Callable[..., User],
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    tax = of_department(make_user, "税务", CHENGGUAN)
    assert department_of(tax) == "税务"
    partner, where = sign_in(tax), reverse("casework:batch-opinions", args=[batch.pk])
    case = Case.objects.order_by("pk").first()
    page = partner.get(where).content.decode()
    assert "税务意见" in page
    assert r.USUAL["税务"] in page
    partner.post(where, {f"answer-{case.pk}": "是", f"seen-{case.pk}": "0"})
    opinion = Opinion.objects.get()
    assert (opinion.department, opinion.answer, opinion.by) == ("税务", "是", tax)
    late = partner.post(where, {f"answer-{case.pk}": "否", f"seen-{case.pk}": "0"})
    assert late.status_code == 409
    told = {f"answer-{case.pk}": "否", f"seen-{case.pk}": str(opinion.pk)}
    assert "写理由" in partner.post(where, told, follow=True).content.decode()
    partner.post(where, told | {f"words-{case.pk}": "新查明欠税"})
    assert Opinion.objects.get(counts=True).answer == "否"
    assert Opinion.objects.count() == 2
    assert AuditRow.objects.filter(action="出具联审意见").count() == 2
    file = hand_in(client, "税务", filled(sheets["税务"]))  # the file says otherwise
    assert file.state == "refused"
    assert client.get(where).status_code == 403  # a clerk is no department


def test_a_department_of_another_district_sees_nothing(
    batch: Batch, sheets: Sheets, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    foreign = sign_in(of_department(make_user, "税务", QILIHE))
    assert foreign.get(reverse("casework:batch-opinions", args=[batch.pk])).status_code == 404


def test_departments_are_what_the_region_configures(
    clerk: User, client: Client, make_user: Callable[..., User]
) -> None:
    where = reverse("casework:batch-departments")
    told = {"name": "应急管理", "question": "没有重大安全事故", "place": 6, "is_asked": "on"}
    assert client.post(where, told).status_code == 302
    assert Department.objects.count() == len(r.USUAL) + 1
    client.post(f"{where}?name=财政", {"name": "财政", "question": "无", "place": 2})
    batch = add_batch(clerk)
    made = in_review(clerk, batch, add_firms(clerk, 1))
    kept = reviews.send_out(by=clerk, batch=batch, cases=made, due=DUE)
    assert set(kept.review.questions) == (set(r.USUAL) | {"应急管理"}) - {"财政"}
    person = of_department(make_user, "应急管理", CHENGGUAN)
    reviews.give(by=person, kept=kept, case=made[0], answer="是")
    stranger = of_department(make_user, "公安", CHENGGUAN)
    with pytest.raises(UserError, match="不在这次联审的部门"):
        reviews.give(by=stranger, kept=kept, case=made[0], answer="是")


# --- four eyes -----------------------------------------------------------------------------------


def test_nobody_approves_the_own_list(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    both = make_user("both", "head", "leader")
    batch = add_batch(clerk)
    made = in_review(clerk, batch, add_firms(clerk, 2))
    kept = reviews.send_out(by=clerk, batch=batch, cases=made, due=DUE)
    for name in kept.review.questions:
        Opinion.objects.bulk_create(
            Opinion(case=c, review=kept, department=name, answer="是", by=clerk) for c in made
        )
    listed = reviews.propose(by=both, batch=batch, cases=made)
    with pytest.raises(Conflict):
        reviews.propose(by=clerk, batch=batch, cases=made)
    with pytest.raises(UserError, match="换一个人"):
        reviews.approve(by=both, listed=listed, version=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recommendation.objects.filter(pk=listed.pk).update(
            state="approved", decided_by=both, decided_at=timezone.now()
        )
    leader = make_user("lead", "leader")
    take(clerk, made[0], "return", why="补材料")  # left the list meanwhile
    with pytest.raises(UserError, match="不一样"):
        reviews.approve(by=leader, listed=listed, version=1)
    assert Recommendation.objects.get().state == "draft"
    with pytest.raises(UserError, match="理由"):
        reviews.send_back(by=leader, listed=listed, version=1, why=" ")
    reviews.send_back(by=leader, listed=listed, version=1, why="少一户，重拟")
    fresh = reviews.propose(by=both, batch=batch, cases=Case.objects.filter(pk=made[1].pk))
    assert reviews.approve(by=leader, listed=fresh, version=1) == 1
    page = sign_in(clerk).get(reverse("casework:batch-recommend", args=[batch.pk]))
    assert re.search("已审定", page.content.decode())


def test_a_list_altered_in_the_database_is_noticed(clerk: User) -> None:
    batch = add_batch(clerk)
    made = in_review(clerk, batch, add_firms(clerk, 1))
    kept = reviews.send_out(by=clerk, batch=batch, cases=made, due=DUE)
    JointReview.objects.update(kept=kept.kept.replace("第1号", "第9号"))
    with pytest.raises(UserError, match="改动过"):
        said_of(made)
