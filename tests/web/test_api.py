"""The interface does what the pages do, by token or session, and says in one shape what not."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from ninja import Schema

from denggao.web.accounts import tokens
from denggao.web.accounts.models import AuditRow, User
from denggao.web.api import interface
from denggao.web.assessments.models import Frozen, OwnLaw
from denggao.web.ledger.models import Enterprise, Import, Statement, Title
from tests.web.books import book, code, row
from tests.web.conftest import QILIHE
from tests.web.test_own_laws import TEXT
from tests.web.worlds import build


class Program:
    """Speaks JSON with a token."""

    def __init__(self, user: User) -> None:
        _, key = tokens.make(by=user, name="程序", days=1, strong=False)
        self.client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})

    def get(self, address: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/{address}", query)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def post(self, address: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"/api/{address}", body, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def upload(self, path: Path, status: int = 201, **told: str) -> Any:
        file = SimpleUploadedFile(path.name, path.read_bytes())
        answer = self.client.post("/api/imports", {"file": file, "as_of": "2026-06-30", **told})
        assert answer.status_code == status, answer.content.decode()
        return answer.json()


@pytest.fixture
def program(clerk: User) -> Program:
    return Program(clerk)


@pytest.fixture
def filled(program: Program, tmp_path: Path) -> Import:
    """Sixty firms, brought in by the program."""
    path = book(tmp_path / "甲.xlsx", [row(n, n, n + 1, 10 + n) for n in range(1, 61)])
    brought = program.upload(path)
    done = program.post(f"imports/{brought['id']}/confirm", without_wrong=False)
    assert (done["state"], done["counts"]["firms_new"]) == ("committed", 60)
    return Import.objects.get()


def test_the_list_is_that_of_the_page(
    filled: Import, program: Program, clerk: User, sign_in: Callable[..., Client]
) -> None:
    page = sign_in(clerk)
    for query in ({}, {"text": "第7号"}, {"text": "mnx", "page": "2"}, {"tier": "none"},
                  {"mark": "unowned", "region": "620102"}, {"region": "620103"}):  # fmt: skip
        shown = page.get(reverse("ledger:enterprises"), query).context
        told = program.get("enterprises", **query)
        assert told["total"] == shown["page"].total
        assert [r["name"] for r in told["rows"]] == [f.name for f in shown["page"].rows]
    values = program.get("enterprises", text=code(7), c=["sales@2025", "staff@2025"])["rows"][0]
    assert values["values"]["sales@2025"]["value"] == "8"  # 万元
    assert "甲.xlsx 第 9 行 E 列" in values["values"]["sales@2025"]["source"]
    assert len(program.get("enterprises", limit=7)["rows"]) == 7


def test_the_list_asks_the_same_number_of_questions(
    filled: Import, program: Program, django_assert_num_queries: Any
) -> None:
    program.get("me")  # the token's use is noted
    with django_assert_num_queries(8):  # counted, for one page does not hold them all
        program.get("enterprises", limit=5)
    with django_assert_num_queries(8):
        program.get("enterprises", limit=50)


def test_a_correction_needs_the_version_and_a_reason(
    filled: Import, program: Program, clerk: User
) -> None:
    firm = Enterprise.objects.get(uscc=code(7))
    told = {"fact": "sales", "year": 2025, "value": "65.5", "why": "笔误", "version": 1}
    done = program.post(f"enterprises/{firm.pk}/facts", 201, **told)
    assert done["version"] == 2
    assert Statement.objects.get(pk=done["statement"]).number == 655_000 * 100
    stale = program.post(f"enterprises/{firm.pk}/facts", 409, **told)
    assert stale["code"] == "conflict"
    wrong = program.post(f"enterprises/{firm.pk}/facts", 422, **{**told, "value": "许多"})
    assert wrong["fields"][0]["field"] == "value"
    none = program.post(f"enterprises/{firm.pk}/facts", 422, **{**told, "why": ""})
    assert none["fields"] == [{"field": "why", "message": "至少 1 个字"}]
    slip = program.post(f"enterprises/{firm.pk}/facts", 422, **told, vlaue="1")
    assert slip["fields"] == [{"field": "vlaue", "message": "没有这一项"}]
    said = program.get(f"enterprises/{firm.pk}/facts/sales/2025")["rows"]
    assert [(one["value"], one["in_force"]) for one in said] == [("65.5", True), ("8", False)]
    facts = {(r["fact"], r["year"]): r for r in program.get(f"enterprises/{firm.pk}/facts")["rows"]}
    assert facts["sales", 2025]["value"] == "65.5"
    assert facts["sales", 2025]["unit"] == "万元"
    assert AuditRow.objects.get(action="更正填报").user == clerk


def test_what_is_read_can_be_written_back(filled: Import, program: Program) -> None:
    firm = Enterprise.objects.get(uscc=code(3))
    version = 1
    for value in ("123456.789012", "-0.01", "0", ""):
        done = program.post(
            f"enterprises/{firm.pk}/facts", 201, fact="net_assets", year=2025, value=value,
            why="核对", version=version,
        )  # fmt: skip
        version = done["version"]
        said = program.get(f"enterprises/{firm.pk}/facts/net_assets/2025")["rows"][0]["value"]
        assert said == (value or None)


def test_certificates(filled: Import, program: Program) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    told = {"kind": "高新技术企业", "issued_on": "2025-01-01", "valid_to": "2099-01-01"}
    title = program.post(f"enterprises/{firm.pk}/titles", 201, **told, why="公告", version=1)
    assert program.get(f"enterprises/{firm.pk}")["tiers"] == ["高新技术企业"]
    backwards = {**told, "valid_to": "2024-01-01", "why": "公告", "version": 2}
    assert (
        "早于发证日期" in program.post(f"enterprises/{firm.pk}/titles", 422, **backwards)["message"]
    )
    program.post(f"titles/{title['id']}/withdraw", why="录错")
    program.post(f"titles/{title['id']}/withdraw", 409, why="录错")
    assert Title.objects.get().withdrawn


def test_an_import_from_upload_to_undo(program: Program, tmp_path: Path) -> None:
    path = book(tmp_path / "甲.xlsx", [row(1, 100, "一大笔", 30), row(2, 7, 8, 4)])
    brought = program.upload(path)
    assert (brought["state"], brought["counts"]["wrong"]) == ("checked", 1)
    where = f"imports/{brought['id']}"
    (problem,) = program.get(f"{where}/problems")["rows"]
    assert (problem["sheet"], problem["row"], problem["column"]) == ("台账", 3, "E")
    assert "1 行有错" in program.post(f"{where}/confirm", 422)["message"]
    assert program.post(f"{where}/confirm", without_wrong=True)["state"] == "committed"
    program.post(f"{where}/confirm", 409, without_wrong=True)
    again = program.upload(book(tmp_path / "乙.xlsx", [row(2, 7, 9, 4)]))
    (one,) = program.get(f"imports/{again['id']}/differences")["rows"]
    assert (one["old"], one["new"], one["fact"]) == ("8 万元", "9 万元", "sales")
    assert program.post(f"imports/{again['id']}/drop")["state"] == "dropped"
    assert program.post(f"{where}/undo", why="传错")["state"] == "undone"
    assert program.get("enterprises")["total"] == 0
    assert "as_of" in str(program.upload(tmp_path / "甲.xlsx", 422, as_of="昨天")["fields"])
    bad = SimpleUploadedFile("a.exe", b"MZ")
    answer = program.client.post("/api/imports", {"file": bad, "as_of": "2026-06-30"})
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "file")


def test_heads_are_told(program: Program, tmp_path: Path) -> None:
    heads = ("企业名称", "统一社会信用代码", "所在区县", "神秘列")
    brought = program.upload(book(tmp_path / "甲.xlsx", [row(1, 55)], heads))
    where = f"imports/{brought['id']}"
    read_as = {"神秘列": {"fact": "staff", "year": 2025}}
    program.post(f"{where}/columns", columns=read_as)
    program.post(f"{where}/confirm")
    listed = program.get("enterprises", c=["staff@2025"])["rows"][0]
    assert listed["values"]["staff@2025"]["value"] == "55"


def test_a_doubtful_firm_is_decided(program: Program, tmp_path: Path) -> None:
    for name, cells in (("甲", row(1, 1, 2, 3)), ("乙", row(2, 1, 2, 3, name=row(1)[0]))):
        brought = program.upload(book(tmp_path / f"{name}.xlsx", [cells]))
        program.post(f"imports/{brought['id']}/confirm")
    (question,) = program.get("questions")["rows"]
    assert question["candidates"][0]["name"] == row(1)[0]
    program.post(f"questions/{question['id']}", 422, decision="same")
    program.post(f"questions/{question['id']}", 404, decision="same", enterprise=10**9)
    assert program.post(f"questions/{question['id']}", decision="new")["decision"] == "new"
    program.post(f"questions/{question['id']}", 409, decision="new")
    assert program.get("enterprises")["total"] == 2


def test_a_verdict_as_tree_and_what_if(filled: Import, program: Program) -> None:
    firm = Enterprise.objects.get(uscc=code(1))
    asked = {"law": "高新技术企业认定", "as_of": "2026-06-30"}
    told = program.get(f"enterprises/{firm.pk}/verdict", **asked)
    nodes = {node["id"]: node for node in told["nodes"]}
    assert nodes["HNTE-C4"]["truth"] == "unknown"
    assert "不低于10%" in nodes["HNTE-C4"]["extract"]
    staff = next(f for f in told["figures"] if f["key"] == "staff@2025")
    assert "甲.xlsx" in staff["source"]
    moved = program.post(
        f"enterprises/{firm.pk}/what-if", **asked, changes={"tech_staff@2025": "11"}
    )
    assert moved["rules"]["HNTE-C4"] == "pass"
    wrong = program.post(f"enterprises/{firm.pk}/what-if", 422, **asked, changes={"x": "1"})
    assert "没有“x”这个事实" in wrong["message"]
    program.get(f"enterprises/{firm.pk}/verdict", 404, law="没有这份")


def test_a_run_and_its_findings(
    filled: Import, program: Program, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        begun = program.post("runs", 201, law="高新技术企业认定", as_of="2026-06-30")
    run = program.get(f"runs/{begun['id']}")
    assert (run["state"], run["counts"]["firms"]) == ("done", 60)
    found = program.get(f"runs/{begun['id']}/findings", limit=10)
    assert (found["total"], [r["place"] for r in found["rows"]]) == (60, list(range(1, 11)))
    assert "没有名为" in program.post("runs", 422, law="没有这份", as_of="2026-06-30")["message"]


def test_lists_are_read_and_frozen(filled: Import, program: Program) -> None:
    assert program.get("lists", as_of="2026-06-30")["firms"] == 60
    kept = program.post("lists/frozen", 201, as_of="2026-06-30")
    assert program.get(f"lists/frozen/{kept['id']}")["firms"] == 60
    assert program.get("lists/frozen")["rows"][0]["digest"] == Frozen.objects.get().digest


def test_a_draft_needs_four_eyes(
    filled: Import, program: Program, make_user: Callable[..., User]
) -> None:
    tried = program.post("laws/own/try", text=TEXT, as_of="2026-06-30")
    assert (tried["short"], tried["against"]) == ("培育库入库", None)
    kept = program.post("laws/own", 201, text=TEXT)
    author = User.objects.get(username="clerk")
    author.roles = ["head"]
    author.save()
    refused = program.post(f"laws/own/{kept['id']}/decide", 422, adopt=True)
    assert "拟稿人不能启用自己的拟稿" in refused["message"]
    other = Program(make_user("second", "head"))
    assert other.post(f"laws/own/{kept['id']}/decide", adopt=True)["state"] == "adopted"
    assert "入库" in program.get(f"laws/own/{kept['id']}")["text"]
    assert [own["short"] for own in program.get("laws")["own"]] == ["培育库入库"]
    assert OwnLaw.objects.get().decided_by.username == "second"  # type: ignore[union-attr]


def test_every_law_is_told(program: Program) -> None:
    for law in program.get("laws")["rows"]:
        assert program.get(f"laws/{law['number']}")["articles"]


def test_units_people_audit_and_me(make_user: Callable[..., User], program: Program) -> None:
    assert program.get("me")["permissions"] == sorted(
        User.objects.get(username="clerk").permissions
    )
    assert program.get("units")["rows"][0]["people"] == 1
    assert program.get("people")["rows"][0]["username"] == "clerk"
    program.get("audit", 403)
    auditor = Program(make_user("auditor", "audit"))
    refusal = auditor.get("audit", action="越权")["rows"][0]
    assert (refusal["object"], refusal["done"]) == ("/api/audit", False)
    assert auditor.post("audit/check")["whole"]
    assert not auditor.post("audit/check", anchor="5:beef")["whole"]


# --- refusals ------------------------------------------------------------------------------------


def test_what_is_not_ones_own_is_not_there(
    program: Program, make_user: Callable[..., User]
) -> None:
    world = build(QILIHE, "别家", make_user("other", "clerk", region=QILIHE))
    told = program.get(f"enterprises/{world.keys['enterprise']}", 404)
    assert told == program.get("enterprises/999999999", 404)
    assert "别家" not in str(told)
    assert program.get("nowhere", 404)["code"] == "not_found"


def test_nobody_is_told_401_and_a_wrong_method_405() -> None:
    answer = Client().get("/api/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "not_signed_in"
    assert Client(enforce_csrf_checks=True).post("/api/runs", {}).status_code == 401


def test_a_session_needs_the_token_of_forms(clerk: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, "denggao.web.accounts.backends.Backend")
    assert client.get("/api/me").status_code == 200
    answer = client.post("/api/runs", {}, content_type="application/json")
    assert (answer.status_code, "X-CSRFToken" in answer.json()["message"]) == (403, True)
    client.get(reverse("accounts:password"))
    told = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post("/api/runs", {}, content_type="application/json", headers=told)
    assert answer.status_code == 422


# --- the description -----------------------------------------------------------------------------


def test_the_description_is_openapi_3_1_and_each_line_is_chinese(program: Program) -> None:
    schema = program.get("openapi.json")
    assert schema["openapi"].startswith("3.1")
    for address, methods in schema["paths"].items():
        for method, told in methods.items():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in told["summary"]), address
            refusals = {"400", "401", "403", "404", "422"} | (
                {"409"} if method == "post" else set()
            )
            assert refusals <= told["responses"].keys(), address


def test_no_two_shapes_have_one_name() -> None:
    """Ninja would describe only one of them."""
    from denggao.web.api import endpoints, shapes

    modules = [import_module(f"{shapes.__name__}.{m.name}") for m in iter_modules(shapes.__path__)]
    assert len(modules) == 10
    found = {
        shape
        for module in (endpoints, *modules)
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, Schema)
    }
    names = [shape.__name__ for shape in found]
    assert len(names) == len(set(names)) >= 110


def test_the_page_of_the_description_has_every_operation_and_no_script(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(clerk).get(reverse("api:docs"))
    page = answer.content.decode()
    for methods in interface.schema()["paths"].values():
        for told in methods.values():
            assert f'id="op-{told["operationId"]}"' in page
    for name, shape in interface.schema()["components"]["schemas"].items():
        assert f'id="shape-{name}"' in page or not shape.get("properties"), name
    assert page.count("<script") == 2  # htmx and ours, by address
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "http://" not in page.replace("http://www.w3.org", "")
