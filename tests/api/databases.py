"""PostgreSQL for tests: Debian's package, started on loopback in a folder of the test."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

_USERS = ("postgres", "nobody")
_START_LIMIT_S = 60


def program(name):
    """Find a program of PostgreSQL, which Debian keeps out of the path."""
    found = shutil.which(name)
    if found:
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(places[-1]) if places else None


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _user():
    """Choose whom to run as: the server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    return next(name for name in _USERS if name in {one.pw_name for one in pwd.getpwall()})


@contextmanager
def postgresql(folder):
    """Run a server of its own in a folder; give its address."""
    if program("initdb") is None:
        words = "no PostgreSQL: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    user, port = _user(), _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    if user is not None:
        shutil.chown(folder, user)
        for parent in folder.parents:
            if parent.owner() == "root" and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    options = {"user": user} if user else {}
    data = folder / "data"
    subprocess.run(
        [program("initdb"), "-D", data, "-U", "planner", "--auth=trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, cwd="/", **options,
    )  # fmt: skip
    server = subprocess.Popen(
        [program("postgres"), "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1",
         "-c", "fsync=on"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **options,
    )  # fmt: skip
    try:
        _wait_for(port, server)
        yield f"postgresql+psycopg://planner@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(port, server):
    import psycopg

    end = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < end:
        assert server.poll() is None, "the database ended"
        try:
            psycopg.connect(
                f"postgresql://planner@127.0.0.1:{port}/postgres", connect_timeout=2
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the database does not answer")
