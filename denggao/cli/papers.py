"""What commands that print papers share: formats, where the files go, and what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from denggao.cli.common import progress_bar
from denggao.facts.errors import UserError

if TYPE_CHECKING:
    from denggao.documents.papers.paper import Paper
    from denggao.facts.ledger import Ledger

ENDINGS = (".docx", ".pdf")
FORMAT_HELP = "docx（可在 WPS 里改）、pdf，或 both 两样都要"
TEMPLATE_HELP = "自己的 Word 模板所在的文件夹，按名称取用，如 一企一策.docx"


def endings(chosen: str | None) -> tuple[str, ...]:
    """``--format`` as endings; .docx where it was not given."""
    from denggao.documents.papers.printing import FORMATS

    found = FORMATS.get((chosen or "docx").strip().lower())
    if found is None:
        raise UserError(f"--format “{chosen}”不认得；可选：{'、'.join(FORMATS)}")
    return found


def is_folder(output: Path) -> bool:
    """Is it a folder that files go into, there already or to be made?"""
    return output.is_dir() or not output.suffix


def one_file(output: Path, chosen: str | None, stem: str, inputs: Sequence[Path]) -> list[Path]:
    """The files one paper goes to: the one named, or one for each format in the folder."""
    if is_folder(output):
        return [output / f"{stem}{ending}" for ending in endings(chosen)]
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        raise UserError(f"结果应是文件夹，或以 {'、'.join(ENDINGS)} 结尾，不是“{output.name}”")
    if chosen is not None and endings(chosen) != (ending,):
        raise UserError(f"“{output.name}”和 --format {chosen} 说的不一样，留一个就行")
    if output.resolve() in {one.resolve() for one in inputs}:
        raise UserError(f"结果文件“{output}”会盖掉输入文件，请换一个名字")
    if not output.parent.is_dir():
        raise UserError(f"没有文件夹“{output.parent}”，请先建好再运行")
    return [output]


def write_one(paper: Paper, paths: Sequence[Path], templates: Path | None) -> None:
    """One paper to each of these files."""
    from denggao.documents.papers.printing import Printers, staged

    printers = Printers(templates)
    if len(paths) == 1 and paths[0].parent.is_dir():
        printers.replace(paper, paths[0])
        return
    with staged(paths[0].parent) as stage:
        for path in paths:
            printers.write(paper, stage / path.name)


def write_many(
    made: Iterable[tuple[str, Paper]],
    total: int,
    folder: Path,
    kinds: Sequence[str],
    templates: Path | None,
    *,
    title: str,
    besides: Callable[[Path], None] | None = None,
) -> int:
    """A file for each (stem, paper) and ending, in the folder once all are written; ``besides``
    writes more into it. Returns how many papers there were."""
    from denggao.documents.papers.printing import Printers, staged

    printers, count = Printers(templates), 0
    with staged(folder) as stage:
        with progress_bar(title) as progress:
            for stem, paper in made:
                for ending in kinds:
                    printers.write(paper, stage / f"{stem}{ending}")
                count += 1
                progress(count, total)
        if besides is not None:
            besides(stage)
    return count


def stems_of(ledger: Ledger, kind: str) -> list[str]:
    """A safe file name of its own for each firm of a ledger."""
    from denggao.documents.papers.naming import stems

    names = ledger.columns.get("name") or ledger.identity
    told = [name or code for name, code in zip(names, ledger.identity, strict=True)]
    return stems(told, ledger.identity, kind)
