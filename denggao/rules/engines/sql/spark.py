"""Spark over pyspark: any master; nothing of the session decides a verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.sql.dialect import SPARK

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import SparkSession

#: A rule book is one long expression per column: let Java compile it, however long it is.
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    "spark.sql.shuffle.partitions": "8",
    "spark.log.level": "ERROR",
}


class SparkCases:
    """A session that is lent tables as files, which go when it is closed."""

    dialect = SPARK

    def __init__(self, master: str, settings: Mapping[str, str] | None = None) -> None:
        self.spark = connect(master, settings or {})
        self._folder = tempfile.TemporaryDirectory()
        self._lent = 0

    def close(self) -> None:
        self.spark.stop()
        self._folder.cleanup()

    def lend(self, frame: pl.DataFrame) -> str:
        """Through a file, for the two have no library in common."""
        self._lent += 1
        path = Path(self._folder.name) / f"{self._lent}.parquet"
        frame.write_parquet(path)
        return f"PARQUET.`{path}`"

    def rows(self, statement: str) -> list[dict[str, Any]]:
        return [row.asDict() for row in self.spark.sql(statement).collect()]


def connect(master: str, settings: Mapping[str, str]) -> SparkSession:
    """A session on this master, with more ``settings`` than our own. Raises UserError where
    there is none to be had."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UserError('没有装 Spark；请运行 pip install "denggao[spark]"') from None
    builder = SparkSession.builder.master(master).appName("denggao")
    if master.startswith("local"):
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    for name, value in {**_SETTINGS, **settings}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise UserError(f"Spark（{master}）没有应答：{said[0]}") from None
