"""The clock that is set by hand."""

from datetime import UTC, datetime, timedelta, timezone

from adapters.memory.clock import ManualClock


def test_it_stands_still_until_it_is_moved() -> None:
    clock = ManualClock()
    before = clock.now()
    assert clock.now() == before
    assert clock.advance(timedelta(minutes=15)) == before + timedelta(minutes=15)
    assert clock.now() == before + timedelta(minutes=15)


def test_it_shows_utc_wherever_it_is_set() -> None:
    clock = ManualClock(datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))))
    assert clock.now() == datetime(2026, 11, 22, 19, 15, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
