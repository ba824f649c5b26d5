"""The workbook of a screening, read back with other eyes: openpyxl and calamine."""

from __future__ import annotations

import errno
from collections import Counter
from dataclasses import replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from denggao.demo.county import make_county
from denggao.diagnosis.pool import questions
from denggao.documents import screening_page
from denggao.documents import wording as w
from denggao.documents.screening_data import WORDS, Conditions
from denggao.documents.screening_workbook import Screening, write_workbook
from denggao.facts.errors import UserError
from denggao.facts.ledger import read_ledgers
from denggao.rules.engines.columnar.screening import Screened, frame_of_ledger, screen
from denggao.rules.engines.columnar.table import countable
from denggao.rules.library import by_default, in_force

DAY = date(2026, 6, 30)
HNTE = "高新技术企业认定"
SHEETS = ["总览", "逐企结论", "差距清单", "待补数据", "走访排序", "数据问题", "口径说明"]
ODD = ["=1+1", "+1", "-1", "@A1", "<r>甲</r>", "a&b<c>\x07_x0041_", " 前后有空 "]


@pytest.fixture(scope="module")
def screening(tmp_path_factory: pytest.TempPathFactory) -> Screening:
    path = make_county(tmp_path_factory.mktemp("county"))
    ledger = read_ledgers([path], as_of=DAY)
    for place, name in enumerate(ODD):
        ledger.columns["name"][place] = name
    laws = by_default(DAY)
    tables = [*screen(frame_of_ledger(ledger, laws, DAY), laws, DAY)]
    asked = {t.instrument.short: questions(ledger, t, DAY, nearest=20) for t in tables}
    return Screening(ledger, tables, asked, DAY, {}, files=[path.name])


