"""Rate limits, in one process and shared by several."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.memory.clock import ManualClock
from adapters.memory.rate_limits import InMemoryRateLimits
from adapters.shared_rate_limits import SharedRateLimits
from application.ports.rate_limits import RateLimits
from tests.contracts.rate_limits import RateLimitsContract

SOURCE = Path(__file__).parents[3] / "src"


class TestInMemory(RateLimitsContract):
    @pytest.fixture
    def limits_by(self) -> Callable[[ManualClock], RateLimits]:
        return InMemoryRateLimits


class TestShared(RateLimitsContract):
    @pytest.fixture
    def limits_by(self) -> Callable[[ManualClock], RateLimits]:
        return lambda clock: SharedRateLimits(lambda: clock.now().timestamp())


#: Processes that fork do so from one without threads, which a test's is not.
_BEGIN = """
import os, sys
from adapters.shared_rate_limits import SharedRateLimits
from domain.rate_limit import RateLimit
limits = SharedRateLimits(lambda: 1000.0)
"""


def printed_by(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + script],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_processes_and_their_threads_share_one_count() -> None:
    let_in = printed_by("""
from concurrent.futures import ThreadPoolExecutor
def take(_):
    return limits.take({"a": RateLimit(500)}, 1) == 0
children = []
for _ in range(4):
    read, write = os.pipe()
    if not os.fork():
        with ThreadPoolExecutor(4) as threads:
            os.write(write, bytes([sum(threads.map(take, range(240)))]))
        os._exit(0)
    children.append(read)
print(sum(os.read(read, 1)[0] for read in children))
""")
    # 960 want in; a second's worth may be owed, and one more may come then.
    assert let_in == "501\n"


def test_a_process_that_was_killed_leaves_no_lock_behind() -> None:
    wait_s = printed_by("""
if not os.fork():
    with limits._alone():
        os.kill(os.getpid(), 9)
os.wait()
print(limits.take({"a": RateLimit(10)}, 1))
""")
    assert wait_s == "0.0\n"
