"""The Java that Spark runs in: started so that it is silent, ended whatever it is doing.

What it writes goes to a temporary folder; only with ``DENGGAO_DEBUG`` to the terminal.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark import SparkConf
    from pyspark.sql import SparkSession

_LOG = "java.log"
_TROUBLE = re.compile(r"Exception|Error|JAVA_HOME")
#: Seconds that Spark has to end by itself.
_PATIENCE = 5


@functools.cache
def folder() -> Path:
    """For what Spark leaves behind; goes with this program."""
    path = tempfile.mkdtemp(prefix="denggao-spark-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)


def start(conf: SparkConf) -> None:
    """Start Java, unless it runs in this program already."""
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    if SparkContext._gateway is not None or os.environ.get("DENGGAO_DEBUG"):
        return
    # py4j tells the root logger of every interrupt, which prints where nobody listens
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.filterwarnings("ignore", message="Unable to cleanly shutdown Spark")
    with (folder() / _LOG).open("wb") as log, ThreadPoolExecutor(1) as pool:
        starting = pool.submit(launch_gateway, conf, {"stdout": log, "stderr": log})
        try:
            gateway = starting.result()
        except KeyboardInterrupt:  # Java would wait for us for ever
            if starting.exception() is None:
                starting.result().proc.kill()
            raise
    SparkContext._ensure_initialized(gateway=gateway)


def last_words() -> str | None:
    """What Java said when it did not start."""
    path = folder() / _LOG
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.exists() else []
    said = [line for line in lines if line.strip() and not line.startswith(("\t", "WARNING"))]
    found = next(filter(_TROUBLE.search, said), said[-1] if said else None)
    return None if found is None else found.removeprefix('Exception in thread "main" ')


def apart(call: Callable[[], object]) -> bool:
    """Ask Java from a thread of its own, for an interrupt has spoilt what was said in this one;
    was there an answer soon?"""
    asking = Thread(target=_quietly, args=(call,), daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    return not asking.is_alive()


def end(spark: SparkSession) -> None:
    """End the session; Java too, where it does not do so soon, for it may be planning."""
    if not apart(spark.stop):
        kill()


def kill() -> None:
    """End Java at once; who waits for an answer of it gets an error."""
    from pyspark import SparkContext

    process: Any = getattr(SparkContext._gateway, "proc", None)
    if process is not None:
        process.kill()
        process.wait()


def _quietly(call: Callable[[], object]) -> None:
    """What cannot be asked any more has ended."""
    from py4j.protocol import Py4JError

    with contextlib.suppress(Py4JError, OSError):
        call()
