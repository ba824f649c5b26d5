"""``denggao targets``: a plan's numbers against each other and against a series; and their
division."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli.chinese import Command, application
from denggao.cli.common import checked_output, day
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.diagnosis.quota_file import Division
    from denggao.diagnosis.selfcheck import Finding
    from denggao.diagnosis.series import Verdict
    from denggao.drafting.draft import Draft

app = application("目标：自查、话要有据、分解")


@app.command("check", cls=Command)
def check(
    source: Path = typer.Argument(..., metavar="拟稿或原文", help="拟稿 .md，或方案、讲话原文"),
    series: Path | None = typer.Option(
        None, "--series", help="历年数 .csv：年份、数（可有一列“指标”），用来核对“翻两番”等说法"
    ),
    region: str | None = typer.Option(None, "--region", help="正文没有写明地域时指定"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
) -> None:
    """目标自查：存量与增量、隐含基数、不起约束的目标、部分与整体；说法与历年数"""
    found, verdicts, count = _checked(source, series, region)
    if as_json:
        answer = {
            "findings": [_finding(f) for f in found],
            "claims": [_verdict(v) for v in verdicts],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _show(source, found, verdicts, count)
    if any(f.level == "矛盾" for f in found) or any(v.verdict == "不符合" for v in verdicts):
        raise typer.Exit(1)


def _checked(
    source: Path, series: Path | None, region: str | None
) -> tuple[list[Finding], list[Verdict], int]:
    from denggao.diagnosis.promises import dated, period, years_of
    from denggao.diagnosis.selfcheck import check_targets

    if source.suffix.lower() == ".md" and _is_instrument(source):
        from denggao.rules.library import load

        if series is not None:
            raise UserError(
                "核对说法（--series）要给原文，不是拟稿：denggao targets check 原文.txt --series …"
            )
        instrument = load(source)
        if not instrument.targets:
            raise UserError(f"{source}：里面没有一条“目标”")
        first, last = period(instrument)
        found = [dated(t, (first, last) if last else None) for t in instrument.targets]
        return check_targets(found, first), [], len(found)
    from denggao.drafting.as_targets import known_of, targets_of
    from denggao.drafting.draft import draft
    from denggao.drafting.sources import read_source

    made = draft(read_source(source), region)
    targets = targets_of(made)
    years = years_of(made.head.title or "") or made.head.period
    if not targets and series is None:
        raise UserError(
            f"{source}：没有读出一条目标，无从自查；请核对是不是方案原文，"
            "或先 denggao draft 写出拟稿，补上目标再查"
        )
    findings = check_targets(
        [dated(t, years) for t in targets], years[0] if years else None, known_of(made)
    )
    return findings, _claims(made, series), len(targets)


def _is_instrument(path: Path) -> bool:
    try:
        return path.read_text(encoding="utf-8-sig").lstrip().startswith("---")
    except (OSError, UnicodeDecodeError):
        return False


def _claims(made: Draft, series: Path | None) -> list[Verdict]:
    from denggao.diagnosis.series import check_claim
    from denggao.diagnosis.series_file import read_series
    from denggao.drafting.as_targets import claims_of, series_of

    told = series_of(made)
    if series is not None:
        given = read_series(series)
        spoken = [name for name, _, _ in claims_of(made, told)]
        for name in dict.fromkeys([*told, *filter(None, given), *spoken]):
            told[name] = {**told.get(name, {}), **given.get(name, given.get(None, {}))}
    return [check_claim(claim, told.get(name, {})) for name, claim, _ in claims_of(made, told)]


def _finding(found: Finding) -> dict[str, Any]:
    figures = {key: _plain(value) for key, value in found.figures.items()}
    return {
        "level": found.level,
        "kind": found.kind,
        "desc": found.text,
        "targets": list(found.ids),
        **figures,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "claim": verdict.claim.words,
        "what": verdict.claim.what,
        "verdict": verdict.verdict,
        "desc": verdict.text,
        "first": verdict.claim.first,
        "last": verdict.claim.last,
        "real": None if verdict.real is None else _plain(verdict.real),
        "needed": None if verdict.needed is None else _plain(verdict.needed),
        "bases": list(verdict.bases),
    }


def _plain(value: Fraction | int) -> int | float:
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else round(float(value), 4)


def _show(source: Path, found: list[Finding], verdicts: list[Verdict], count: int) -> None:
    typer.echo(f"{source.name}：目标 {count} 条")
    for finding in found:
        typer.echo(f"    【{finding.level}】{finding.text}")
    if not found:
        typer.echo("    各目标之间没有发现矛盾")
    for verdict in verdicts:
        typer.echo(f"    【{verdict.verdict}】{verdict.text}")


# ------------------------------------------------------------------------------- split


@app.command("split", cls=Command)
def split(
    table: Path | None = typer.Argument(
        None,
        metavar="分解表",
        help="分解表 .csv：年度、单位、行业、层级、责任人……；数、权重、起、说明",
    ),
    total: int | None = typer.Option(None, "--total", help="要分解的总数"),
    weights: str | None = typer.Option(None, "--weights", help="不用表：直接给权重，如 31,38,46"),
    base: int | None = typer.Option(None, "--base", help="上年末基数：另给出各期末总数"),
    as_of: str | None = typer.Option(None, "--as-of", help="哪一天有效的分解，缺省为今天"),
    since: str | None = typer.Option(None, "--since", help="与这一天相比，哪些数改了"),
    output: Path | None = typer.Option(None, "-o", "--output", help="写出 .csv"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
) -> None:
    """目标分解：按权重分到年度、单位、行业、层级、人，各部分之和等于总数；未定的不当作 0"""
    from denggao.diagnosis.quota_file import divide, read_quotas, write_quotas

    if (table is None) == (weights is None):
        raise UserError("给一份分解表 .csv，或用 --total 和 --weights 直接分解，二者取一")
    if output is not None:
        checked_output(output, (".csv",), [table], "分解结果")
    if table is None:
        _quick(total, weights or "", base, as_json)
        return
    division = divide(read_quotas(table), total, day(as_of), table.name)
    if output is not None:
        with replacing(output) as temporary:
            write_quotas(division, temporary)
    changed = _changed(table, total, day(since), day(as_of)) if since else {}
    _tell(division, base, changed, as_json)
    if output is not None and not as_json:
        typer.echo(f"分解结果已写入 {output}")


def _quick(total: int | None, weights: str, base: int | None, as_json: bool) -> None:
    from denggao.diagnosis.quotas import shares, stocks

    if total is None:
        raise UserError("用 --weights 要有总数：--total 115")
    try:
        parts = shares(total, [Fraction(w.strip()) for w in weights.replace("，", ",").split(",")])
    except (ValueError, ZeroDivisionError) as error:
        told = str(error) if "权重" in str(error) or "总数" in str(error) else "应写成 31,38,46"
        raise UserError(f"权重“{weights}”用不了：{told}") from None
    ends = None if base is None else stocks(base, parts)
    if as_json:
        answer = {"total": total, "parts": parts, "base": base, "stocks": ends}
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"{' + '.join(map(str, parts))} = {total}")
    if ends is not None:
        typer.echo(f"基数 {base}，期末 {' → '.join(map(str, ends))}")


def _changed(
    table: Path, total: int | None, before: date, after: date
) -> dict[tuple[str, ...], tuple[int | None, int | None]]:
    from denggao.diagnosis.quota_file import read_quotas
    from denggao.diagnosis.quotas import changes

    try:
        return changes(read_quotas(table).quotas, total, before, after)
    except ValueError as error:
        raise UserError(f"「{table.name}」：{error}") from None


def _tell(
    division: Division,
    base: int | None,
    changed: dict[tuple[str, ...], tuple[int | None, int | None]],
    as_json: bool,
) -> None:
    from denggao.diagnosis.quotas import stocks, total_of

    whole = total_of(division.quotas)
    cuts = division.cuts()
    years = cuts.get("年度", {})
    known = base is not None and years and not any(t.unknown for t in years.values())
    ends = stocks(base or 0, [t.known for t in years.values()]) if known else []
    if as_json:
        answer = {
            "total": {"known": whole.known, "unknown": whole.unknown, "text": str(whole)},
            "cells": [
                {**dict(zip(division.axes, q.at, strict=True)), "value": q.value}
                for q in division.quotas
            ],
            "cuts": {
                a: {k: {"known": t.known, "unknown": t.unknown} for k, t in c.items()}
                for a, c in cuts.items()
            },
            "stocks": dict(zip(years, ends, strict=True)) if known else None,
            "changes": [{"at": list(k), "before": b, "after": a} for k, (b, a) in changed.items()],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    typer.echo(f"合计 {whole}（{len(division.quotas)} 行）")
    for axis, cut in cuts.items():
        typer.echo(f"    按{axis}：" + "，".join(f"{k or '（未分）'} {t}" for k, t in cut.items()))
    if known:
        typer.echo(
            f"    基数 {base}，期末 "
            + "，".join(f"{y} {s}" for y, s in zip(years, ends, strict=True))
        )
    for key, (before, after) in changed.items():
        typer.echo(
            f"    改动 {' '.join(filter(None, key))}："
            f"{'未定' if before is None else before} → {'未定' if after is None else after}"
        )
