"""What every counter of sign-in attempts promises."""

from datetime import datetime, timedelta

from application.ports.unit_of_work import UnitsOfWork
from tests.builders import NOW, a_hash
from tests.contracts.concurrency import at_once

WINDOW = timedelta(minutes=15)
SECOND = timedelta(seconds=1)


def count(units_of_work: UnitsOfWork, bucket: bytes, now: datetime = NOW) -> tuple[int, datetime]:
    with units_of_work() as uow:
        counted = uow.sign_in_attempts.count(bucket, now, now - WINDOW)
        uow.commit()
    return counted


class SignInAttemptsContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_attempts_are_numbered_and_keep_the_start_of_their_window(
        self, units_of_work: UnitsOfWork
    ) -> None:
        bucket = a_hash()
        times = [NOW, NOW + SECOND, NOW + WINDOW - SECOND]
        counted = [count(units_of_work, bucket, now) for now in times]
        assert counted == [(1, NOW), (2, NOW), (3, NOW)]

    def test_a_window_is_over_when_its_time_has_passed(self, units_of_work: UnitsOfWork) -> None:
        bucket, end = a_hash(), NOW + WINDOW
        count(units_of_work, bucket)
        assert count(units_of_work, bucket, end - timedelta(microseconds=1)) == (2, NOW)
        assert count(units_of_work, bucket, end) == (1, end)

    def test_buckets_are_counted_apart(self, units_of_work: UnitsOfWork) -> None:
        bucket = a_hash()
        count(units_of_work, bucket)
        assert count(units_of_work, a_hash()) == (1, NOW)
        assert count(units_of_work, bucket) == (2, NOW)

    def test_of_many_attempts_at_once_each_gets_its_own_number(
        self, units_of_work: UnitsOfWork
    ) -> None:
        bucket = a_hash()
        counted = at_once(50, lambda _: count(units_of_work, bucket))
        assert sorted(counted) == [(number, NOW) for number in range(1, 51)]

    def test_a_forgiven_attempt_is_taken_back(self, units_of_work: UnitsOfWork) -> None:
        bucket = a_hash()
        count(units_of_work, bucket)
        count(units_of_work, bucket)
        with units_of_work() as uow:
            uow.sign_in_attempts.forgive(bucket)
            uow.commit()
        assert count(units_of_work, bucket) == (2, NOW)

    def test_forgiving_goes_no_lower_than_none(self, units_of_work: UnitsOfWork) -> None:
        bucket = a_hash()
        count(units_of_work, bucket)
        with units_of_work() as uow:
            for _ in range(3):
                uow.sign_in_attempts.forgive(bucket)
            uow.sign_in_attempts.forgive(a_hash())
            uow.commit()
        assert count(units_of_work, bucket) == (1, NOW)

    def test_a_cleared_bucket_begins_anew(self, units_of_work: UnitsOfWork) -> None:
        bucket = a_hash()
        count(units_of_work, bucket)
        with units_of_work() as uow:
            uow.sign_in_attempts.clear(bucket)
            uow.sign_in_attempts.clear(a_hash())
            uow.commit()
        assert count(units_of_work, bucket, NOW + SECOND) == (1, NOW + SECOND)

    def test_windows_that_are_over_are_purged(self, units_of_work: UnitsOfWork) -> None:
        over, ending, lasting = a_hash(), a_hash(), a_hash()
        for bucket, began_at in ((over, -SECOND), (ending, 0 * SECOND), (lasting, SECOND)):
            count(units_of_work, bucket, NOW + began_at)
        with units_of_work() as uow:
            assert uow.sign_in_attempts.delete_before(NOW) == 2
            assert uow.sign_in_attempts.delete_before(NOW) == 0
            uow.commit()
        assert count(units_of_work, lasting, NOW + SECOND) == (2, NOW + SECOND)
