"""What every counter of rates promises."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.memory.clock import ManualClock
from application.ports.rate_limits import RateLimits
from domain.rate_limit import RateLimit
from tests.builders import NOW

#: Ten a second.
LIMIT = RateLimit(10)


def wait(clock: ManualClock, seconds: float) -> None:
    clock.advance(timedelta(seconds=seconds))


class RateLimitsContract:
    """Inherit where a fixture ``limits_by`` makes an empty counter on a clock of the test's."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock(NOW)

    @pytest.fixture
    def limits(
        self, limits_by: Callable[[ManualClock], RateLimits], clock: ManualClock
    ) -> RateLimits:
        return limits_by(clock)

    def test_a_seconds_worth_may_come_at_once_and_the_next_waits(self, limits: RateLimits) -> None:
        # One more than ten: the eleventh goes when ten are owed, which is a second's worth.
        assert [limits.take({"a": LIMIT}, 1) for _ in range(11)] == [0] * 11
        assert limits.take({"a": LIMIT}, 1) == pytest.approx(0.1, abs=0.001)

    def test_after_the_wait_that_was_told_it_goes(
        self, limits: RateLimits, clock: ManualClock
    ) -> None:
        assert limits.take({"a": LIMIT}, 30) == 0
        wait_s = limits.take({"a": LIMIT}, 1)
        assert wait_s == pytest.approx(2, abs=0.001)
        wait(clock, wait_s - 0.01)
        assert limits.take({"a": LIMIT}, 1) > 0
        wait(clock, 0.02)
        assert limits.take({"a": LIMIT}, 1) == 0

    def test_what_is_refused_is_not_counted(self, limits: RateLimits) -> None:
        limits.take({"a": LIMIT}, 30)
        first = limits.take({"a": LIMIT}, 1)
        assert [limits.take({"a": LIMIT}, 1_000) for _ in range(5)] == [first] * 5

    def test_names_are_counted_apart_and_the_longest_wait_is_told(self, limits: RateLimits) -> None:
        assert limits.take({"a": LIMIT}, 30) == 0
        assert limits.take({"b": LIMIT}, 50) == 0
        assert limits.take({"c": LIMIT}, 1) == 0
        wait_s = limits.take({"a": LIMIT, "b": LIMIT, "c": LIMIT}, 1)
        assert wait_s == pytest.approx(4, abs=0.001)

    def test_over_a_long_time_the_rate_is_kept(
        self, limits: RateLimits, clock: ManualClock
    ) -> None:
        let_in = 0
        for _ in range(1_000):
            let_in += limits.take({"a": LIMIT}, 1) == 0
            wait(clock, 0.05)  # twenty a second come
        assert let_in == pytest.approx(50 * 10, abs=12)

    def test_many_names_find_room(self, limits: RateLimits, clock: ManualClock) -> None:
        for number in range(100_000):
            assert limits.take({f"name {number}": LIMIT}, 1) == 0
            wait(clock, 0.01)
