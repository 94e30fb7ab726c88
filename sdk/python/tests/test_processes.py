"""How processes begin, fork and end, each as a process of its own with a server that counts."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.programs import BEGIN, SOURCES, runs
from fakes.truecompute import FakeTrueCompute
from tests.processes import eventually


@pytest.fixture
def server() -> Iterator[FakeTrueCompute]:
    with FakeTrueCompute().running() as fake:
        yield fake


TWENTY = "for n in range(20): call(n)\nprint('last', flush=True)\n"
ENDS = {
    "returns": (TWENTY, 0),
    "sys.exit": (TWENTY + "sys.exit(3)", 3),
    "an exception": (TWENTY + "raise KeyError('mine')", 1),
    "SIGINT": (
        # As in a terminal: what a script starts in the background ignores it from the beginning.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        + TWENTY
        + "os.kill(os.getpid(), signal.SIGINT); time.sleep(9)",
        None,
    ),
    "a handler of SIGTERM that exits": (
        "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit(4))\n"
        + TWENTY
        + "os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)",
        4,
    ),
    "a daemon thread that goes on": (
        (
            "def work():\n    for n in range(20): call(n)\n    print('last', flush=True)\n"
            "    go.set()\n    time.sleep(99)\n"
            "go = threading.Event()\n"
            "threading.Thread(target=work, daemon=True).start(); go.wait()"
        ),
        0,
    ),
    "events inside atexit": (
        (
            "import atexit\natexit.register(lambda: [call(n) for n in range(20)])\n"
            "print('last', flush=True)"
        ),
        0,
    ),
    "events inside an atexit from before the import": (
        (
            "import atexit\nfrom truecompute import _process\natexit.unregister(_process.end_all)\n"
            "atexit.register(lambda: [call(n) for n in range(20)])\n"
            "atexit.register(_process.end_all)\nprint('last', flush=True)"
        ),
        0,
    ),
    "os._exit after a flush": (TWENTY + "tc.flush(5)\nos._exit(5)", 5),
}


@pytest.mark.parametrize("end", ENDS)
def test_however_a_process_ends_its_events_arrive_and_its_code_is_its_own(
    end: str, server: FakeTrueCompute
) -> None:
    program, expected = ENDS[end]
    code, said, _ = runs(program, server.url)
    assert code == (-signal.SIGINT if expected is None else expected), said
    assert server.received == {str(n): 1 for n in range(20)}
    assert "truecompute" not in said.lower().replace("truecompute.client", "")


@pytest.mark.parametrize("end", [end for end in ENDS if not end.startswith("os._exit")])
def test_a_process_ends_in_time_although_the_server_takes_connections_and_is_silent(
    end: str,
) -> None:
    program, expected = ENDS[end]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, said, seconds = runs(program, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert code == (-signal.SIGINT if expected is None else expected), said
    assert seconds <= 2.5


#: Python runs nothing of its own after these: what was not sent before them is lost.
CUT_OFF = {
    "os._exit": (TWENTY + "os._exit(5)", 5),
    "SIGTERM": (TWENTY + "import signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "SIGKILL": (TWENTY + "import signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
}


@pytest.mark.parametrize("end", CUT_OFF)
def test_a_process_that_is_cut_off_is_neither_held_nor_changed(
    end: str, server: FakeTrueCompute
) -> None:
    program, expected = CUT_OFF[end]
    code, said, seconds = runs(program, server.url)
    assert (code, said) == (expected, "last\n")
    assert seconds <= 2.5
    assert set(server.received) <= {str(n) for n in range(20)}
    assert set(server.received.values()) <= {1}


FORKS = """
def work():
    while not over.is_set():
        with lock:
            n = counter[0]; counter[0] += 1
        call(f"parent-{n}")
        time.sleep(0.0005)
