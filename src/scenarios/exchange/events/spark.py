"""A Spark session by an address such as `spark://local[2]/data/icews`; Spark needs Java."""

from __future__ import annotations

import os
import re
import shutil
import warnings
from pathlib import Path
from typing import Any

from scenarios.errors import ScenError

_ADDRESS = re.compile(r"spark://(?P<master>[^/?]+)(?P<path>/.*)?", re.IGNORECASE)


def spark_session(address: str) -> tuple[Any, str]:
    """The session of a master, `local[2]` or `host:7077`, and the path behind it, if any."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise ScenError("write spark://MASTER/PATH, as spark://local[2]/data/icews")
    refuse_without_java()
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - few have it
    except ImportError:
        raise ScenError(
            "Spark needs a package that scen does not bring: pip install pyspark"
        ) from None
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
    master = found["master"]
    is_local = master.startswith("local")
    builder = SparkSession.builder.appName("scen").master(
        master if is_local else f"spark://{master}"
    )
    builder = builder.config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.log.level", "ERROR")
    if is_local:
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    return builder.getOrCreate(), found["path"] or ""


def refuse_without_java() -> None:
    """Spark runs on Java, and says so at length when there is none."""
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and Path(home, "bin", "java").is_file())):
        raise ScenError(
            "Spark needs Java 17 or later, and there is none: apt install default-jre-headless"
            " (Debian, Ubuntu), brew install openjdk (macOS), or set JAVA_HOME"
        )