@pytest.fixture(scope="module")
def written(screening: Screening, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "筛查.xlsx"
    write_workbook(path, screening)
    return path


@pytest.fixture(scope="module")
def book(written: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written)


def rows(book: openpyxl.Workbook, sheet: str, heads: int = 1) -> list[tuple[Any, ...]]:
    return list(book[sheet].iter_rows(min_row=heads + 1, values_only=True))


def heads(book: openpyxl.Workbook, sheet: str) -> list[str]:
    return [cell.value for cell in book[sheet][1]]


def section(book: openpyxl.Workbook, title: str) -> list[tuple[Any, ...]]:
    """The rows of one section of 总览, below its heads."""
    found, inside = [], False
    for row in book["总览"].iter_rows(values_only=True):
        if inside and row[0] is None:
            break
        if inside:
            found.append(row)
        inside = inside or str(row[0]).startswith(title)
    return found[1:]


# ------------------------------------------------------------------------ whole


def test_sheets_in_order_and_no_formula(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet for cell in row)
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == "9"


def test_calamine_reads_the_same(written: Path, book: openpyxl.Workbook) -> None:
    calamine = CalamineWorkbook.from_path(written)
    for name in SHEETS:
        grid = calamine.get_sheet_by_name(name).to_python(skip_empty_area=False)
        ours = [[_plain(value) for value in row] for row in rows(book, name, heads=0)]
        assert ours == grid


def _plain(value: Any) -> Any:
    """openpyxl leaves the escapes of control characters to its reader."""
    return unescape(value) if isinstance(value, str) else "" if value is None else value


def test_same_input_same_bytes(screening: Screening, written: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    write_workbook(again, screening)
    assert again.read_bytes() == written.read_bytes()


def test_texts_stay_texts(book: openpyxl.Workbook) -> None:
    assert set(ODD) <= {_plain(row[1]) for row in rows(book, "逐企结论", heads=2)}


# -------------------------------------------------------------------- 逐企结论


def test_columns_of_the_contract(book: openpyxl.Workbook, screening: Screening) -> None:
    machine = [cell.value for cell in book["逐企结论"][2]]
    first = ["identity", "name", "law", "as_of", "verdict", "hard_verdict", "score_lo", "score_hi"]
    assert machine[:8] == first
    assert machine[-1] == "flags"
    own = ("identity", "name", "flags")
    rules = [
        column
        for table in screening.tables
        for column in table.frame.columns
        if not column.startswith(("§", "open:", "least:"))
        and column not in own
        and table.frame[column].null_count() < table.frame.height
    ]
    assert machine[2:-1] == list(dict.fromkeys(rules))
    assert "HNTE-C4\n科技人员占比\n差距(人)" in heads(book, "逐企结论")


def test_cells_equal_the_frame_to_the_last_digit(
    book: openpyxl.Workbook, screening: Screening
) -> None:
    machine = [cell.value for cell in book["逐企结论"][2]]
    found = [dict(zip(machine, r, strict=True)) for r in rows(book, "逐企结论", heads=2)]
    frames = [row for table in screening.tables for row in table.frame.rows(named=True)]
    assert len(found) == len(frames)
    for ours, frame in zip(found, frames, strict=True):
        for column, value in ours.items():
            wanted = frame.get(column)
            if column.endswith(("_truth", "verdict")):
                wanted = WORDS.get(wanted)
            if column != "name":
                assert value == (None if wanted == "" else wanted), column


def test_look_of_the_verdicts(book: openpyxl.Workbook) -> None:
    sheet = book["逐企结论"]
    assert sheet.freeze_panes == "C3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert sheet.print_title_rows == "$1:$2"
    rules = [rule for found in sheet.conditional_formatting for rule in found.rules]
    assert {rule.formula[0] for rule in rules} == {'"符合"', '"不符合"', '"未知"'}
    machine = [cell.value for cell in sheet[2]]
    formats = {sheet.cell(r, machine.index("HNTE-C5a_gap") + 1).number_format for r in (310, 320)}
    assert formats == {"#,##0.00"}


def test_a_ratio_never_seems_to_reach_what_it_misses() -> None:
    render = screening_page._as_ratio(1, 2, (0.05,))
    assert 's="1"' in render(0.05)
    assert 's="1"' in render(0.0483)
    assert 's="2"' in render(0.04996)
    below = 0.049999999999999996
    assert f"<v>{below!r}</v>" in render(below)


# -------------------------------------------------------------------- 差距清单


def test_gaps_are_those_of_the_frame(book: openpyxl.Workbook, screening: Screening) -> None:
    found = rows(book, "差距清单")
    titles = heads(book, "差距清单")
    expected = sum(
        "pass" not in verdicts
        for t in screening.tables
        for verdicts in t.rows(["hard_verdict", "verdict"])
    )
    assert len(found) == expected
    place = {title.split("\n")[0]: i for i, title in enumerate(titles)}
    frame = screening.tables[1].frame
    hnte = frame.filter((frame["hard_verdict"] != "pass") & (frame["verdict"] != "pass"))
    ours = [row for row in found if row[2] == HNTE]
    for row, frame in zip(ours, hnte.rows(named=True), strict=True):
        assert row[0] == frame["identity"]
        staff, money = frame["least:HNTE-C4"], frame["least:HNTE-C5a"]
        assert row[place["HNTE-C4"]] == (ceil(staff) if staff else None)
        shown = row[place["HNTE-C5a"]]
        assert (shown or 0) * 10_000 == pytest.approx(money or 0, abs=0.0101)
        assert (shown or 0) * 10_000 >= (money or 0) - 1e-6


def test_heads_name_what_is_missing(book: openpyxl.Workbook) -> None:
    found = {head.replace("\n", " ") for head in heads(book, "差距清单")}
    assert {
        "HNTE-C1 还差成立天数 (天)",
        "HNTE-C2.ip 还差一、二类知识产权 (项)",
        "HNTE-C4 还差科技人员 (人)",
        "HNTE-C5a 还差研发费用 (万元)",
        "SME-C5.score 还差得分 (分)",
    } <= found


def test_sentence_of_a_firm(screening: Screening) -> None:
    law = Conditions(screening.tables[1])
    row = dict.fromkeys(law.columns, None) | {
        **{f"{c.id}_truth": "pass" for c in law.conditions},
        "HNTE-C4_truth": "fail", "least:HNTE-C4": 1.2, "HNTE-C4_lo": 0.09, "HNTE-C4_hi": 0.09,
        "HNTE-C5a_truth": "unknown", "least:HNTE-C5a": 0.0, "open:rd_expense@2024": True,
    }  # fmt: skip
    standing = law.standing(row)
    assert standing.sentence() == "科技人员还差2人；研发费用占比未知，缺2024年研发费用"
    assert standing.amounts == {"least:HNTE-C4": 2}
    uncertain = law.standing(row | {"HNTE-C4_hi": 0.095}, short=False)
    assert uncertain.failed == ("不符合 HNTE-C4 科技人员占比：科技人员至少还差2人",)


def test_missing_fact_of_every_comparison() -> None:
    law = in_force(HNTE, DAY)
    names = {c.id: w.lacking(c.body.left) for c in countable(law)}
    assert names["HNTE-C5b"] == "境内研发费用"
    assert names["HNTE-C2.ip"] == "一、二类知识产权"


# -------------------------------------------------------------------- 待补数据


def test_questions_in_words(book: openpyxl.Workbook, screening: Screening) -> None:
    found = [row for row in rows(book, "待补数据") if row[0] is not None]
    undecided = [
        (table, firm, keys) for table in screening.tables for firm, keys in table.open_facts()
    ]
    assert len(found) == len(undecided)
    for row, (table, firm, keys) in zip(found, undecided, strict=True):
        assert row[1] == screening.ledger.identity[firm]
        assert set(row[4].split("、")) == {w.fact_words(key) for key in keys}
        asked = screening.questions[table.instrument.short].get(firm)
        assert bool(row[5]) is (asked is not None)
        if asked is not None and asked.sets:
            assert row[5].split("；")[0] == "、".join(map(w.fact_words, asked.sets[0]))


def test_facts_ranked_beside(book: openpyxl.Workbook, screening: Screening) -> None:
    ranking = [row[8:13] for row in rows(book, "待补数据") if row[8] == HNTE]
    counted = Counter(key for _, keys in screening.tables[1].open_facts() for key in keys)
    assert {r[1]: r[2] for r in ranking} == {w.fact_words(k): n for k, n in counted.items()}
    settling = [r[3] for r in ranking]
    assert settling == sorted(settling, reverse=True)


# ------------------------------------------------------------ the other sheets


def test_counts_of_the_overview(book: openpyxl.Workbook, screening: Screening) -> None:
    results = section(book, "一、")
    conditions = section(book, "二、")
    for table, row in zip(screening.tables, results, strict=True):
        hard, verdict = table.counts("hard_verdict"), table.counts("verdict")
        assert row[3] == len(table.frame)
        assert row[4:7] == (hard["pass"], hard["unknown"], hard["fail"])
        assert row[7:10] == (verdict["pass"], verdict["unknown"], verdict["fail"])
    assert len(conditions) == sum(len(countable(t.instrument)) for t in screening.tables)
    assert all(sum(row[2:5]) == len(screening.ledger) for row in conditions)
    assert sum(r[2] for r in section(book, "五、")) == len(screening.ledger.problems)


def test_every_problem_is_listed(book: openpyxl.Workbook, screening: Screening) -> None:
    found = Counter(row[0] for row in rows(book, "数据问题"))
    notices = sum(p.is_notice for p in screening.ledger.problems)
    assert found["提示"] == notices
    assert found["问题"] == len(screening.ledger.problems) - notices
    assert found["未读列"] == len(screening.ledger.unread)


def test_readings_and_manual_checks(screening: Screening, tmp_path: Path) -> None:
    chosen = replace(screening, readings={HNTE: {"GR-8": "附件4"}})
    write_workbook(tmp_path / "a.xlsx", chosen)
    found = rows(openpyxl.load_workbook(tmp_path / "a.xlsx"), "口径说明")
    reading = {row[2]: row[4] for row in found if row[1] == "读法"}
    assert reading["GR-8"].startswith("本次采用“附件4”")
    assert reading["GR-5"].startswith("本次采用“两年相比”")
    manual = {row[2] for row in found if row[1] == "须人工核对"}
    assert manual == {m.id for t in screening.tables for m in t.instrument.manuals}
    assert any(row[1] == "标记" and row[2] == "BAND_GAP" for row in found)


def test_top_cuts_the_list_and_says_why(screening: Screening, tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", replace(screening, top=30))
    found = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert found.sheetnames == [*SHEETS, "名单"]
    assert len(rows(found, "逐企结论", heads=2)) == 60
    listed = rows(found, "名单")
    assert len(listed) == 2 * len(screening.ledger)
    assert Counter(row[4] for row in listed)["入选"] == 60
    assert all((row[0] <= 30) == (row[4] == "入选") for row in listed)
    out = next(row for row in listed if row[0] == 31 and row[3] == HNTE)
    assert out[5].startswith("排在第30名之后；")


def test_nothing_found_says_so(screening: Screening, tmp_path: Path) -> None:
    empty = [Screened(t.instrument, t.frame.clear()) for t in screening.tables]
    ledger = replace(screening.ledger, problems=[], unread=[])
    bare = replace(screening, ledger=ledger, tables=empty, questions={})
    write_workbook(tmp_path / "a.xlsx", bare)
    found = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for name in ("差距清单", "待补数据", "数据问题"):
        assert rows(found, name)[0][0] == "无数据"


# ------------------------------------------------------------------- bad targets


def test_no_directory(screening: Screening, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有文件夹"):
        write_workbook(tmp_path / "没有" / "a.xlsx", screening)


def test_a_directory_is_no_file(screening: Screening, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="这是一个文件夹"):
        write_workbook(tmp_path, screening)


@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOSPC])
def test_a_locked_target_stays_as_it_is(
    screening: Screening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(code, "refused")

    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match="写不进去"):
        write_workbook(target, screening)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_too_many_rows(
    screening: Screening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening_page, "MAX_ROWS", 500)
    with pytest.raises(UserError, match=r"逐企结论.*\.csv.*\.parquet"):
        write_workbook(tmp_path / "a.xlsx", screening)
    assert not list(tmp_path.iterdir())


def test_an_accident_leaves_nothing(
    screening: Screening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr("denggao.documents.screening_basis.write", fail)
    with pytest.raises(KeyError):
        write_workbook(tmp_path / "a.xlsx", screening)
    assert not list(tmp_path.iterdir())


def test_progress_ends_at_the_total(screening: Screening, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_workbook(tmp_path / "a.xlsx", screening, progress=lambda *x: calls.append(x))
    done = [d for d, _ in calls]
    assert done == sorted(done)
    assert done[-1] == calls[-1][1]
