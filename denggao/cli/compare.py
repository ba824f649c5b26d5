"""``denggao compare``: two screenings kept as snapshots, and what made the difference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from denggao.cli.common import checked_output
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.compare import Comparison, Flip
    from denggao.diagnosis.snapshot import Snapshot

_SHOWN = 20


def compare(
    first: Path = typer.Argument(
        ..., metavar="前一份", help="快照，由 denggao screen --snapshot 写出"
    ),
    second: Path | None = typer.Argument(None, metavar="后一份", help="快照；只给一份时看读法"),
    law: list[str] = typer.Option([], "--law", help="规范的简称，可多次；缺省为两份都判过的"),
    output: Path | None = typer.Option(None, "-o", "--output", help="写成 .xlsx"),
    as_json: bool = typer.Option(False, "--json", help="给程序用"),
) -> None:
    """对比：两次摸排谁变了，是数据、申请日、条文还是读法使然；只给一份：谁的结论取决于读法"""
    from denggao.diagnosis.snapshot import read

    if output is not None:
        if second is None:
            raise UserError("-o 要给两份快照，文件名以 .xlsx 结尾")
        checked_output(output, [".xlsx"], [first, second])
    if second is None:
        _readings(read(first), law, as_json)
        return
    later = read(second)
    found = _compared(read(first), later, law)
    if as_json:
        from denggao.documents.comparison import as_json as words

        typer.echo(json.dumps([words(one) for one in found], ensure_ascii=False))
    else:
        _show(found)
    if output is not None:
        _save(output, found, later)


def _compared(first: Snapshot, second: Snapshot, laws: list[str]) -> list[Comparison]:
    from denggao.diagnosis.compare import compare as run

    judged = [law for law, text in second.laws.items() if not text.rolls]
    names = laws or [law for law in judged if law in first.texts]
    if not names:
        raise UserError("两份快照没有判过同一部规范，无从对比")
    return [run(first, second, law) for law in names]


def _show(found: list[Comparison]) -> None:
    from denggao.documents.comparison import flip_words, summary

    for one in found:
        for line in summary(one):
            typer.echo(line)
        for flip in one.flips[:_SHOWN]:
            typer.echo(f"    {flip_words(flip, one.law)}")
        _say_more(len(one.flips), "用 -o 对比.xlsx 或 --json 看全部")


def _say_more(count: int, how: str) -> None:
    if count > _SHOWN:
        typer.echo(f"    ……共 {count} 处，{how}")


def _save(output: Path, found: list[Comparison], second: Snapshot) -> None:
    from denggao.documents.comparison import write_workbook

    with replacing(output) as draft:
        write_workbook(draft, found, second.as_of)
    typer.echo(f"结果已写入 {output}", err=True)


def _readings(snapshot: Snapshot, laws: list[str], as_json: bool) -> None:
    from denggao.diagnosis.compare import by_reading
    from denggao.documents.comparison import flip_words

    every = {law: by_reading(snapshot, law) for law in laws or snapshot.texts}
    if as_json:
        typer.echo(json.dumps([_reading_json(*item) for item in every.items()], ensure_ascii=False))
        return
    for law, found in every.items():
        typer.echo(f"《{law}》")
        for (reading, option), flips in found.items():
            turned = [flip for flip in flips if flip.verdict[0] != flip.verdict[1]]
            typer.echo(
                f"  {reading} 改用“{option}”：结论变 {len(turned)} 户，条件变 {len(flips)} 户"
            )
            for flip in flips[:_SHOWN]:
                typer.echo(f"    {flip_words(flip, snapshot.laws[law])}")
            _say_more(len(flips), "用 --json 看全部")


def _reading_json(law: str, found: dict[tuple[str, str], list[Flip]]) -> dict[str, object]:
    return {
        "law": law,
        "readings": [
            {
                "reading": reading,
                "option": option,
                "flips": [{"identity": f.firm, "verdict": list(f.verdict)} for f in flips],
            }
            for (reading, option), flips in found.items()
        ],
    }
