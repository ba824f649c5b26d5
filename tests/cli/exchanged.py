"""Firms in the exchange form that ``denggao judge`` reads, right and wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.calling import ON_HNTE, Capture, done

FIRM = {"id": "甲", "facts": {"staff": {"2025": 100}, "tech_staff": {"2025": "9.5"}}}

BAD = {
    "not json": "{",
    "a list": "[1]",
    "no facts": '{"id": 1}',
    "facts no object": '{"facts": [1]}',
    "unknown fact": '{"facts": {"nonsense": 1}}',
    "a year missing": '{"facts": {"staff": 5}}',
    "a strange year": '{"facts": {"staff": {"25": 5}}}',
    "fact twice": '{"facts": {"staff": {"2025": 5}, "职工总数": {"2025": 5}}}',
    "key twice": '{"facts": {"staff": {"2025": 5, "2025": 6}}}',
    "NaN": '{"facts": {"staff": {"2025": NaN}}}',
    "Infinity": '{"facts": {"staff": {"2025": -Infinity}}}',
    "deep": '{"facts": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "unknown law": '{"law": "没有", "facts": {}}',
    "law no text": '{"law": 5, "facts": {}}',
    "before the law": '{"as_of": "2015-12-31", "facts": {}}',
    "no day": '{"as_of": "2026-02-30", "facts": {}}',
    "day a number": '{"as_of": 20260630, "facts": {}}',
    "empty": "",
    "a number": "7",
}


def judged_lines(capsys: Capture, path: Path, code: int = 0) -> list[dict[str, Any]]:
    said = done(capsys, "judge", "--batch", path, *ON_HNTE, "--json", code=code)
    return [json.loads(line) for line in said.splitlines()]
