"""Who takes part: name → what it is called, which package it needs, how it is run."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True)
class Contender:
    """``module.function`` reads a Parquet file and answers in the form of ``subset``."""

    title: str
    module: str
    package: str | None = None
    function: str = "judge"

    @property
    def is_here(self) -> bool:
        return self.package is None or importlib.util.find_spec(self.package) is not None

    def judge(self, path: Path) -> pl.DataFrame:
        """The answer as the contender likes to give it."""
        return getattr(importlib.import_module(f"peers.{self.module}"), self.function)(path)

    def in_form(self, answer: pl.DataFrame) -> pl.DataFrame:
        """The same in the words of all: nothing to do but for our own."""
        change = getattr(importlib.import_module(f"peers.{self.module}"), "in_form", None)
        return answer if change is None else change(answer)


CONTENDERS = {
    "ours": Contender("登高，列式引擎", "ours"),
    "polars": Contender("手写 Polars", "polars_query"),
    "duckdb": Contender("手写 DuckDB SQL", "duckdb_sql", "duckdb"),
    "openfisca": Contender("OpenFisca，整列数组", "openfisca_system", "openfisca_core"),
    "openfisca-json": Contender(
        "OpenFisca，JSON", "openfisca_system", "openfisca_core", "judge_json"
    ),
    "zen": Contender("GoRules zen，批量", "zen_graph", "zen"),
    "loop": Contender("Python 逐户循环", "loop"),
}  # fmt: skip
