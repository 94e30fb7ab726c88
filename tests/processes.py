"""Processes as an operator starts them: what belongs to a command, and when it is gone."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("truecompute"))


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "DATABASE_URL"))
    }
    own = {"TRUECOMPUTE_DATA_DIR": str(folder / "data"), "PORT": str(port), "PASSWORD_COST": "4"}
    return kept | own


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def everything_started_by(process: subprocess.Popen[bytes]) -> dict[int, str]:
    """Process ids below the command, with their start times, so that a reused id is no match."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        pid = int(stat.parent.name)
        if fields := stat_fields(pid):
            parents.setdefault(int(fields[1]), []).append(pid)
    found: list[int] = []
    unseen = [process.pid]
    while unseen:
        children = parents.get(unseen.pop(), [])
        found += children
        unseen += children
    return {pid: fields[19] for pid in found if (fields := stat_fields(pid))}


def alive(started: dict[int, str]) -> list[int]:
    now = {pid: stat_fields(pid) for pid in started}
    return [pid for pid, fields in now.items() if fields and fields[19] == started[pid]]


def stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/pid/stat behind the name; None for one that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields


def eventually(holds: Callable[[], object], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.05)
