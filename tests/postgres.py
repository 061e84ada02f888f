"""A PostgreSQL server of one's own on loopback, in a folder that goes with it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.storage.system import mounted

PASSWORD = "not-a-secret"  # noqa: S105 - of a server that lives for a test


class Server(NamedTuple):
    """Where it listens; its user `scen` may do everything."""

    port: int

    def address(self, database: str = "postgres") -> str:
        """The address of a database there."""
        return f"postgresql://scen:{PASSWORD}@127.0.0.1:{self.port}/{database}"


@contextmanager
def server(**settings: int) -> Iterator[Server]:
    """A server that is gone afterwards; the test is skipped where none can be started."""
    folder = Path(tempfile.mkdtemp(prefix="scen-pg-", dir="/tmp"))
    try:
        programs, who = _programs(), _user()
        os.chown(folder, who.get("user", -1), -1)
        data, port, secret = folder / "data", _free_port(), folder / "password"
        secret.write_text(f"{PASSWORD}\n")
        secret.chmod(0o644)
        subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "scen", "-A", "scram-sha-256"),
                *("--pwfile", secret, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **who,
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        options += " -c fsync=off -c shared_buffers=16MB"
        options += "".join(f" -c {name}={value}" for name, value in settings.items())
        control: list[str | Path] = [programs / "pg_ctl", "-D", data, "-w", "-s"]
        started = subprocess.run(
            [*control, "-l", folder / "log", "-o", options, "start"], check=False, cwd=folder, **who
        )
        if started.returncode:
            pytest.skip(f"PostgreSQL does not start: {(folder / 'log').read_text()[-300:]}")
        try:
            yield Server(port)
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, check=True, **who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def small_disk(options: str) -> Iterator[Path]:
    """A disk of its own that the server may use."""
    folder = Path(tempfile.mkdtemp(prefix="scen-disk-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        (disk := folder / "disk").mkdir()
        with mounted(disk, options):
            os.chown(disk, _user().get("user", -1), -1)
            yield disk
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Debian keeps the server's programs out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    place = found[-1] if found else shutil.which("initdb")
    if not place:
        pytest.skip("PostgreSQL's server is not installed: apt install postgresql")
    return Path(place).parent


def _user() -> dict[str, Any]:
    """It refuses to run as root; Debian's package made a user for it."""
    if os.geteuid():
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
