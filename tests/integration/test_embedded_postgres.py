"""The embedded PostgreSQL through restarts, refusals and kills, with real servers."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.embedded_postgres.errors import (
    DataFolderInUse,
    DidNotStart,
    OtherMajorVersion,
)
from adapters.embedded_postgres.server import EmbeddedPostgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets and signals")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="a promise of the Linux kernel")

HOLD = """
import sys
from pathlib import Path
from adapters.embedded_postgres.server import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
try:
    print(server.start(), server.pid, flush=True)
    sys.stdin.read()
finally:
    server.stop()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "data")
    yield made
    made.stop()


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that starts the server of ``tmp_path / "data"`` and keeps it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "data"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield process
        process.kill()


def started_pid(holder: subprocess.Popen[str]) -> int:
    assert holder.stdout is not None
    return int(holder.stdout.readline().split()[1])


def query(url: str, statement: str) -> list[object]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        return list(result.scalars()) if result.returns_rows else []


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def eventually(condition: Callable[[], bool], within_s: float = 15) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def modes_up_to_the_root(path: Path) -> dict[Path, tuple[int, int, int]]:
    return {p: (s.st_mode, s.st_uid, s.st_gid) for p in path.parents for s in [p.stat()]}


def test_data_survives_a_restart(server: EmbeddedPostgres) -> None:
    query(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert not server.is_running()
    assert query(server.start(), "SELECT answer FROM kept") == [42]


def test_stopping_twice_or_before_the_start_does_nothing(server: EmbeddedPostgres) -> None:
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert server.pid is None


def test_starting_twice_returns_the_same_server(server: EmbeddedPostgres) -> None:
    url, pid = server.start(), server.pid
    assert (server.start(), server.pid) == (url, pid)


def test_the_server_is_durable_private_and_not_run_by_a_superuser(
    server: EmbeddedPostgres,
) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "is_superuser": "off",
    }
    url = server.start()
    assert {name: query(url, f"SHOW {name}")[0] for name in expected} == expected
    assert query(url, "SELECT current_user || '@' || current_database()") == [
        "truecompute@truecompute"
    ]


