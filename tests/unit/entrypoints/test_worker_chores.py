"""When the worker does a chore again, after what it met."""

import time
from threading import Event
from unittest.mock import MagicMock

import pytest

from domain.errors import Busy, Unavailable
from entrypoints.worker import _Chore, _chores

HOUR_S = 3600.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock of one number, for the tests to turn."""
    at = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    return at


def waits(chore: _Chore, now: list[float]) -> float:
    """Do it now, and say after how many seconds it is due again."""
    now[0] = max(now[0], chore.due)
    chore.do_if_due()
    return chore.due - now[0]


def failing(*errors: Exception | None) -> _Chore:
    """A chore that meets these, one after the other."""
    left = iter(errors)

    def do() -> None:
        error = next(left)
        if error is not None:
            raise error

    return _Chore(do, HOUR_S)


def test_what_others_hold_is_tried_again_soon_and_ever_later(now: list[float]) -> None:
    chore = failing(*[Busy("held")] * 12, None, Busy("held"))
    waited = [waits(chore, now) for _ in range(14)]
    assert waited[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waited[11:] == [HOUR_S, HOUR_S, 5.0]


@pytest.mark.parametrize("error", [Unavailable("away"), RuntimeError("broken"), None])
def test_anything_else_waits_for_its_next_turn(now: list[float], error: Exception | None) -> None:
    assert waits(failing(error), now) == HOUR_S


@pytest.mark.parametrize(
    "work",
    [
        "keep_months",
        "purge_expired",
        "note_price_book",
        "add_waiting_calls",
        "close_weeks",
        "gather_sums",
        "reprice_events",
        "give_back_expired",
        "refresh_statistics",
    ],
)
def test_all_that_no_request_waits_for_is_done_in_each_round(work: str) -> None:
    container = MagicMock()
    # The last of anything that is left to do.
    for name in ("add_waiting_calls", "reprice_events", "gather_sums"):
        getattr(container, name).return_value.return_value = 0
    for chore in _chores(container, Event()):
        chore.do_if_due()
    getattr(container, work).return_value.assert_called_once_with()
