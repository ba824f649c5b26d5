"""``denggao review``: joint review by file, one table for each department, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli.chinese import Command, application
from denggao.cli.common import checked_output, day
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.review import Answers, Review

app = application("联审：名单发给各部门，按文件收回意见")
_SHOWN = 20
_NAMES = ("企业名称", "单位名称", "公司名称", "名称", "统一社会信用代码", "信用代码")
_NOT_IN_NAMES = '/\\:*?"<>|'


@app.command("export", cls=Command)
def export(
    ledgers: list[Path] = typer.Argument(..., metavar="台账…", help="要联审的企业 .xlsx 或 .csv"),
    output: Path = typer.Option(..., "-o", "--output", help="放各部门表格和留底名单的文件夹"),
    due: str = typer.Option(..., "--due", help="反馈期限，如 2026-07-15"),
    title: str = typer.Option("高新技术企业认定", "--title", help="这一批叫什么"),
    departments: str | None = typer.Option(
        None,
        "--departments",
        help="征求哪些部门，用“、”隔开；缺省为 科技、财政、税务、生态环境、市场监管",
    ),
    ask: list[str] = typer.Option([], "--ask", help="部门=请核实什么（“是”对企业有利），可多次"),
    silence: bool = typer.Option(False, "--silence-agrees", help="逾期不反馈的视为同意"),
) -> None:
    """每个部门一张表：企业名称、信用代码、意见（是/否/不详）和期限；另留底一份名单"""
    from denggao.diagnosis.review import AGREES, BLOCKS, Review, listed
    from denggao.documents.review_workbook import write_form

    firms, notes = listed(_firms(ledgers))
    after = AGREES if silence else BLOCKS
    review = Review(title, firms, _questions(departments, ask), day(due), after)
    if output.exists() and not output.is_dir():
        raise UserError(f"“{output}”是一个文件，请给出文件夹")
    output.mkdir(parents=True, exist_ok=True)
    for department in review.questions:
        with replacing(output / f"联审意见-{department}.xlsx") as temporary:
            write_form(temporary, review, department)
    with replacing(output / "联审名单.json") as temporary:
        temporary.write_text(review.as_text(), encoding="utf-8")
    typer.echo(
        f"{len(firms)} 户，{len(review.questions)} 个部门，期限 {review.due}，名单编号 {review.id}"
    )
    for note in notes[:_SHOWN]:
        typer.echo(f"说明：{masked_note(note)}")
    typer.echo(f"已写入 {output}；“联审名单.json”留底，收回意见时要用")


def masked_note(note: str) -> str:
    """A note about a firm, without numbers of persons."""
    from denggao.facts.privacy import masked

    return masked(note)


def _firms(ledgers: Sequence[Path]) -> list[tuple[str, str]]:
    from denggao.facts.ledger import read_ledgers

    # a list of names is enough: these heads make a table without any fact beside them
    ledger = read_ledgers(ledgers, as_of=day(None), carry=_NAMES)
    names, codes = (ledger.columns.get(key, [None] * len(ledger)) for key in ("name", "uscc"))
    return [
        (name or shown, code or "")
        for name, code, shown in zip(names, codes, ledger.identity, strict=True)
    ]


def _questions(departments: str | None, ask: Sequence[str]) -> dict[str, str]:
    from denggao.diagnosis.review import USUAL

    names = list(USUAL) if departments is None else [
        name.strip() for name in departments.replace(",", "、").replace("，", "、").split("、")
        if name.strip()
    ]  # fmt: skip
    wanted = {name: USUAL.get(name, "没有不同意推荐的情形") for name in names}
    for text in ask:
        name, sign, asked = text.partition("=")
        if not sign or name not in wanted or not asked.strip():
            raise UserError(
                f"--ask “{text}”应写成 部门=请核实什么，部门是 {'、'.join(wanted)} 之一"
            )
        wanted[name] = asked.strip()
    if not wanted or len(wanted) < len(names):
        raise UserError("--departments 至少写一个部门，每个只写一次")
    if any(sign in name for name in wanted for sign in _NOT_IN_NAMES):
        raise UserError('部门的名称要用作文件名，不能有 / \\ : * ? " < > |')
    return wanted


@app.command("read", cls=Command)
def read(
    kept: Path = typer.Argument(..., metavar="联审名单.json", help="发出时留底的名单"),
    returned: list[Path] = typer.Argument(
        ..., metavar="意见表…", help="各部门返回的 .xlsx 或 .csv"
    ),
    as_of: str | None = typer.Option(None, "--as-of", help="哪一天看，缺省为今天"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    output: Path | None = typer.Option(None, "-o", "--output", help="写出汇总 .xlsx"),
) -> None:
    """收回意见：改动过的行、名单外的企业、别的部门或别的批次，都点名；没有反馈的不得推荐"""
    from denggao.diagnosis.review import Answers, from_text
    from denggao.documents.review_workbook import write_answers

    if output is not None:
        checked_output(output, [".xlsx"], [kept, *returned])
    try:
        review = from_text(kept.read_text(encoding="utf-8"), kept.name)
    except (OSError, UnicodeDecodeError):
        raise UserError(f"读不了“{kept}”；应是发出时留底的 联审名单.json") from None
    answers, on = Answers(review), day(as_of)
    for path in returned:
        answers.read(path)
    if output is not None:
        with replacing(output) as temporary:
            write_answers(temporary, answers, on)
    if as_json:
        import json

        typer.echo(json.dumps(_told(answers, on), ensure_ascii=False))
        return
    _show(review, answers, on)
    if output is not None:
        typer.echo(f"已写入 {output}")


def _told(answers: Answers, on: date) -> dict[str, Any]:
    from denggao.diagnosis.review import summed

    review = answers.review
    return {
        "id": review.id,
        "due": review.due.isoformat(),
        "as_of": on.isoformat(),
        "returned": answers.returned,
        "firms": [
            {"name": firm.name, "code": firm.code, "verdict": verdict, "why": why,
             "answers": dict(zip(review.questions, row, strict=True))}
            for firm, row, verdict, why in summed(answers, on)
        ],
        "problems": [
            {"kind": p.kind, "file": p.file, "row": p.row, "value": p.value, "said": str(p)}
            for p in answers.problems
        ],
    }  # fmt: skip


def _show(review: Review, answers: Answers, on: date) -> None:
    from collections import Counter

    from denggao.diagnosis.review import summed

    rows = list(summed(answers, on))
    counts = Counter(verdict for _, _, verdict, _ in rows)
    typer.echo(f"{review.title}  {len(rows)} 户  期限 {review.due}  看 {on}")
    typer.echo("，".join(f"{verdict} {count} 户" for verdict, count in counts.most_common()))
    missing = [d for d in review.questions if d not in answers.returned]
    if missing:
        typer.echo(f"还没有返回：{'、'.join(missing)}")
    for firm, _, verdict, why in [row for row in rows if row[2] == "不得推荐"][:_SHOWN]:
        typer.echo(f"  {verdict} {firm.name}：{why}")
    for problem in answers.problems[:_SHOWN]:
        typer.echo(masked_note(str(problem)))
    if len(answers.problems) > _SHOWN:
        typer.echo(f"……共 {len(answers.problems)} 处问题，全部见 --json 或 -o 汇总.xlsx")
