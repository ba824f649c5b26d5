"""``denggao judge``: one firm, or a stream of them, in the exchange form."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from denggao.cli.common import day, readings
from denggao.facts.errors import UserError

_MAX_LINE = 4_000_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def judge(
    file: Path | None = typer.Argument(None, metavar="企业.json", help="一户企业的事实"),
    law: str | None = typer.Option(None, "--law", help="规范的简称或全称"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，给程序用"),
    batch: Path | None = typer.Option(None, "--batch", help="每行一户的 .jsonl；每行输出一户"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，如 附件4；可多次"),
) -> None:
    """判一户企业：结论、理由、还差什么、补哪个数就能定"""
    if (file is None) == (batch is None):
        raise UserError("请给一个企业 .json 文件，或用 --batch 给一个 .jsonl 文件")
    options = _Options(law, as_of, reading)
    if batch is not None:
        raise typer.Exit(_run_batch(batch, options))
    assert file is not None
    item = _parse(_text(file), file.name)
    found = options.judge(item)
    if as_json:
        typer.echo(_dumps(found.as_json(item.get("id"))))
    else:
        for line in found.lines():
            typer.echo(line)


class _Options:
    """What the command line says, unless a line of the input says otherwise."""

    def __init__(self, law: str | None, as_of: str | None, reading: list[str]) -> None:
        self.law, self.as_of, self.reading = law, as_of, reading

    def judge(self, item: Mapping[str, Any]) -> _Found:
        """Raises UserError for what is not the exchange form."""
        from denggao.diagnosis.judgement import judge_firm
        from denggao.facts.enterprise import firm_from_json
        from denggao.rules.library import in_force

        name = item.get("law") or self.law
        if isinstance(item.get("law"), str) and item["law"].endswith(".md"):
            raise UserError("输入里的 law 只写规范的名称；自己的规范文件用 --law 给出")
        if not isinstance(name, str):
            raise UserError("没有说按哪份规范判：用 --law，或在输入里写 law")
        on = self._day(item)
        instrument = in_force(name, on)
        facts = item.get("facts")
        if not isinstance(facts, Mapping):
            raise UserError("缺 facts：应是 {“职工总数”: {“2025”: 100}, …}")
        chosen = readings([instrument], self.reading)[instrument.short]
        return _Found(judge_firm(instrument, firm_from_json(facts), on, readings=chosen))

    def _day(self, item: Mapping[str, Any]) -> date:
        text = item.get("as_of")
        if text is None:
            text = self.as_of
        if text is not None and (not isinstance(text, str) or not _DAY.fullmatch(text)):
            raise UserError(f"日期“{text}”读不懂，应写成 2026-06-30")
        return day(text)


class _Found:
    def __init__(self, judgement: Any) -> None:
        self.judgement = judgement

    def as_json(self, id_: Any) -> dict[str, Any]:
        from denggao.diagnosis.judgement import as_json

        return as_json(self.judgement, id_)

    def lines(self) -> Iterator[str]:
        from denggao.documents.tree import lines

        return lines(self.judgement)


def _run_batch(path: Path, options: _Options) -> int:
    """One line out per line in, in order; 1 if any line could not be judged."""
    failed = False
    for number, line in enumerate(_lines(path), 1):
        answer = _answer(line, f"第 {number} 行", options)
        failed |= "error" in answer
        sys.stdout.write(_dumps(answer) + "\n")
    sys.stdout.flush()
    return 1 if failed else 0


def _answer(line: bytes, where: str, options: _Options) -> dict[str, Any]:
    """One line's answer, or its id and what is wrong with it: the batch goes on."""
    id_ = None
    try:
        if len(line) > _MAX_LINE:
            raise UserError(f"{where}：一行超过 {_MAX_LINE} 字节")
        item = _parse(line.decode("utf-8-sig").rstrip("\r\n"), where)
        id_ = item.get("id")
        return options.judge(item).as_json(id_)
    except UnicodeDecodeError:
        return {"id": id_, "error": f"{where}：不是 UTF-8"}
    except UserError as error:
        return {"id": id_, "error": str(error)}
    except Exception as error:
        return {"id": id_, "error": f"{where}：程序出了差错（{type(error).__name__}: {error}）"}


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            _refuse_binary(path, stream.read(4096))
            stream.seek(0)
            yield from stream
    except FileNotFoundError:
        raise UserError(f"没有文件“{path}”") from None
    except OSError:
        raise UserError(f"“{path}”读不出来，应是 UTF-8 的 .jsonl，每行一个 JSON") from None


def _refuse_binary(path: Path, start: bytes) -> None:
    """A workbook has thousands of "lines": one answer is enough for all of them."""
    from denggao.facts.filekinds import is_foreign

    if is_foreign(start) or b"\x00" in start:
        raise UserError(
            f"“{path}”不是文本：--batch 要 UTF-8 的 .jsonl，每行一个 JSON；"
            "整份台账请用 denggao screen"
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"没有文件“{path}”") from None
    except (OSError, UnicodeDecodeError):
        raise UserError(f"“{path}”读不出来，应是 UTF-8 的 JSON") from None


def _parse(text: str, where: str) -> dict[str, Any]:
    """A JSON object, numbers kept exactly as written. Raises UserError."""
    try:
        item = json.loads(
            text,
            parse_float=Decimal,
            parse_int=_whole,
            parse_constant=_no_number,
            object_pairs_hook=_each_once,
        )
    except json.JSONDecodeError as error:
        raise UserError(
            f"{where}：不是合规的 JSON（第 {error.lineno} 行第 {error.colno} 列）"
        ) from None
    except RecursionError:
        raise UserError(f"{where}：JSON 套得太深") from None
    if not isinstance(item, dict):
        raise UserError(f"{where}：应是一个 JSON 对象 {{…}}")
    return item


def _whole(text: str) -> Decimal | int:
    return int(text) if len(text) < 40 else Decimal(text)


def _no_number(text: str) -> None:
    raise UserError(f"{text} 不是数")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise UserError(f"“{key}”写了两次")
        found[key] = value
    return found


def _dumps(answer: Any) -> str:
    text = json.dumps(answer, ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no text
