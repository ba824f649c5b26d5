"""From the upload to the commit and back."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from denggao.web.accounts import audit
from denggao.web.accounts.models import AuditRow, Region, User
from denggao.web.kit import appending
from denggao.web.ledger import actions, importing
from denggao.web.ledger.models import (
    Enterprise,
    FormerName,
    Import,
    PendingRow,
    Statement,
    Title,
    Value,
)
from tests.web.books import HEADS, book, code, row
from tests.web.conftest import CHENGGUAN, QILIHE

TEN_THOUSAND = 10_000 * 100


def sales(number: int, year: int = 2025) -> Value | None:
    return Value.objects.filter(enterprise__uscc=code(number), fact="sales", year=year).first()


def yuan(number: int, year: int = 2025) -> float | None:
    value = sales(number, year)
    return None if value is None or value.number is None else value.number / TEN_THOUSAND


def test_every_value_has_its_cell(bring: Callable[..., Import], tmp_path: Path) -> None:
    source = bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120.5, 30), row(2, 7, "", 4)]))
    firm = Enterprise.objects.get(uscc=code(1))
    assert (firm.region_id, firm.name, firm.pinyin[:5]) == (
        CHENGGUAN,
        "模拟县第1号科技有限公司",
        "mnxd1",
    )
    said = Statement.objects.get(enterprise=firm, fact="sales", year=2025)
    assert (said.number, said.row, said.column) == (120_500_000, 3, "E")
    assert source.tables[said.sheet]["sheet"] == "台账"
    assert yuan(1, 2024) == 100
    assert sales(2) is None  # an empty cell says nothing
    assert source.counts["firms_new"] == 2


def test_nothing_is_written_before_the_commit(bring: Callable[..., Import], tmp_path: Path) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]), commit=False)
    assert Enterprise.objects.count() == Statement.objects.count() == Value.objects.count() == 0


def test_a_wrong_row_stops_all_unless_a_person_says_otherwise(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    path = book(tmp_path / "甲.xlsx", [row(1, 100, "一大笔", 30), row(2, 7, 8, 4)])
    source = bring(path, commit=False)
    assert source.counts["wrong"] == 1
    (problem,) = source.problems.filter(kind="wrong")
    assert (problem.sheet, problem.row, problem.column) == ("台账", 3, "E")
    with pytest.raises(actions.UserError, match="1 行有错"):
        actions.confirm(by=clerk, source=source, without_wrong=False)
    assert Enterprise.objects.count() == 0
    actions.confirm(by=clerk, source=source, without_wrong=True)
    assert [firm.uscc for firm in Enterprise.objects.all()] == [code(2)]


@pytest.mark.parametrize(
    ("mode", "firms", "first"),
    [("upsert", {1, 2}, 999), ("add", {1, 2}, 120), ("update", {1}, 999)],
)
def test_modes(
    bring: Callable[..., Import], tmp_path: Path, mode: str, firms: set[int], first: int
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    source = bring(book(tmp_path / "乙.xlsx", [row(1, 100, 999, 30), row(2, 1, 2, 3)]), mode=mode)
    assert {firm.uscc for firm in Enterprise.objects.all()} == {code(n) for n in firms}
    assert yuan(1) == first
    assert source.counts["firms_left"] == (0 if mode == "upsert" else 1)


def test_differences_are_shown_before_the_commit(
    bring: Callable[..., Import], tmp_path: Path, sign_in: Callable[[User], Client], clerk: User
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    source = bring(book(tmp_path / "乙.xlsx", [row(1, 100, 130, 30)]), commit=False)
    (one,) = source.differences.all()
    assert (one.fact, one.year, one.old, one.new, one.row) == (
        "sales",
        2025,
        "120 万元",
        "130 万元",
        3,
    )
    assert source.counts["unchanged"] == 4
    page = sign_in(clerk).get(reverse("ledger:import", args=[source.pk])).content.decode()
    assert "120 万元" in page
    assert "130 万元" in page


def test_the_same_file_twice_says_so(
    bring: Callable[..., Import], tmp_path: Path, sign_in: Callable[[User], Client], clerk: User
) -> None:
    path = book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)])
    bring(path)
    before = Statement.objects.count()
    again = bring(path, commit=False)
    page = sign_in(clerk).get(reverse("ledger:import", args=[again.pk])).content.decode()
    assert "一模一样的文件已经导入过" in page
    actions.confirm(by=clerk, source=again, without_wrong=False)
    assert Statement.objects.count() == before


def test_the_higher_rank_holds_and_both_are_shown(
    bring: Callable[..., Import], tmp_path: Path, sign_in: Callable[[User], Client], clerk: User
) -> None:
    bring(book(tmp_path / "税.xlsx", [row(1, 100, 120, 30)]), source="tax")
    source = bring(book(tmp_path / "报.xlsx", [row(1, 100, 150, 30)]), source="company")
    assert source.differences.get().outranked
    value = sales(1)
    assert value is not None
    assert (yuan(1), value.disputed) == (120, True)
    firm = Enterprise.objects.get()
    page = reverse("ledger:enterprise-statements", args=[firm.pk, "sales", 2025])
    said = sign_in(clerk).get(page).content.decode()
    assert "税务申报" in said
    assert "企业填报" in said
    assert "120 万元" in said
    assert "150 万元" in said
    assert "〈台账〉E3" in said
    bring(book(tmp_path / "税2.xlsx", [row(1, 100, 150, 30)]), source="tax")  # now they agree
    assert yuan(1) == 150
    assert not Value.objects.filter(disputed=True).exists()


def test_undo_restores_what_was(bring: Callable[..., Import], clerk: User, tmp_path: Path) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    second = bring(book(tmp_path / "乙.xlsx", [row(1, 100, 999, 30), row(2, 1, 2, 3)]))
    stated = Statement.objects.count()
    actions.undo(by=clerk, source=second, why="传错了文件")
    assert yuan(1) == 120
    assert [firm.uscc for firm in Enterprise.objects.for_user(clerk)] == [code(1)]
    assert Statement.objects.count() == stated  # append-only
    with pytest.raises(actions.Conflict):
        actions.undo(by=clerk, source=second, why="再来一次")
    bring(book(tmp_path / "乙.xlsx", [row(1, 100, 999, 30), row(2, 1, 2, 3)]))
    assert yuan(1) == 999
    assert yuan(2) == 2
    assert Enterprise.objects.for_user(clerk).count() == 2
    assert list(audit.faults()) == list(importing.faults()) == []


def test_a_correction_outlives_the_undo(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    from denggao.facts.catalogue import catalogue
    from denggao.web.ledger.values import Columns

    source = bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    firm = Enterprise.objects.get()
    actions.correct(
        by=clerk, enterprise=firm, version=1, fact=catalogue()["sales"], year=2025,
        columns=Columns(number=77 * TEN_THOUSAND), source="corrected", why="与审计报告核对",
    )  # fmt: skip
    assert yuan(1) == 77
    actions.undo(by=clerk, source=source, why="传错了文件")
    assert yuan(1) == 77
    assert Enterprise.objects.for_user(clerk).count() == 1


# --- who is who ----------------------------------------------------------------------------------


def test_a_code_with_another_name_is_asked_about(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    source = bring(book(tmp_path / "乙.xlsx", [row(1, 1, 2, 3, name="别家完全不同贸易商行")]))
    pending = PendingRow.objects.get(source=source)
    assert "信用代码相同" in pending.why
    assert yuan(1) == 120
    actions.decide(by=clerk, pending=pending, verdict="same", same=Enterprise.objects.get())
    assert yuan(1) == 2
    assert Enterprise.objects.get().name == "别家完全不同贸易商行"
    assert FormerName.objects.get().name == "模拟县第1号科技有限公司"
    with pytest.raises(actions.Conflict):
        actions.decide(by=clerk, pending=pending, verdict="new")
    assert list(importing.faults()) == []


def test_a_renamed_firm_with_its_former_name_is_known(
    bring: Callable[..., Import], tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    cells = [*row(1, 1, 2, 3, name="崭新集团股份有限公司"), "模拟县第1号科技有限公司"]
    bring(book(tmp_path / "乙.xlsx", [cells], (*HEADS, "曾用名")))
    assert PendingRow.objects.count() == 0
    assert Enterprise.objects.get().name == "崭新集团股份有限公司"


def test_one_name_with_two_codes_is_asked_about(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    bring(book(tmp_path / "乙.xlsx", [row(2, 1, 2, 3, name="模拟县第1号科技有限公司")]))
    pending = PendingRow.objects.get()
    assert "信用代码不同" in pending.why
    actions.decide(by=clerk, pending=pending, verdict="new")
    assert {firm.uscc for firm in Enterprise.objects.all()} == {code(1), code(2)}
    assert yuan(2) == 2


def test_a_name_alike_without_a_code_is_asked_about(
    bring: Callable[..., Import], tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30, name="兰州云帆智能装备有限公司")]))
    cells = [
        ["兰州云帆智能装备有限责任公司", "", "城关区", 1, 2, 3],
        ["兰州黄河水务公司", "", "城关区", 1, 2, 3],
    ]
    bring(book(tmp_path / "乙.xlsx", cells))
    assert [pending.name for pending in PendingRow.objects.all()] == [
        "兰州云帆智能装备有限责任公司"
    ]
    assert Enterprise.objects.filter(uscc=None).get().name == "兰州黄河水务公司"


def test_a_later_code_joins_the_firm_of_that_name(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [["模拟县第1号科技有限公司", "", "城关区", 1, 2, 3]]))
    second = bring(book(tmp_path / "乙.xlsx", [row(1, 1, 5, 3)]))
    assert Enterprise.objects.get().uscc == code(1)
    actions.undo(by=clerk, source=second, why="代码抄错")
    assert Enterprise.objects.get().uscc is None


def test_a_firm_of_another_district_is_not_touched(
    bring: Callable[..., Import], make_user: Callable[..., User], tmp_path: Path
) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    other = make_user("other", "clerk", region=QILIHE)
    source = bring(
        book(
            tmp_path / "乙.xlsx",
            [row(1, 1, 2, 3, district="七里河区"), row(2, 1, 2, 3, district="七里河区")],
        ),
        by=other,
    )
    assert yuan(1) == 120
    assert source.counts["firms_elsewhere"] == 1
    assert "别的辖区" in source.problems.filter(kind="wrong").get().message
    assert [firm.uscc for firm in Enterprise.objects.for_user(other)] == [code(2)]


def test_rows_of_another_district_are_wrong(bring: Callable[..., Import], tmp_path: Path) -> None:
    path = book(tmp_path / "甲.xlsx", [row(1, 1, 2, 3), row(2, 1, 2, 3, district="七里河区")])
    source = bring(path, commit=False)
    assert (source.counts["valid"], source.counts["wrong"]) == (1, 1)


def test_certificates_become_titles_once(bring: Callable[..., Import], tmp_path: Path) -> None:
    heads = (
        "企业名称",
        "统一社会信用代码",
        "所在区县",
        "资格类型",
        "证书编号",
        "发证日期",
        "有效期至",
    )
    cells = [*row(1), "高新技术企业", "GR202462000001", "2024-10-28", "2027-10-27"]
    for name in ("甲", "乙"):
        bring(book(tmp_path / f"{name}.xlsx", [cells, [*row(2), "无", "", "", ""]], heads))
    title = Title.objects.get()
    assert (title.kind, title.valid_to) == ("高新技术企业", datetime.date(2027, 10, 27))
    none = Value.objects.get(fact="titles")
    assert (none.enterprise.uscc, none.number) == (code(2), 0)


# --- the whole way through the pages -------------------------------------------------------------


def test_the_pages_from_upload_to_undo(
    clerk: User, sign_in: Callable[[User], Client], tmp_path: Path
) -> None:
    client = sign_in(clerk)
    path = book(tmp_path / "我县台账.xlsx", [row(1, 100, 120, 30), row(2, 5, 6, 7)])
    form = {
        "file": SimpleUploadedFile("我县台账.xlsx", path.read_bytes()),
        "mode": "upsert", "source": "ledger", "as_of": "2026-06-30",
    }  # fmt: skip
    where = client.post(reverse("ledger:import-new"), form).url
    assert "2025年销售收入" in client.get(where).content.decode()
    source = Import.objects.get()
    done = client.post(reverse("ledger:import-confirm", args=[source.pk]), follow=True)
    assert "已导入" in done.content.decode()
    again = client.post(reverse("ledger:import-confirm", args=[source.pk]))
    assert again.status_code == 409
    undo = client.post(
        reverse("ledger:import-undo", args=[source.pk]), {"why": "试一试"}, follow=True
    )
    assert "已撤销" in undo.content.decode()
    said = [r.action for r in AuditRow.objects.order_by("seq")]
    assert said == ["上传台账", "读入待导文件", "确认导入", "导入台账", "撤销导入"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "只收 .xlsx 和 .csv"),
        ("a.xlsx", b"", "空"),
        ("a.xlsx", b"no workbook", ""),
        ("a.csv", "随便,写的\n1,2\n".encode(), ""),
    ],
)
def test_what_is_no_ledger_is_refused_in_words(
    clerk: User, sign_in: Callable[[User], Client], name: str, content: bytes, said: str
) -> None:
    client = sign_in(clerk)
    form = {
        "file": SimpleUploadedFile(name, content),
        "mode": "upsert", "source": "ledger", "as_of": "2026-06-30",
    }  # fmt: skip
    page = client.post(reverse("ledger:import-new"), form, follow=True).content.decode()
    source = Import.objects.first()
    if said:
        assert said in page
        assert source is None
    else:
        assert source is not None
        assert source.state == Import.State.REFUSED
        assert source.message
        assert "Traceback" not in page
    assert Enterprise.objects.count() == 0


def test_their_own_workbook_differs_in_the_corrected_cell_only(
    bring: Callable[..., Import], clerk: User, sign_in: Callable[[User], Client], tmp_path: Path
) -> None:
    from denggao.facts.catalogue import catalogue
    from denggao.web.ledger.values import Columns

    path = book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30), row(2, 5, 6, 7)])
    source = bring(path)
    actions.correct(
        by=clerk, enterprise=Enterprise.objects.get(uscc=code(2)), version=1,
        fact=catalogue()["sales"], year=2025, columns=Columns(number=65 * TEN_THOUSAND // 10),
        source="corrected", why="笔误",
    )  # fmt: skip
    answer = sign_in(clerk).get(reverse("ledger:import-workbook", args=[source.pk]))
    cells = [
        {
            cell.coordinate: cell.value
            for line in openpyxl.load_workbook(file).active
            for cell in line
        }
        for file in (path, io.BytesIO(answer.content))
    ]
    assert {c: v for c, v in cells[1].items() if cells[0].get(c) != v} == {"E4": 6.5}


def test_an_altered_statement_is_found(bring: Callable[..., Import], tmp_path: Path) -> None:
    bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]))
    assert list(importing.faults()) == []
    with appending.lifted(connection):
        Statement.objects.filter(fact="sales", year=2025).update(number=1)
    assert ["甲.xlsx" in fault for fault in importing.faults()] == [True]


def test_interrupted_jobs_are_taken_up_again(
    bring: Callable[..., Import], clerk: User, tmp_path: Path
) -> None:
    source = bring(book(tmp_path / "甲.xlsx", [row(1, 100, 120, 30)]), commit=False)
    Import.objects.update(state=Import.State.COMMITTING)  # … and the machine went off
    assert actions.take_up_again() == 1
    source.refresh_from_db()
    assert source.state == Import.State.COMMITTED
    assert yuan(1) == 120


def test_regions_are_found(
    bring: Callable[..., Import], make_user: Callable[..., User], tmp_path: Path
) -> None:
    city = make_user("city", "clerk", region="620100")
    cells = [
        row(1, 1, 2, 3), row(2, 1, 2, 3, district="七里河"), row(3, 1, 2, 3, district="兰州高新区"),
    ]  # fmt: skip
    bring(book(tmp_path / "市.xlsx", cells), by=city)
    placed = {f.uscc: (f.region_id, f.zone_id) for f in Enterprise.objects.all()}
    assert placed[code(1)] == (CHENGGUAN, None)
    assert placed[code(2)] == (QILIHE, None)
    assert placed[code(3)][1] == "6201GX"
    assert Region.objects.filter(code=placed[code(3)][0]).exists()
