"""Real ledgers, where they lie beside the repository (they may not be copied into it)."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from denggao.facts.heads import understand
from denggao.facts.ledger import Ledger, load_column_map, read_ledgers

REPOSITORY = Path(__file__).parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="real data is not at hand")


def read(*paths: Path, year: int = 2026, **how: object) -> Ledger:
    return read_ledgers(list(paths), as_of=dt.date(year, 6, 30), **how)  # type: ignore[arg-type]


def test_the_registry_reads_whole() -> None:
    ledger = read(DATA / "enterprises" / "lanzhou_registry.csv")
    assert (len(ledger), ledger.rows_read, ledger.problems) == (1567, 1567, [])
    assert None not in ledger.columns["established_on"]


def test_every_damaged_row_of_the_dirty_slice_is_named() -> None:
    path = DATA / "enterprises" / "registry_dirty_slice.csv"
    ledger = read(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    damaged = {n for n, row in enumerate(rows, 1) if any("\ufffd" in cell for cell in row)}
    assert {p.row for p in ledger.problems if p.kind in ("damaged_row", "extra_cells")} == damaged
    kinds = Counter(problem.kind for problem in ledger.problems)
    assert kinds == {"extra_cells": 7, "damaged_row": 5, "duplicate": 3}
    assert ledger.rows_read + ledger.rows_skipped == len(rows) - 1


def test_listed_companies_give_the_known_sums() -> None:
    ledger = read(
        DATA / "enterprises" / "listed_2019_2021.csv",
        year=2022,
        columns=load_column_map(REPOSITORY / "docs" / "examples" / "listed.toml"),
    )
    assert (len(ledger), ledger.identity_head, ledger.unread) == (2144, "stock_code", [])
    with (DATA / "enterprises" / "listed_answers.csv").open(encoding="utf-8-sig") as stream:
        answers = {row["stock_code"]: row for row in csv.DictReader(stream)}
    differ = 0
    for firm, code in enumerate(ledger.identity):
        for fact, known in (("sales", "sum_revenue"), ("rd_expense", "sum_rd")):
            values = [ledger.columns[f"{fact}@{year}"][firm] for year in (2019, 2020, 2021)]
            if answers[code][known] and None not in values:
                assert sum(values) == Fraction(answers[code][known]) * 100
            elif answers[code][known] and None in values:
                differ += 1
    assert differ == 2  # negative revenue and R&D: refused here, summed there


def test_forms_drawn_as_sheets() -> None:
    ledger = read(DATA / "forms" / "forms_sample.xlsx")
    assert len(ledger) == 7
    assert ledger.skipped == {"说明或签字行": 14, "这一页没有认得的事实列": 2}
    kinds = Counter(p.kind for p in ledger.problems)
    unread = {"sheet_unread": 5, "sheet_without_facts": 2}
    assert kinds == {**unread, "bad_credit_code": 2, "assumed_year": 1}


def test_every_head_of_the_forms_that_is_a_fact_is_matched_and_no_other() -> None:
    """Of 140 columns of twelve forms, told by a person: these 32, each with its fact."""
    forms = json.loads((DATA / "forms" / "forms.json").read_text(encoding="utf-8"))["forms"]
    heads = [head for form in forms for head in form["columns"]]
    meanings = [understand(tuple(head.split("/")), 2026) for head in heads]
    found = Counter(m.code for m in meanings if m is not None and m.role != "nothing")
    assert len(heads) == 140
    assert found == {
        "name": 7,
        "uscc": 2,
        "region": 2,
        "former_names": 1,
        "remark": 1,
        "zone": 1,
        "established_on": 1,
        "industry": 1,
        "taxed_on_accounts": 1,
        "field_code": 2,
        "number": 2,
        "issued_on": 2,
        "sales": 1,
        "rd_outsourced_domestic": 1,
        "rd_labor": 1,
        "rd_direct": 1,
        "rd_depreciation": 1,
        "rd_amortization": 1,
        "rd_design": 1,
        "rd_commissioning": 1,
        "rd_other": 1,
    }


def test_lists_of_products_and_projects_give_a_firm_no_figures() -> None:
    """Those of the 32 that stand in such a list are read into no ledger."""
    ledger = read(DATA / "forms" / "forms_sample.xlsx")
    assert not {key.partition("@")[0] for key in ledger.columns} & {"sales", "rd_labor"}
