"""What could not be sent is on disk, and the next process sends it."""

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import truecompute
from fakes.truecompute import FakeTrueCompute
from tests.processes import eventually
from truecompute import Answer, TransportError
from truecompute._ids import new_id
from truecompute._spool_folder import SpoolFolder
from truecompute.testing import RecordingTransport


def _away(_: Any) -> Answer:
    raise TransportError("away")


def _client(directory: Path, transport: RecordingTransport, **options: Any) -> truecompute.Client:
    return truecompute.Client(
        transport=transport, spool_dir=directory, **{"flush_interval": 0.02, **options}
    )


@pytest.fixture
def server() -> Iterator[FakeTrueCompute]:
    with FakeTrueCompute().running() as fake:
        yield fake


def test_what_close_cannot_deliver_is_sent_by_the_next_client(tmp_path: Path) -> None:
    first = _client(tmp_path, RecordingTransport(_away))
    for number in range(1_200):
        first.track(provider="acme", model="m", id=str(number))
    first.close(0.2)
    stats = first.stats()
    assert (stats.queued, stats.dropped) == (1_200, 0)

    transport = RecordingTransport()
    second = _client(tmp_path, transport)
    second.track(provider="acme", model="m", id="new")
    assert second.flush(10)
    second.close()
    assert [event["id"] for event in transport.events] == [*map(str, range(1_200)), "new"]
    assert second.stats().sent == 1_201
    assert list(tmp_path.iterdir()) == []


def test_an_outage_goes_to_disk_beyond_what_memory_may_hold(tmp_path: Path) -> None:
    is_away = [True]

    def answer(events: list[dict[str, Any]]) -> Answer:
        return _away(events) if is_away else truecompute.testing.accepted(len(events))

    transport = RecordingTransport(answer)
    client = _client(tmp_path, transport, max_queue_events=1_000)
    for number in range(5_000):
        client.track(provider="acme", model="m", id=str(number))
        if number % 500 == 0:
            client.flush(0.05)
    client.flush(0.3)
    assert client.stats().dropped == 0
    is_away.clear()
    assert client.flush(20)
    assert client.stats().sent == 5_000
    client.close()


