"""Spark over pyspark: any master; nothing of the session decides a verdict."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denggao.facts.errors import UserError
from denggao.rules.engines.sql import java
from denggao.rules.engines.sql.dialect import SPARK
from denggao.rules.engines.sql.place import (
    Count,
    Lookup,
    Progress,
    Table,
    check_replaced,
    is_result,
)
from denggao.rules.engines.sql.watched import watched

if TYPE_CHECKING:
    import polars as pl
    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "Asia/Shanghai",
    # a query upon the other for each step and article: of several laws, more than Spark expects
    "spark.sql.analyzer.maxIterations": "1000",
    "spark.log.level": "ERROR",
}
_MEMORY = "SPARK_DRIVER_MEMORY"
#: Two national laws over a wide ledger are planned in 2 GB, and in 1 GB, Spark's own, they are not.
_ENOUGH = "4g"
_ASKED = "An error occurred while calling"
_STANDALONE = re.compile(r"spark://([^:/]+):(\d+)")
_SECONDS = 5
_NO_CONNECTOR = re.compile(r"No FileSystem for scheme|ClassNotFoundException.*FileSystem")
_CHECK = (
    "请核对 MASTER 的写法（如 local[2]、spark://主机:7077、yarn）、地址和端口，"
    "那里的 Spark 和这里的是不是同一版本，以及有没有 Java 17（JAVA_HOME）"
)
#: So often it is asked to stop its jobs before Java is ended: some seconds.
_ASKS = 15


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
        return _reading(str(path))

    def rows(self, statement: str) -> list[dict[str, Any]]:
        return [row.asDict() for row in self.spark.sql(statement).collect()]


class SparkPlace:
    """Parquet that Spark can read, and the result as a folder of Parquet beside it."""

    dialect = SPARK

    def __init__(self, master: str, path: str, settings: Mapping[str, str] | None = None) -> None:
        self._path = _there(path)
        self.name, self.table = _called(self._path), _reading(self._path)
        self._read = [self._path]
        self._spark = connect(master, settings or {})
        self._master = master
        self._stops, self._temporary = 0, ""

    def close(self) -> None:
        java.end(self._spark)
        if self._stops:  # it may write on for a moment
            java.kill()
            shutil.rmtree(self._temporary.removeprefix("file://"), ignore_errors=True)

    def types(self) -> dict[str, str]:
        return self._types(self.name, self._path)

    def beside(self, asked: str) -> Table:
        path = _there(asked)
        self._read.append(path)
        return Table(_called(path), _reading(path), self._types(_called(path), path))

    def rows(self, text: str) -> list[tuple[Any, ...]]:
        with self._speaking(f"Spark（{self._master}）没有做成"):
            return [tuple(row) for row in self._spark.sql(text).collect()]

    def _types(self, name: str, path: str) -> dict[str, str]:
        with self._speaking(f"{name}读不出来，应是 Parquet 文件"), _connected(path):
            fields = self._spark.read.parquet(path).schema.fields
        return {field.name: field.dataType.simpleString() for field in fields}

    def target(self, asked: str | None) -> str:
        beside = f"{self._path.removesuffix('.parquet')}.逐企结论.parquet"
        found = (beside if asked is None else asked).rstrip("/")
        if not found or found.lower().endswith((".xlsx", ".csv")):
            raise UserError(f"结果是一个文件夹的 .parquet，-o 不能是“{asked}”；请换一个名字")
        return found

    @contextmanager
    def making(
        self,
        statement: Callable[[str], str],
        target: str,
        progress: Progress,
        replace: bool,
        lookup: Lookup | None = None,
    ) -> Iterator[str]:
        if target in self._read:
            raise UserError(f"结果“{target}”会盖掉输入，请用 -o 换一个名字")
        with self._speaking(f"Spark（{self._master}）没有做成，什么也没留下"):
            files, path = self._files(target)
            if files.exists(path(target)):
                is_ours = is_result(lambda: self._types("", target))
                check_replaced(target, is_ours, replace)
            self._temporary = temporary = f"{target}.{secrets.token_hex(4)}"
            if lookup is not None:
                self._spark.sql(f"CREATE TEMPORARY VIEW {lookup.name} AS\n{lookup.query}")
            try:
                frame = self._spark.sql(statement(self.table))
                watched(
                    lambda: frame.write.parquet(temporary),
                    lambda: self._tell(progress),
                    self._stop,
                )
                yield temporary
                _put(files, path, temporary, target)
            finally:
                java.apart(lambda: files.delete(path(temporary), True))

    def counts(self, made: str) -> list[Count]:
        found = self._spark.sql(
            f"SELECT law, verdict, hard_verdict, COUNT(*) FROM {_reading(made)}"
            " GROUP BY law, verdict, hard_verdict"
        )
        return [Count(*row) for row in found.collect()]

    def flagged(self, made: str, flag: str) -> int:
        found = f"SELECT COUNT(*) FROM {_reading(made)} WHERE flags LIKE '%{flag}%'"
        return int(self._spark.sql(found).collect()[0][0])

    def _files(self, target: str) -> tuple[Any, Any]:
        """The file system that the result is on, and its kind of path: Hadoop's, for the result
        may be anywhere that Spark can write to."""
        jvm: Any = self._spark._jvm
        path = jvm.org.apache.hadoop.fs.Path
        session: Any = self._spark._jsparkSession
        return path(target).getFileSystem(session.sessionState().newHadoopConf()), path

    def _stop(self) -> None:
        """Called again and again: a query that is still planned has no jobs yet."""
        self._stops += 1
        if self._stops <= _ASKS:
            java.apart(self._spark.sparkContext.cancelAllJobs)
        else:
            java.kill()

    def _tell(self, progress: Progress) -> None:
        tracker = self._spark.sparkContext.statusTracker()
        stages = [tracker.getStageInfo(i) for i in tracker.getActiveStageIds()]
        known = [stage for stage in stages if stage is not None]
        if known:
            progress(sum(s.numCompletedTasks for s in known), sum(s.numTasks for s in known))

    @contextmanager
    def _speaking(self, what: str) -> Iterator[None]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (PySparkException, Py4JError) as error:
            raise UserError(f"{what}：{_first_line(error)}") from None


@contextmanager
def _connected(path: str) -> Iterator[None]:
    """Reading needs a connector, which Spark may not have."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        if not _NO_CONNECTOR.search(str(error)):
            raise
        raise UserError(
            f"Spark 读不了“{path}”：没有装 {path.partition('://')[0]}:// 的连接器；"
            "请在 spark-defaults.conf 里用 spark.jars.packages 给出（s3a 是 "
            "org.apache.hadoop:hadoop-aws:与 Spark 自带的 Hadoop 同一版本），"
            "再用环境变量 SPARK_CONF_DIR 指明它在哪个文件夹"
        ) from None


