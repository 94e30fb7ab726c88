"""Work in the background leaves the interpreter to others, and is not starved by them."""

from collections.abc import Callable

import pytest

from truecompute import _turns
from truecompute._turns import Turns

WORK_S = 1 / 4096


class Clock:
    """Time that passes only by work, and by waiting for the interpreter after a pause."""

    def __init__(self, waited_s: float) -> None:
        self.now = 100.0
        self.waited_s = waited_s

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _: float) -> None:
        self.now += self.waited_s


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, int], list[int]]:
    """How many pieces of work were done from one pause to the next, where each takes so long."""

    def run(waited_s: float, pieces: int) -> list[int]:
        clock = Clock(waited_s)
        monkeypatch.setattr(_turns, "time", clock)
        turns, done = Turns(), [0]
        for _ in range(pieces):
            clock.now += WORK_S
            done[-1] += 1
            before = clock.now
            turns.pause_if_due()
            if clock.now != before:
                done.append(0)
        return done[:-1]

    return run


def test_others_have_their_turn_twice_in_a_millisecond(
    runs: Callable[[float, int], list[int]],
) -> None:
    assert set(runs(0.0002, 100)) == {3}


def test_who_is_kept_waiting_does_more_at_once_but_leaves_a_loop_most_of_five_milliseconds(
    runs: Callable[[float, int], list[int]],
) -> None:
    done = runs(0.5, 100)
    assert done[:4] == [3, 5, 9, 13]
    assert set(done[4:]) == {13}
    assert max(done) * WORK_S <= 0.0035