over, lock, counter = threading.Event(), threading.Lock(), [0]
threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
for t in threads: t.start()
for round in range(int(os.environ["FORKS"])):
    pid = os.fork()
    if pid == 0:
        try:
            for n in range(3): call(f"child-{round}-{n}")
            is_sent = tc.flush(20)
            print(is_sent, tc.stats(), flush=True)
            os._exit(0 if is_sent and tc.stats().sent == 3 else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(pid, 0)
    if status: sys.exit(f"{round}: {status}")
over.set()
for t in threads: t.join()
assert tc.flush(20)
stats = tc.stats()
assert stats.sent == counter[0] and stats.dropped == 0, stats
print(counter[0])
"""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forks_while_eight_threads_hold_the_queue_lose_double_and_hang_nothing(
    server: FakeTrueCompute,
) -> None:
    forks = int(os.environ.get("SDK_FORKS", "200"))
    code, said, _ = runs(FORKS, server.url, FORKS=str(forks), PYTHONWARNINGS="ignore")
    assert code == 0, said
    parents = {f"parent-{n}" for n in range(int(said.split()[-1]))}
    children = {f"child-{each}-{n}" for each in range(forks) for n in range(3)}
    assert set(server.received) == parents | children
    assert set(server.received.values()) == {1}


SIGNALS = """
import random, signal
asked, made = [0], 0
def ask(*_):
    tc.flush(0.05)
    tc.stats()
    call(f"handler-{asked[0]}")
    asked[0] += 1
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0002, 0.002))
signal.signal(signal.SIGALRM, ask)
signal.setitimer(signal.ITIMER_REAL, 0.001)
while asked[0] < 300:
    if not made % 100: tc.stats()
    if not made % 1_000: tc.flush(0.01)
    if made < 2_000: call(made); made += 1
signal.setitimer(signal.ITIMER_REAL, 0)
assert tc.flush(20), tc.stats()
stats = tc.stats()
assert (stats.produced, stats.dropped) == (stats.sent, 0), stats
print(made, asked[0], flush=True)
"""


CLOSING = """
import random, signal
class Closed(BaseException): pass
def closes(*_):
    tc.close(0.05)
    raise Closed
signal.signal(signal.SIGALRM, closes)
for number in range(24):
    spool = f"{os.environ['SPOOL']}/{number}" if number % 2 else None
    tc = truecompute.Client(
        api_key="k", base_url=os.environ["URL"], flush_interval=0.001, spool_dir=spool
    )
    tracked = 0
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.002, 0.01))
    try:
        while True:
            tracked += 1
            call("x")
            tc.stats()
    except Closed:
        pass
    stats = tc.stats()
    # The one that is being counted when the exception comes may be missing, or count twice.
    assert abs(tracked - stats.produced) <= 1, (tracked, stats)
    assert spool or not stats.queued, stats
"""


def test_a_signal_handler_may_close_in_the_middle_of_anything(tmp_path: Path) -> None:
    closed = CLOSING + 'print("closed", flush=True)'
    code, said, _ = runs(closed, "http://127.0.0.1:9", SPOOL=str(tmp_path))
    assert code == 0, said
    assert "closed\n" in said


def test_a_signal_handler_may_flush_count_and_track_in_the_middle_of_anything(
    server: FakeTrueCompute,
) -> None:
    code, said, _ = runs(SIGNALS, server.url)
    assert code == 0, said
    made, asked = map(int, said.split())
    assert set(server.received) == {*map(str, range(made)), *(f"handler-{n}" for n in range(asked))}


UNDER_WAY = """
from truecompute._calls import Call, Seen
under_way = Call(tc.reporter, "acme", "m", "chat", None)
pid = os.fork()
under_way.end(Seen())
if pid == 0:
    call("child")
is_sent = tc.flush(5)
if pid == 0:
    os._exit(0 if is_sent and tc.stats().sent == 1 else 1)
assert os.waitpid(pid, 0)[1] == 0
assert is_sent and tc.stats().sent == 1, tc.stats()
print("last", flush=True)
"""


def test_a_call_that_is_under_way_at_a_fork_is_told_by_the_parent_alone(
    server: FakeTrueCompute,
) -> None:
    code, said, _ = runs(UNDER_WAY, server.url)
    assert code == 0, said
    assert len(server.received) == 2
    assert set(server.received.values()) == {1}
    assert "child" in server.received


POOL = """
import multiprocessing
def work(n):
    call(f"child-{n}")
    return n
if __name__ == "__main__":
    call("parent")
    context = multiprocessing.get_context("fork")
    with context.Pool(3) as pool:
        pool.map(work, range(30))
        pool.close(); pool.join()
    process = context.Process(target=call, args=("alone",))
    process.start(); process.join()
    print("last", flush=True)