PROGRAM = """
import os, signal, sys, time, truecompute
client = truecompute.Client(api_key="k", base_url=sys.argv[1], spool_dir=sys.argv[2],
                            flush_interval=0.02, timeout=1)
for number in range(300):
    client.track(provider="acme", model="m", id=str(number))
client.flush(0.5)
print("ready", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_nothing_that_was_spooled(
    tmp_path: Path, server: FakeTrueCompute
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "http://127.0.0.1:9", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(Path(truecompute.__file__).parents[1])},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    client = truecompute.Client(api_key="k", base_url=server.url, spool_dir=tmp_path)
    assert client.flush(10)
    client.close()
    assert set(server.received) == {str(number) for number in range(300)}


def test_the_files_of_a_living_process_are_left_alone(tmp_path: Path) -> None:
    living = _client(tmp_path, RecordingTransport(_away))
    living.track(provider="acme", model="m")
    living.flush(0.2)
    transport = RecordingTransport()
    other = _client(tmp_path, transport)
    assert other.flush(1)
    other.close()
    assert transport.events == []
    assert living.stats().queued == 1
    living.close(0.1)


def test_a_broken_line_is_left_out_and_the_others_are_sent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gone = tmp_path / f"1-{new_id()}"
    gone.mkdir()
    (gone / "lock").touch()
    whole = json.dumps({"id": "a", "provider": "p", "model": "m"})
    (gone / "00000000000000000001-00000001.ndjson").write_text(f'{whole}\n{{"id": "b\n')
    (gone / "00000000000000000002-00000001.ndjson").write_text("garbage\n")
    (gone / "00000000000000000003-00000001.ndjson.part").write_text("{")
    transport = RecordingTransport()
    client = _client(tmp_path, transport)
    assert client.flush(2)
    client.close()
    assert [event["id"] for event in transport.events] == ["a"]
    assert "lost 1 event(s) of its spool: a file is broken" in caplog.text
    assert client.stats().dropped_by == {"spool_damaged": 2}
    assert list(tmp_path.iterdir()) == []


def test_what_else_is_in_the_folder_of_all_stays_as_it_is(tmp_path: Path) -> None:
    mine = {"uploads": ["lock", "a.ndjson", "customers.db"], f"1-{new_id()}": ["lock", "b.ndjson"]}
    for folder, names in mine.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).write_text('{"id": "mine"}')
    (tmp_path / f"2-{new_id()}").symlink_to(tmp_path / "uploads")
    transport = RecordingTransport()
    with _client(tmp_path, transport) as client:
        client.track(provider="acme", model="m", id="a")
        assert client.flush(5)
    assert [event["id"] for event in transport.events] == ["a"]
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {"a.ndjson", "customers.db", "b.ndjson"} <= left
    assert (tmp_path / "uploads" / "lock").exists()


def test_what_others_left_takes_no_room_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("truecompute._reporter._MOST_SPOOL_BYTES", 2_000)
    first = _client(tmp_path, RecordingTransport(_away))
    _spooled(first, tmp_path, 3)
    first.close(0.05)
    second = _client(tmp_path, RecordingTransport(_away))
    assert not second.flush(0.1)
    second.track(provider="acme", model="m")
    second.close(0.05)
    assert (second.stats().queued, second.stats().dropped) == (4, 0)
    assert len(list(tmp_path.rglob("*.ndjson"))) == 4


def test_a_child_without_events_leaves_nothing_behind_and_takes_nothing_over(
    tmp_path: Path,
) -> None:
    with _client(tmp_path, RecordingTransport()) as client:
        gone = _client(tmp_path, RecordingTransport(_away))
        files = _spooled(gone, tmp_path, 1)
        gone.close(0.05)
        before = sorted(tmp_path.rglob("*"))
        for _ in range(3):
            client.reporter.begin_in_child()
            client.reporter.end()
        assert sorted(tmp_path.rglob("*")) == before
        assert files[0].exists()


def test_a_program_that_has_closed_all_files_keeps_those_that_it_opened_since(
    tmp_path: Path,
) -> None:
    client = _client(tmp_path / "spool", RecordingTransport())
    folder = cast("Any", client.reporter._backlog)._folder
    number = folder._lock
    with (tmp_path / "mine").open("w") as mine:
        os.dup2(mine.fileno(), number)  # which closes what it was
        client.close()
        os.write(number, b"still there")
        os.close(number)
    assert (tmp_path / "mine").read_text() == "still there"


def _spooled(client: truecompute.Client, directory: Path, count: int) -> list[Path]:
    """The files of so many events, each in one of its own, of a client whose server is away."""
    for number in range(count):
        client.track(provider="acme", model="m", id=str(number))
        eventually(lambda: len(list(directory.rglob("*.ndjson"))) == number + 1)  # noqa: B023
    return sorted(directory.rglob("*.ndjson"))


@pytest.mark.parametrize("damages", [Path.unlink, lambda path: path.write_bytes(b"\0garbage\n")])
def test_what_a_spool_has_lost_is_counted_and_owed_no_longer(
    tmp_path: Path, damages: Callable[[Path], object]
) -> None:
    is_away = [True]

    def answer(events: list[dict[str, Any]]) -> Answer:
        return _away(events) if is_away else truecompute.testing.accepted(len(events))

    client = _client(tmp_path, RecordingTransport(answer))
    files = _spooled(client, tmp_path, 4)
    for path in files[2:]:  # the thread may hold the first in its hands, and the next
        damages(path)
    is_away.clear()
    assert client.flush(10)
    stats = client.stats()
    assert (stats.sent, stats.produced, stats.queued) == (2, 4, 0)
    assert stats.dropped_by == {"spool_damaged": 2}
    client.close()
    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_cannot_be_read_for_the_moment_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_descriptor(_: Path) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    client = _client(tmp_path, RecordingTransport())
    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", no_descriptor)
        client.track(provider="acme", model="m")
        assert not client.flush(0.2)
    assert "cannot read its spool, events wait there" in caplog.text
    assert client.flush(10)
    assert client.stats().sent == 1
    client.close()


def test_a_folder_that_another_process_takes_over_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faster, locks = SpoolFolder(tmp_path), fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", locks)
        assert list(faster.take_over(print)) == []
        locks(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with _client(tmp_path, RecordingTransport(_away)) as client:
        client.track(provider="acme", model="m")
        client.close(0.1)
    assert len(list(tmp_path.rglob("*.ndjson"))) == 1
    faster.release()


def test_a_second_close_leaves_the_files_of_the_program_alone(tmp_path: Path) -> None:
    with _client(tmp_path / "spool", RecordingTransport()) as client:
        client.close()
        files = [(tmp_path / str(number)).open("w+") for number in range(9)]
    for file in files:
        file.write("still there")
        file.close()


def test_a_closed_client_stays_closed_after_a_fork_and_leaves_the_files_of_the_program_alone(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(Path(truecompute.__file__).parents[1])},
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )
    assert (done.stdout, done.returncode) == ("still there {'closed': 1} True []\n", 0), done.stderr


FORKED = """
import os, sys, threading, truecompute
from truecompute._ids import new_id
from truecompute._spool_folder import SpoolFolder
from truecompute.testing import RecordingTransport
spool = os.path.join(sys.argv[1], "spool")
client = truecompute.Client(transport=RecordingTransport(), spool_dir=spool)
client.close()
files = [open(os.path.join(sys.argv[1], str(n)), "w+") for n in range(9)]
child = os.fork()
if not child:
    for file in files:
        file.write("still there"); file.seek(0)
    client.track(provider="acme", model="m")
    flushed = client.flush(1)
    said = {file.read() for file in files}
    print(*said, dict(client.stats().dropped_by), flushed, os.listdir(spool), flush=True)
    os._exit(threading.active_count() - 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_what_an_ended_process_left_is_sent_although_nothing_else_happens(tmp_path: Path) -> None:
    first = _client(tmp_path, RecordingTransport(_away))
    _spooled(first, tmp_path, 1)
    first.close(0.1)
    transport = RecordingTransport()
    second = _client(tmp_path, transport)
    eventually(lambda: second.stats().sent == 1)
    assert transport.events[0]["id"] == "0"
    second.close()


def test_without_a_key_what_an_ended_process_left_stays_for_one_that_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _client(tmp_path, RecordingTransport(_away))
    files = _spooled(first, tmp_path, 1)
    first.close(0.1)
    monkeypatch.delenv("TRUECOMPUTE_API_KEY", raising=False)
    with truecompute.Client(spool_dir=tmp_path) as client:
        assert client.flush(1)
    assert sorted(tmp_path.rglob("*.ndjson")) == files


def test_a_folder_that_cannot_be_used_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(truecompute.ConfigurationError, match="spool_dir"):
        _client(tmp_path / "file" / "below", RecordingTransport())


def test_a_folder_that_cannot_be_listed_is_refused_and_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(path: Path) -> Iterator[Path]:
        if path == tmp_path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return lists(path)

    lists = Path.iterdir
    with monkeypatch.context() as patched:
        patched.setattr(Path, "iterdir", forbidden)
        with pytest.raises(truecompute.ConfigurationError, match="Permission denied"):
            _client(tmp_path, RecordingTransport())
    assert list(tmp_path.iterdir()) == []


def _full(*_: Any) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_a_full_disk_cannot_keep_when_a_client_closes_is_lost_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = _client(tmp_path, RecordingTransport(_away), max_queue_events=20_000)
    for number in range(1_200):
        client.track(provider="acme", model="m", id=str(number))
    monkeypatch.setattr(Path, "write_bytes", _full)
    client.close(0.1)
    stats = client.stats()
    on_disk = sum(len(file.read_bytes().splitlines()) for file in tmp_path.rglob("*.ndjson"))
    assert stats.queued == on_disk < 1_200
    assert stats.dropped_by == {"closed": 1_200 - on_disk}
    assert f"closed with {1_200 - on_disk} event(s) undelivered" in caplog.text


class Unwritten:
    """An event that is written out in the background, as those of wrapped clients are."""

    size = 100

    def __init__(self, name: int) -> None:
        self._name = name

    def document(self) -> bytes:
        return json.dumps({"id": str(self._name), "provider": "acme", "model": "m"}).encode()


def test_what_is_not_written_out_when_a_client_closes_is_in_the_spool(tmp_path: Path) -> None:
    client = _client(tmp_path, RecordingTransport(_away), flush_interval=60)
    for number in range(1_200):
        client.reporter.take(Unwritten(number))
    client.close(0)
    stats = client.stats()
    assert (stats.queued, stats.dropped) == (1_200, 0)
    on_disk = sum(len(file.read_bytes().splitlines()) for file in tmp_path.rglob("*.ndjson"))
    assert on_disk == 1_200


def test_a_flush_after_close_takes_nothing_over(tmp_path: Path) -> None:
    client = _client(tmp_path, RecordingTransport(_away))
    client.close(0)
    gone = _client(tmp_path, RecordingTransport(_away))
    files = _spooled(gone, tmp_path, 1)
    gone.close(0)
    client.flush(0)
    assert client.stats().queued == 0
    assert files[0].exists()


def test_what_comes_after_the_end_of_a_program_is_kept_again_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = _client(tmp_path, RecordingTransport(_away))
    monkeypatch.setattr("truecompute._process._left_s", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", _full)
        client.track(provider="acme", model="m", id="lost")
        client.reporter.end()
    assert client.stats().dropped_by == {"closed": 1}
    client.track(provider="acme", model="m", id="late")
    assert client.stats().queued == 1
    assert json.loads(next(tmp_path.rglob("*.ndjson")).read_text())["id"] == "late"
    client.close(0.05)


def test_an_attempt_that_succeeds_after_its_events_were_given_up_counts_them_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_under_way, may_go_on = threading.Event(), threading.Event()

    def answer(events: list[dict[str, Any]]) -> Answer:
        is_under_way.set()
        may_go_on.wait(20)
        return truecompute.testing.accepted(len(events))

    client = _client(tmp_path, RecordingTransport(answer))
    monkeypatch.setattr(Path, "write_bytes", _full)
    client.track(provider="acme", model="m")
    assert is_under_way.wait(20)
    client.close(0.05)
    may_go_on.set()
    thread = client.reporter._worker._thread
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()
    stats = client.stats()
    assert (stats.sent, stats.queued, stats.dropped_by) == (0, 0, {"closed": 1})
    assert stats.failures == 0


def test_a_child_takes_over_what_others_left_with_its_first_event(tmp_path: Path) -> None:
    transport = RecordingTransport()
    with _client(tmp_path, transport) as client:
        gone = _client(tmp_path, RecordingTransport(_away))
        _spooled(gone, tmp_path, 1)
        gone.close(0.1)
        client.reporter.begin_in_child()
        assert client.stats().queued == 0
        assert client.flush(1)
        assert transport.events == []
        client.track(provider="acme", model="m", id="own")
        assert client.flush(10)
        eventually(lambda: len(transport.events) == 2)
        assert client.stats().sent == 2
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_keeps_events_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    transport = RecordingTransport()
    client = _client(tmp_path, transport)
    monkeypatch.setattr(Path, "write_bytes", _full)
    for number in range(10):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(5)
    assert client.stats().sent == 10
    assert "cannot write its spool" in caplog.text
    client.close()


def test_a_batch_of_the_spool_that_is_too_large_is_halved(tmp_path: Path) -> None:
    def answer(events: list[dict[str, Any]]) -> Answer:
        return Answer(413) if len(events) > 3 else truecompute.testing.accepted(len(events))

    transport = RecordingTransport(answer)
    client = _client(tmp_path, transport)
    for number in range(20):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(5)
    assert client.stats().sent == 20
    client.close()
    taken = [each for each in transport.requests if len(each) <= 3]
    assert [event["id"] for each in taken for event in each] == [*map(str, range(20))]
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_can_have_no_spool_sends_from_memory(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    transport = RecordingTransport()
    with truecompute.Client(transport=transport, spool_dir=folder) as client:
        shutil.rmtree(folder)
        folder.write_text("no folder any more")
        client.reporter.begin_in_child()
        client.track(provider="acme", model="m")
        assert client.flush(5)
    assert len(transport.events) == 1
