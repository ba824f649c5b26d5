"""Why an instrument was not loaded: file, line, column, and the form that was expected."""

from __future__ import annotations

from denggao.facts.errors import UserError


class InstrumentError(UserError):
    """``path:line:column`` and, in Chinese, what is wrong and what should stand there."""

    def __init__(self, path: str, line: int, column: int, message: str) -> None:
        self.path, self.line, self.column = path, line, column
        super().__init__(f"{path}:{line}:{column} {message}")
