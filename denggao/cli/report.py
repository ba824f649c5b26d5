"""``denggao report``: the diagnosis of a firm, or of every firm, as Word and PDF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from denggao.cli import papers
from denggao.cli.common import day, readings
from denggao.cli.screen import read
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.documents.papers.diagnosis import Diagnosis
    from denggao.facts.ledger import Ledger
    from denggao.rules.nodes import Instrument

_LAW = "高新技术企业认定"
_KIND = "诊断报告"


def report(
    ledgers: list[Path] = typer.Argument(None, metavar="台账…", help=".xlsx、.csv 或 .parquet"),
    law: str = typer.Option(_LAW, "--law", help="规范的简称"),
    firm: str | None = typer.Option(None, "--firm", help="企业名称、统一社会信用代码，或其中一段"),
    everyone: bool = typer.Option(False, "--all", help="台账里的每一户，各写一份"),
    output: Path | None = typer.Option(
        None, "-o", "--output", help="文件夹；只写一户时也可以是 .docx 或 .pdf"
    ),
    kind: str | None = typer.Option(None, "--format", help=papers.FORMAT_HELP),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON，每户一行"),
    as_of: str | None = typer.Option(None, "--as-of", help="申请日，缺省为今天"),
    templates: Path | None = typer.Option(None, "--template-dir", help=papers.TEMPLATE_HELP),
    save: Path | None = typer.Option(
        None, "--save-templates", help="把登高自带的 Word 模板存到这个文件夹，供修改"
    ),
    columns: Path | None = typer.Option(None, "--columns", help="表头对照文件 .toml"),
    id_column: str | None = typer.Option(None, "--id", help="标识列的表头"),
    reading: list[str] = typer.Option([], "--reading", help="选用的读法，可多次"),
) -> None:
    """诊断报告：领域、材料、研发归集、知识产权与转化、组织管理，句句有脚注"""
    if save is not None:
        _save_templates(save)
        if not ledgers:
            return
    if not ledgers:
        raise UserError("没有给台账：denggao report 台账.xlsx --firm 企业名称 -o 文件夹")
    if (firm is None) == (not everyone):
        raise UserError("请用 --firm 指定一户企业，或用 --all 给每一户写报告")
    if output is None and not as_json:
        raise UserError("报告请用 -o 写到文件夹（或 .docx、.pdf 文件），或用 --json 输出")
    if everyone and output is not None and not papers.is_folder(output):
        raise UserError(f"--all 每户写一份，-o 应是文件夹，不是“{output.name}”")
    endings = papers.endings(kind)
    work = _work(ledgers, law, day(as_of), columns, id_column, reading)
    if firm is not None:
        _one(work, firm, output, kind, templates, as_json, ledgers)
    elif output is None:
        for index in range(len(work.ledger)):
            _say(work.made(index))
    else:
        _every(work, output, endings, templates, as_json)


def _save_templates(folder: Path) -> None:
    from denggao.documents.papers.kinds import TEMPLATES
    from denggao.documents.papers.printing import save_templates

    names = save_templates(folder, TEMPLATES)
    typer.echo(f"模板已存到 {folder}：{'、'.join(names)}；改好后用 --template-dir 指定这个文件夹")


class Work:
    """A ledger, the law it is held against, and what is wrong with its rows."""

    def __init__(
        self, ledger: Ledger, law: Instrument, as_of: date, chosen: dict[str, str]
    ) -> None:
        from denggao.documents.papers.evidence import problems_by_row

        self.ledger, self.law, self.as_of, self.chosen = ledger, law, as_of, chosen
        self.problems = problems_by_row(ledger)

    def made(self, index: int) -> Diagnosis:
        """One firm judged, with its evidence."""
        from denggao.diagnosis.judgement import judged
        from denggao.diagnosis.pool import MAX_SET, firm_of
        from denggao.documents.papers.diagnosis import Diagnosis
        from denggao.documents.papers.evidence import Evidence
        from denggao.rules.engines.reference import Evaluation

        firm = firm_of(self.ledger, index)
        run = Evaluation(self.law, firm, self.as_of, self.chosen)
        evidence = Evidence(self.ledger, index, self.law)
        problems = [text for row in sorted(evidence.rows()) for text in self.problems.get(row, ())]
        judgement = judged(run, tuple(firm.problems), max_size=MAX_SET)
        return Diagnosis(run, judgement, evidence, tuple(problems))


def _work(
    ledgers: list[Path],
    law: str,
    on: date,
    columns: Path | None,
    id_column: str | None,
    reading: list[str],
) -> Work:
    from denggao.cli.screen import column_map
    from denggao.rules.library import in_force

    instrument = in_force(law, on)
    _ = instrument.verdict  # says so if there is none
    chosen = readings([instrument], reading)[instrument.short]
    return Work(read(ledgers, on, column_map(columns), id_column), instrument, on, chosen)


def _one(
    work: Work,
    wanted: str,
    output: Path | None,
    kind: str | None,
    templates: Path | None,
    as_json: bool,
    inputs: list[Path],
) -> None:
    from denggao.cli.plan import found
    from denggao.documents.papers.diagnosis import diagnosis_paper

    index = found(work.ledger, wanted)
    made, paths = work.made(index), []
    if output is not None:
        stem = papers.stems_of(work.ledger, _KIND)[index]
        paths = papers.one_file(output, kind, stem, inputs)
        papers.write_one(diagnosis_paper(made), paths, templates)
    if as_json:
        _say(made, paths)
        return
    typer.echo(f"报告已写入 {'、'.join(map(str, paths))}")


def _every(
    work: Work, folder: Path, endings: tuple[str, ...], templates: Path | None, as_json: bool
) -> None:
    from collections import Counter

    from denggao.documents.papers.diagnosis import diagnosis_paper
    from denggao.rules.outcome import TRUTH_WORDS

    stems = papers.stems_of(work.ledger, _KIND)
    counts: Counter[str] = Counter()
    told: list[tuple[Diagnosis, list[Path]]] = []

    def made() -> Iterator[tuple[str, Any]]:
        for index, stem in enumerate(stems):
            one = work.made(index)
            counts[TRUTH_WORDS[one.judgement.outcome.verdict]] += 1
            if as_json:
                told.append((one, [folder / f"{stem}{ending}" for ending in endings]))
            yield stem, diagnosis_paper(one)

    total = len(stems)
    papers.write_many(made(), total, folder, endings, templates, title="写诊断报告")
    if as_json:
        for one, paths in told:
            _say(one, paths)
        return
    typer.echo(f"{total} 户：" + "，".join(f"{word} {count} 户" for word, count in counts.items()))
    typer.echo(f"报告 {total * len(endings)} 份已写入 {folder}")


def _say(made: Diagnosis, paths: list[Path] | None = None) -> None:
    from denggao.documents.papers.diagnosis import diagnosis_paper
    from denggao.documents.papers.paper import as_json
    from denggao.rules.outcome import TRUTH_NAMES

    outcome = made.judgement.outcome
    answer = {
        "id": made.evidence.identity_text,
        "name": made.evidence.name,
        "law": made.law.short,
        "version": made.law.version,
        "as_of": outcome.as_of.isoformat(),
        "verdict": TRUTH_NAMES[outcome.verdict],
        "files": [str(path) for path in paths or ()],
        "paper": as_json(diagnosis_paper(made)),
    }
    typer.echo(json.dumps(answer, ensure_ascii=False))