def test_a_setting_for_another_server_in_the_environment_changes_nothing(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    assert query(server.start(), "SELECT 1") == [1]


@pytest.mark.parametrize("name", ["my data %41+&#é", "a,b", "long " * 30])
def test_any_name_of_a_folder_below_a_closed_home_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    data = home / name / "data"
    data.parent.mkdir()
    before = modes_up_to_the_root(data)
    accounts = Path("/etc/passwd").read_bytes()
    with EmbeddedPostgres(data) as server:
        assert query(server.start(), "SELECT 1") == [1]
        assert (data / "postgres").stat().st_uid == os.geteuid()
        assert server._folder.socket_folder.stat().st_mode & 0o777 == 0o700
    assert modes_up_to_the_root(data) == before
    assert Path("/etc/passwd").read_bytes() == accounts
    if not server._folder.socket_folder.is_relative_to(data.resolve()):
        server._folder.socket_folder.rmdir()


def test_a_second_starter_is_refused_and_the_first_keeps_serving(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = server.start()
    second = EmbeddedPostgres(tmp_path / "data")
    with pytest.raises(DataFolderInUse, match=rf"{tmp_path}/data is in use by process"):
        second.start()
    second.stop()
    assert query(url, "SELECT 1") == [1]


def test_the_folder_of_another_process_is_refused_until_that_process_stops(
    server: EmbeddedPostgres, holder: subprocess.Popen[str]
) -> None:
    started_pid(holder)
    with pytest.raises(DataFolderInUse, match=f"process {holder.pid}"):
        server.start()
    holder.communicate()
    assert holder.returncode == 0
    assert query(server.start(), "SELECT 1") == [1]


def test_a_server_goes_with_its_killed_owner_and_the_next_start_waits_for_it(
    server: EmbeddedPostgres, holder: subprocess.Popen[str]
) -> None:
    orphan = started_pid(holder)
    holder.kill()
    holder.wait()
    assert query(server.start(), "SELECT 1") == [1]
    assert is_gone(orphan)


def test_a_server_goes_with_its_killed_owner_when_nobody_starts_another(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    orphan = started_pid(holder)
    holder.kill()
    assert eventually(lambda: is_gone(orphan))
    assert eventually(lambda: not (tmp_path / "data/postgres/postmaster.pid").exists())


@on_linux
def test_a_server_goes_with_its_killed_supervisor(server: EmbeddedPostgres) -> None:
    server.start()
    orphan = server.pid
    assert orphan is not None
    assert server._supervisor is not None
    server._supervisor.kill()
    assert eventually(lambda: is_gone(orphan))
    assert query(server.start(), "SELECT 1") == [1]


def test_a_server_outlives_the_thread_that_started_it(server: EmbeddedPostgres) -> None:
    urls: list[str] = []
    thread = threading.Thread(target=lambda: urls.append(server.start()))
    thread.start()
    thread.join()
    assert not eventually(lambda: not server.is_running(), within_s=1)
    assert query(urls[0], "SELECT 1") == [1]


def test_after_a_kill_of_postgres_the_next_start_hands_out_a_live_address(
    server: EmbeddedPostgres,
) -> None:
    query(server.start(), "CREATE TABLE rounds (number int)")
    for _ in range(5):
        killed = server.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        query(server.start(), "INSERT INTO rounds SELECT count(*) FROM rounds")
        assert server.pid != killed
    assert query(server.start(), "SELECT number FROM rounds ORDER BY number") == [0, 1, 2, 3, 4]


def test_a_restart_waits_for_the_last_process_of_a_killed_server(
    server: EmbeddedPostgres,
) -> None:
    engine = sa.create_engine(server.start(), poolclass=sa.NullPool)
    killed = server.pid
    assert killed is not None
    connection = engine.connect()
    backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    os.kill(backend, signal.SIGSTOP)
    os.kill(killed, signal.SIGKILL)
    waker = threading.Timer(0.5, os.kill, (backend, signal.SIGKILL))
    waker.start()
    assert query(server.start(), "SELECT 1") == [1]
    assert is_gone(backend)
    waker.join()
    connection.invalidate()
    connection.close()


@on_linux
def test_a_pid_file_that_names_a_stranger_does_not_block_the_start(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    server.start()
    killed = server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: not server.is_running())
    for file in (
        tmp_path / "data/postgres/postmaster.pid",
        tmp_path / "data/socket/.s.PGSQL.5432.lock",
    ):
        file.write_text(file.read_text().replace(str(killed), str(os.getpid()), 1))
    assert query(server.start(), "SELECT 1") == [1]


def test_an_interrupted_creation_leaves_nothing_in_the_way(
    server: EmbeddedPostgres, holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    unfinished = tmp_path / "data/postgres.unfinished"
    assert eventually(lambda: (unfinished / "PG_VERSION").exists())
    holder.kill()
    holder.wait()
    assert not (tmp_path / "data/postgres").exists()
    assert query(server.start(), "SELECT 1") == [1]
    assert not unfinished.exists()


def test_the_data_of_another_major_version_is_named_and_left_alone(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data", major=16) as older:
        query(older.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
    with pytest.raises(OtherMajorVersion, match=r"written by PostgreSQL 16.*runs PostgreSQL 18"):
        EmbeddedPostgres(tmp_path / "data").start()
    with EmbeddedPostgres(tmp_path / "data", major=16) as older:
        assert query(older.start(), "SELECT answer FROM kept") == [42]


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres, tmp_path: Path) -> None:
    server.start()
    server.stop()
    with (tmp_path / "data/postgres/postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(DidNotStart, match='unrecognized configuration parameter "no_such_setting"'):
        server.start()
    assert not server.is_running()


@on_linux
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs util-linux")
def test_root_without_user_namespaces_is_told_what_to_do(tmp_path: Path) -> None:
    # The limit is written inside a namespace of the test's own and holds there only.
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$0" "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*command, sys.executable, "-c", HOLD, tmp_path / "data"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert "UserRefused: PostgreSQL runs neither as root" in done.stderr
    assert "DATABASE_URL" in done.stderr
