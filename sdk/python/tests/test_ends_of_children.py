"""How long a child takes to end that used the client of its parent, where no server answers."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes import programs
from fakes.programs import runs
from fakes.truecompute import FakeTrueCompute

#: The children say when they have nothing left to do, and later, of the last that Python does for
#: them, what has become of their events. Their parents say when they are gone.
BEGIN = """
import atexit, json, multiprocessing
from multiprocessing import util
from truecompute import _process
def say(**what):
    os.write(1, (json.dumps(what) + "\\n").encode())
def say_lost(who, client=None):
    stats = (client or tc).stats()
    say(who=who, queued=stats.queued, lost=stats.dropped_by.get("closed", 0))
def ends(who, late=lambda: None):
    util.Finalize(None, say_lost, (who,), exitpriority=0)
    atexit.unregister(_process.end_all)
    for each in (lambda: say_lost(who), late, _process.end_all): atexit.register(each)
    say(who=who, at=time.monotonic())
    sys.exit(0)
def forked(who, work=lambda: None):
    pid = os.fork()
    if pid == 0:
        call(who)
        work()
        ends(who)
    gone(who, pid)
def started(who, work=lambda: None):
    def target():
        util.Finalize(None, say_lost, (who,), exitpriority=0)
        call(who)
        work()
        say(who=who, at=time.monotonic())
    process = multiprocessing.get_context("fork").Process(target=target)
    process.start()
    gone(who, process.pid)
def gone(who, pid):
    status = os.waitpid(pid, 0)[1]
    say(who=who, gone=time.monotonic(), status=status)
call("parent")
"""
SPAWN = """
import sys
sys.path.insert(0, {here!r})
import spawned
spawned.start()
"""
#: Its own module reports a call while it is loaded, before the process begins to work.
SPAWNED = """
def work():
    util.Finalize(None, say_lost, ("child",), exitpriority=0)
    call("child")
    say(who="child", at=time.monotonic())
def start():
    process = multiprocessing.get_context(os.environ["METHOD"]).Process(target=work)
    process.start()
    process.join()
    say(who="child", gone=time.monotonic(), status=process.exitcode)
"""
THREE = """
others = [truecompute.Client(api_key="k", base_url=os.environ["URL"]) for _ in range(2)]
for other in others: other.track(provider="acme", model="m")
def three():
    for other in others: other.track(provider="acme", model="m")
"""
CHILDREN = {
    "a fork": "forked('child')",
    "a fork that asks for the first time in atexit": (
        "pid = os.fork()\n"
        "if pid == 0: ends('child', late=lambda: call('child'))\n"
        "gone('child', pid)"
    ),
    "a fork in the middle of the parent's request": "tc.flush(0.3); forked('child')",
    "a fork of a fork": "forked('child', lambda: forked('grandchild'))",
    "a fork with three clients": THREE + "forked('child', three)",
    "a process of multiprocessing": "started('child')",
    "one that starts another": "started('child', lambda: started('grandchild'))",
    "one that forks": "started('child', lambda: forked('grandchild'))",
    "one with three clients": THREE + "started('child', three)",
}


@pytest.fixture(params=["silent", "away"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a server that takes connections and says nothing, and of one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if request.param == "away":
            listener.close()
            with socket.create_server(("127.0.0.1", 0)) as gone:
                port = gone.getsockname()[1]
        else:
            port = listener.getsockname()[1]
        yield f"http://127.0.0.1:{port}"


def _told(said: str) -> dict[str, dict[str, Any]]:
    """What was said of each child."""
    told: dict[str, dict[str, Any]] = {}
    for line in said.splitlines():
        if line.startswith("{"):
            words = json.loads(line)
            told.setdefault(words.pop("who"), {}).update(words)
    return told


def _end_in_time_and_count(said: str, lost: int = 1) -> None:
    told = _told(said)
    assert told
    for child in told.values():
        assert child["status"] == 0, said
        assert child["gone"] - child["at"] <= 2.5, said
        assert (child["lost"], child["queued"]) == (lost, 0), said


@pytest.mark.parametrize("child", CHILDREN)
def test_a_child_ends_within_two_seconds_and_counts_what_it_loses(child: str, address: str) -> None:
    _, said, _ = runs(BEGIN + CHILDREN[child] + "\nos._exit(0)", address)
    _end_in_time_and_count(said)
    assert ("grandchild" in _told(said)) == ("grandchild" in CHILDREN[child])


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_that_is_not_forked_ends_within_two_seconds_and_counts_what_it_loses(
    method: str, address: str, tmp_path: Path
) -> None:
    (tmp_path / "spawned.py").write_text(programs.BEGIN + BEGIN + SPAWNED)
    program = SPAWN.format(here=str(tmp_path)) + "os._exit(0)"
    _, said, _ = runs(program, address, METHOD=method)
    _end_in_time_and_count(said, lost=2)


def test_a_child_that_is_cut_off_is_not_held(address: str) -> None:
    program = (
        "pid = os.fork()\n"
        "if pid == 0:\n    call('child'); say(who='child', at=time.monotonic()); os._exit(0)\n"
        "gone('child', pid)\nos._exit(0)"
    )
    _, said, _ = runs(BEGIN + program, address)
    child = _told(said)["child"]
    assert child["gone"] - child["at"] <= 0.5


def test_a_silent_server_takes_no_time_from_another_clients(address: str) -> None:
    with FakeTrueCompute().running() as server:
        program = (
            f"other = truecompute.Client(api_key='k', base_url={server.url!r})\n"
            "for n in range(3):\n    other.track(provider='acme', model='m', id=str(n))\n"
            "forked('child', lambda: other.track(provider='acme', model='m', id='ours'))\n"
            "os._exit(0)"
        )
        _, said, _ = runs(BEGIN + program, address)
        assert server.received.get("ours") == 1
    _end_in_time_and_count(said)


#: It is the waiting for a server that is bounded, not the work that others do at the end.
LATE = """
def late():
    time.sleep(_process.EXIT_PATIENCE_S)
    call("late")
atexit.unregister(_process.end_all)
atexit.register(late)
atexit.register(_process.end_all)
"""


def test_what_is_reported_long_after_the_first_end_is_sent_all_the_same() -> None:
    with FakeTrueCompute().running() as server:
        code, said, _ = runs(BEGIN + LATE, server.url)
        assert code == 0, said
        assert server.received == {"parent": 1, "late": 1}


HELD = """
from truecompute import _default
taken = threading.Event()
def hold():
    with _default._lock: taken.set(); threading.Event().wait()
threading.Thread(target=hold, daemon=True).start()
taken.wait()
pid = os.fork()
if pid == 0:
    import signal
    signal.alarm(5)
    truecompute.track(provider="acme", model="m")
    os._exit(0)
gone("child", pid)
os._exit(0)
"""


def test_a_child_makes_the_default_client_although_a_thread_of_its_parent_was_about_to() -> None:
    _, said, _ = runs(BEGIN + HELD, "http://127.0.0.1:9", TRUECOMPUTE_URL="http://127.0.0.1:9")
    assert _told(said)["child"]["status"] == 0
