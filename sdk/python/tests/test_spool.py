"""What could not be sent is on disk, and the next process sends it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import truecompute
from fakes.truecompute import FakeTrueCompute
from truecompute import Answer, TransportError
from truecompute.testing import RecordingTransport


def _away(_: Any) -> Answer:
    raise TransportError("away")


def _client(directory: Path, transport: RecordingTransport, **options: Any) -> truecompute.Client:
    return truecompute.Client(
        transport=transport, spool_dir=directory, flush_interval=0.02, **options
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
    gone = tmp_path / "1-gone"
    gone.mkdir()
    (gone / "lock").touch()
    whole = json.dumps({"id": "a", "provider": "p", "model": "m"})
    (gone / "00000000000000000001-00000001.ndjson").write_text(f'{whole}\n{{"id": "b\n')
    (gone / "00000000000000000002-00000001.ndjson").write_text("garbage\n")
    (gone / "half.ndjson.part").write_text("{")
    transport = RecordingTransport()
    client = _client(tmp_path, transport)
    client.flush(2)
    client.close()
    assert [event["id"] for event in transport.events] == ["a"]
    assert "left out 1 broken line(s) of its spool" in caplog.text


def test_a_folder_that_cannot_be_used_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(truecompute.ConfigurationError, match="spool_dir"):
        _client(tmp_path / "file" / "below", RecordingTransport())


def test_a_disk_that_is_full_keeps_events_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    transport = RecordingTransport()
    client = _client(tmp_path, transport)
    monkeypatch.setattr(Path, "write_bytes", full)
    for number in range(10):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(5)
    assert client.stats().sent == 10
    assert "cannot write its spool" in caplog.text
    client.close()


def test_a_batch_of_the_spool_that_is_too_large_is_halved(tmp_path: Path) -> None:
    def answer(events: list[dict[str, Any]]) -> Answer:
        return Answer(413) if len(events) > 3 else truecompute.testing.accepted(len(events))

    client = _client(tmp_path, RecordingTransport(answer))
    for number in range(20):
        client.track(provider="acme", model="m", id=str(number))
    assert client.flush(5)
    assert client.stats().sent == 20
    client.close()
    assert list(tmp_path.iterdir()) == []