def _put(files: Any, path: Any, made: str, target: str) -> None:
    """The new result in the place of the old one, which goes last. Hadoop tells by a no, not
    by an error, that it could not move something."""
    old = f"{made}.old"
    was_there = files.exists(path(target))
    if was_there and not files.rename(path(target), path(old)):
        raise UserError(f"换不掉上次的结果“{target}”；请核对权限，或用 -o 换一个名字")
    if not files.rename(path(made), path(target)):
        if was_there:
            files.rename(path(old), path(target))
        raise UserError(f"结果放不到“{target}”；请核对上级文件夹和权限，或用 -o 换一个名字")
    files.delete(path(old), True)


def _there(path: str) -> str:
    if "://" not in path and not Path(path).exists():
        raise UserError(f"没有文件“{path}”")
    return path.rstrip("/")


def _called(path: str) -> str:
    return f"「{path.rsplit('/', 1)[-1]}」"


def _reading(path: str) -> str:
    return f"PARQUET.{SPARK.name_of(path)}"


def _first_line(error: Exception) -> str:
    """What went wrong; py4j says first where it asked, and what Java answered after that."""
    if "java.lang.OutOfMemoryError" in str(error):
        return f"Java 的内存不够，请用环境变量 {_MEMORY} 多给一些，如 {_MEMORY}=8g"
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[1].removeprefix(": ") if said[0].startswith(_ASKED) and said[1:] else said[0]


def connect(master: str, settings: Mapping[str, str]) -> SparkSession:
    """A session on this master, with more ``settings`` than our own. Raises UserError where
    there is none to be had."""
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise UserError('没有装 Spark；请运行 pip install "denggao[spark]"') from None
    _knock(master)
    ours = {"spark.sql.warehouse.dir": java.folder().as_uri(), **_SETTINGS, **settings}
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else it looks for a name
        ours["spark.driver.bindAddress"] = ours["spark.driver.host"] = "127.0.0.1"
        ours["spark.driver.memory"] = os.environ.get(_MEMORY, _ENOUGH)
    conf = SparkConf(loadDefaults=False).setMaster(master).setAppName("denggao")
    conf.setAll(list(ours.items()))
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        java.start(conf)
        found: SparkSession = SparkSession.builder.config(conf=conf).getOrCreate()
    except (PySparkException, Py4JError, RuntimeError, OSError) as error:
        is_dead = "JAVA_GATEWAY_EXITED" in str(error)
        said = (java.last_words() if is_dead else None) or _first_line(error)
        raise UserError(f"Spark（{master}）没有应答：{said}；{_CHECK}") from None
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, interrupted)  # Spark's would speak in the middle of a word
    return found


def _knock(master: str) -> None:
    """Spark asks a master that is not there for minutes; one question is enough for us."""
    found = _STANDALONE.match(master)
    if found is None:
        return
    try:
        socket.create_connection((found[1], int(found[2])), timeout=_SECONDS).close()
    except OSError:
        raise UserError(f"Spark（{master}）没有应答；{_CHECK}") from None