"""


def test_processes_of_multiprocessing_end_with_a_flush(server: FakeTrueCompute) -> None:
    code, said, _ = runs(POOL, server.url)
    assert code == 0, said
    assert server.received == dict.fromkeys(
        ["parent", "alone", *(f"child-{n}" for n in range(30))], 1
    )


SPAWN = """
import concurrent.futures, multiprocessing, sys
sys.path.insert(0, {here!r})
import spawned
if __name__ == "__main__":
    spawned.main()
    print("last", flush=True)
"""
SPAWNED = """
import os, multiprocessing, truecompute
tc = truecompute.Client(api_key="k", base_url=os.environ["URL"])
def work(n):
    tc.track(provider="acme", model="m", id=f"child-{n}")
def main():
    process = multiprocessing.get_context("spawn").Process(target=work, args=(1,))
    process.start(); process.join()
"""


def test_a_spawned_process_ends_with_a_flush(server: FakeTrueCompute, tmp_path: Path) -> None:
    (tmp_path / "spawned.py").write_text(SPAWNED)
    code, said, _ = runs(SPAWN.format(here=str(tmp_path)), server.url)
    assert code == 0, said
    assert server.received == {"child-1": 1}


GEVENT = {
    "patched before the import": "from gevent import monkey; monkey.patch_all()\n" + BEGIN,
    "patched after the import": BEGIN + "\nfrom gevent import monkey; monkey.patch_all()\n",
}


@pytest.mark.parametrize("order", GEVENT)
def test_greenlets_can_use_it(order: str, server: FakeTrueCompute) -> None:
    program = GEVENT[order] + (
        "import gevent\n"
        "gevent.joinall([gevent.spawn(call, n) for n in range(20)])\n"
        "assert tc.flush(5), tc.stats()\nprint('last', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": SOURCES, "URL": server.url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert server.received == {str(n): 1 for n in range(20)}


APP = """
import os, truecompute
tc = truecompute.Client(api_key="k", base_url=os.environ["URL"])
tc.track(provider="acme", model="m", id="preload")
def app(environ, start):
    tc.track(provider="acme", model="m", id=environ["PATH_INFO"].strip("/"))
    start("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


#: A worker that is told to stop while it still begins does not hear it.
CONFIG = """
from pathlib import Path
def post_worker_init(worker):
    Path(f"began-{worker.pid}").touch()
"""


@pytest.mark.parametrize("worker", ["sync", "gthread", "gevent"])
def test_workers_of_a_preloaded_server_send_their_events_and_only_theirs(
    worker: str, server: FakeTrueCompute, tmp_path: Path
) -> None:
    from urllib.request import urlopen

    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "config.py").write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config.py", "--preload", "-w", "2",
             "-k", worker, "--bind", f"fd://{listener.fileno()}", "app:app"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": SOURCES, "URL": server.url},
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            eventually(lambda: len(list(tmp_path.glob("began-*"))) == 2)
            for n in range(40):
                with urlopen(f"{url}/{n}", timeout=30) as answer:  # noqa: S310 - our own
                    assert answer.read() == b"ok"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    assert server.received == dict.fromkeys(["preload", *map(str, range(40))], 1)


def test_the_import_loads_no_client_of_a_provider_and_starts_no_thread() -> None:
    program = (
        "import sys, threading, truecompute\n"
        "known = {'openai', 'anthropic', 'google', 'mistralai', 'cohere', 'botocore', 'boto3',"
        " 'groq', 'together', 'litellm', 'langchain_core', 'httpx', 'httpx2', 'pydantic'}\n"
        "assert not known & set(sys.modules), known & set(sys.modules)\n"
        "assert threading.active_count() == 1\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": SOURCES}, check=False
    )
    assert done.returncode == 0


def test_the_import_loads_nothing_slow_that_only_some_programs_need() -> None:
    program = (
        "import sys, truecompute\n"
        "slow = {'decimal', 'http.client', 'inspect', 'logging', 'ssl', 'urllib.request'}\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], env=os.environ | {"PYTHONPATH": SOURCES}, check=False
    )
    assert done.returncode == 0
