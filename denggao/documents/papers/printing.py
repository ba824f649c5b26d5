"""Papers to files: Word, PDF or both; one file, or a folder of them, whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from denggao.documents.papers.paper import Paper
from denggao.documents.replacing import replacing, unwritable
from denggao.facts.errors import UserError

WORD, PDF = ".docx", ".pdf"
#: What --format takes → the endings it stands for.
FORMATS = {"docx": (WORD,), "pdf": (PDF,), "both": (WORD, PDF)}


class _Printer(Protocol):
    def write(self, paper: Paper, path: Path) -> None: ...


class Printers:
    """One printer for each ending, made when first asked for; ``templates``: a bureau's own."""

    def __init__(self, templates: Path | None = None) -> None:
        self._templates = templates
        self._made: dict[str, _Printer] = {}
        if templates is not None:
            self._of(WORD)  # says at once what is wrong with the folder

    def write(self, paper: Paper, path: Path) -> None:
        """The paper in the format that the file's ending names."""
        self._of(path.suffix.lower()).write(paper, path)

    def replace(self, paper: Paper, path: Path) -> None:
        """The same, put in its place once it is whole."""
        with replacing(path) as temporary:
            self.write(paper, temporary)

    def _of(self, ending: str) -> _Printer:
        if ending not in self._made:
            self._made[ending] = self._make(ending)
        return self._made[ending]

    def _make(self, ending: str) -> _Printer:
        if ending == PDF:
            from denggao.documents.papers.pdf.printing import PdfPrinter

            return PdfPrinter()
        from denggao.documents.papers.word.printing import WordPrinter

        return WordPrinter(self._templates)


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """An empty folder to fill; what is in it stands in ``folder`` once the block ends without an
    error, taking the place of files with the same names, and nothing of it does otherwise.
    Raises UserError where ``folder`` cannot be made or written."""
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = folder / f".{secrets.token_hex(8)}"
        stage.mkdir()
    except OSError:
        raise UserError(f"文件夹“{folder}”建不了或写不进去，请换一个地方") from None
    try:
        yield stage
        made = sorted(stage.iterdir())
        _check([folder / path.name for path in made])
        for path in made:
            path.replace(folder / path.name)
    except OSError as error:
        raise unwritable(Path(str(error.filename2 or error.filename or folder))) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if is_new and not any(folder.iterdir()):
            folder.rmdir()


def _check(targets: Sequence[Path]) -> None:
    """Refuses before the first file is put in place what would be refused halfway."""
    for target in targets:
        if target.is_dir():
            raise UserError(f"“{target}”是一个文件夹，同名的文件写不进去；请先改名")
        if target.exists():
            with target.open("r+b"):
                pass


def save_templates(folder: Path, kinds: Sequence[tuple[str, bool]]) -> list[str]:
    """Our own Word templates by kind (``True``: landscape), for a bureau to change. Raises
    UserError where one is there already: it may have been changed."""
    from denggao.documents.papers.word.template import template

    names = [f"{kind}{WORD}" for kind, _ in kinds]
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise UserError(f"“{folder}”里已经有 {'、'.join(there)}，不覆盖；请换一个文件夹")
    with staged(folder) as stage:
        for name, (_, is_wide) in zip(names, kinds, strict=True):
            (stage / name).write_bytes(template(is_wide))
    return names
