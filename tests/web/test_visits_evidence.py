"""证据链核对 on a firm's page: the faults, the application, and nothing kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from denggao.documents.evidence.application import PARTS
from denggao.web.accounts.models import AuditRow, User
from denggao.web.ledger.models import Enterprise
from tests.diagnosis.evidence_cases import Planter, clean
from tests.diagnosis.test_evidence_workbook import fill
from tests.web.books import code


def test_a_firm_is_checked(
    clerk: User, make_firm: Callable[..., Enterprise], sign_in: Callable[[User], Client],
    tmp_path: Path,
) -> None:  # fmt: skip
    rng = Random(3)
    planter = Planter(clean(rng), rng)
    planter.no_proof()
    path = fill(tmp_path / "填好.xlsx", planter.case)
    firm, other = make_firm("模拟公司", uscc=planter.case.uscc), make_firm("别家", uscc=code(9))
    client, rows = sign_in(clerk), AuditRow.objects.count()

    def send(to: Enterprise, content: bytes, **more: str) -> Any:
        file = SimpleUploadedFile("填好.xlsx", content)
        return client.post(reverse("visits:visit-evidence", args=[to.pk]), {"file": file, **more})

    answer = send(firm, path.read_bytes())
    assert [f.kind for f in answer.context["faults"]] == ["no_proof"]
    assert "没有证明材料" in answer.content.decode()
    book = openpyxl.load_workbook(
        io.BytesIO(send(firm, path.read_bytes(), application="1").content)
    )
    assert tuple(book.sheetnames) == PARTS
    assert "信用代码是" in send(other, path.read_bytes()).content.decode()
    assert send(firm, b"PK\x03\x04 no workbook").context["form"].errors["file"]
    bad = fill(tmp_path / "空名.xlsx", replace(planter.case, name=""))
    assert [p.head for p in send(firm, bad.read_bytes()).context["problems"]] == ["企业名称"]
    empty = client.get(reverse("visits:visit-evidence-template"))
    assert "知识产权" in openpyxl.load_workbook(io.BytesIO(empty.content)).sheetnames
    assert AuditRow.objects.count() == rows
