"""The word lists of words.toml as compiled patterns, and the small tables beside it."""

from __future__ import annotations

import csv
import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_read("words.toml"))


def _read(name: str) -> str:
    return files("denggao.drafting").joinpath(name).read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """A table of this folder, one dict a row."""
    return list(csv.DictReader(_read(name).splitlines()))


def alternatives(group: str, *names: str) -> str:
    """The words of one or several lists as one alternative, the longest first."""
    words = [word for name in names for word in _lists()[group][name]]
    return "|".join(f"(?:{w})" for w in sorted(dict.fromkeys(words), key=len, reverse=True))


@cache
def words(group: str, *names: str) -> re.Pattern[str]:
    """Finds any of these words anywhere."""
    return re.compile(alternatives(group, *names))


@cache
def ends(group: str, *names: str) -> re.Pattern[str]:
    """Finds one of these words at the end of a text."""
    return re.compile(f"(?:{alternatives(group, *names)})$")


@cache
def starts(group: str, *names: str) -> re.Pattern[str]:
    """Finds one of these words at the start of a text."""
    return re.compile(f"(?:{alternatives(group, *names)})")


def listed(group: str, name: str) -> tuple[str, ...]:
    """The words of a list as they stand."""
    return tuple(_lists()[group][name])


def group_names(group: str) -> tuple[str, ...]:
    """The lists of a group, in the order of the file."""
    return tuple(_lists()[group])
