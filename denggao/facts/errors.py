"""Errors a person can act on. Everything else is a bug and may show its traceback."""

from __future__ import annotations

import errno


class UserError(Exception):
    """What went wrong and how to mend it, in Chinese; the command line prints it and exits 2."""


_REASONS = {
    errno.ENOENT: "没有这个文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "它是文件夹",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.ENAMETOOLONG: "名字太长",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
}


def reason(error: OSError) -> str:
    """Why the system refused a file, in Chinese."""
    return _REASONS.get(error.errno or 0, f"系统不允许（代号 {error.errno}）")
