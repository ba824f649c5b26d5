"""A file written whole beside its place and put there at once, or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from denggao.facts.errors import UserError

#: What writing fails with where the error names no file.
_OF_WRITING = {
    errno.EACCES,
    errno.EPERM,
    errno.ENOSPC,
    errno.EFBIG,
    errno.EROFS,
    errno.EIO,
    errno.EDQUOT,
}


@contextmanager
def replacing(path: Path, like: Path | None = None) -> Iterator[Path]:
    """A new, empty file beside ``path`` to write; it stands at ``path`` once the block ends
    without an error. A symlink stays one. The mode is that of the file that was there, else of
    ``like``, else the usual one.

    Raises UserError where ``path`` cannot be written, as far as possible before the block;
    other errors of the block pass. Nothing has changed at ``path`` then.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{secrets.token_hex(8)}{path.suffix.lower()}")
    try:
        _check(path, target)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        model = target if target.exists() else like
        yield temporary
        if model is not None:
            temporary.chmod(model.stat().st_mode & 0o7777)
        temporary.replace(target)
    except OSError as error:
        if not _is_of(error, temporary):
            raise
        raise unwritable(path) from None
    finally:
        temporary.unlink(missing_ok=True)


def _check(path: Path, target: Path) -> None:
    """Refuses before the work what would be refused after it."""
    if target.is_dir():
        raise UserError(f"“{path}”写不进去：这是一个文件夹，请给出文件名")
    if not target.parent.is_dir():
        raise UserError(f"“{path}”写不进去：没有文件夹“{target.parent}”，请先建好再运行")
    try:
        if target.exists():
            with target.open("r+b"):
                pass
    except OSError:
        raise unwritable(path) from None


def _is_of(error: OSError, temporary: Path) -> bool:
    """Did writing fail, and not the reading of some other file?"""
    if error.filename is None:
        return error.errno is None or error.errno in _OF_WRITING
    return str(error.filename) == str(temporary)


def unwritable(path: Path) -> UserError:
    """What is said of a target that cannot be written."""
    return UserError(f"“{path}”写不进去：可能正在别的程序里打开，或磁盘已满、没有权限")
