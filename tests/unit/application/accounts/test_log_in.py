"""A user signs in, and nobody guesses their password."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory.passwords import PlainPasswords
from application.accounts.log_in import LogIn, LogInRequest
from application.accounts.session_opening import OpenedSession
from application.accounts.throttle import ATTEMPT_WINDOW, Attempt
from domain.errors import TooManyRequests, TrueComputeError, Unauthenticated
from domain.user import User
from tests.builders import a_user
from tests.unit.application.world import World

PASSWORD = "correct horse battery"


class WatchedPasswords(PlainPasswords):
    """Notes which hashes a password was compared with."""

    def __init__(self) -> None:
        super().__init__()
        self.compared_with: list[str | None] = []

    def matches(self, password: str, password_hash: str | None) -> bool:
        self.compared_with.append(password_hash)
        return super().matches(password, password_hash)


@pytest.fixture
def ada(world: World) -> User:
    return world.user(a_user(email="ada@example.com", password_hash=world.passwords.hash(PASSWORD)))


RIGHT = LogInRequest(email="ada@example.com", password=PASSWORD, address="192.0.2.1")
WRONG = replace(RIGHT, password="wrong horse battery")


def log_in(world: World, request: LogInRequest) -> OpenedSession:
    return LogIn(world.units, world.passwords, world.secrets, world.clock)(request)


def fail(world: World, request: LogInRequest, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Unauthenticated) as refusal:
            log_in(world, request)
        assert refusal.value.code == "invalid_credentials"


def wait_of(world: World, request: LogInRequest) -> int:
    with pytest.raises(TooManyRequests) as refusal:
        log_in(world, request)
    assert refusal.value.code == "too_many_attempts"
    return refusal.value.retry_after_s


def test_the_right_password_opens_a_session(world: World, ada: User) -> None:
    opened = log_in(world, RIGHT)
    assert opened.user == ada
    assert world.has_session(opened.token)
    assert opened.session.expires_at - world.clock.now() == timedelta(days=30)


def test_an_address_is_known_whatever_its_case(world: World, ada: User) -> None:
    assert log_in(world, replace(RIGHT, email="ADA@Example.com")).user == ada


@pytest.mark.usefixtures("ada")
def test_every_session_has_a_token_of_its_own(world: World) -> None:
    assert log_in(world, RIGHT).token != log_in(world, RIGHT).token


def test_the_session_that_the_browser_brought_along_ends(world: World, ada: User) -> None:
    world.session(ada, "old")
    opened = log_in(world, replace(RIGHT, previous_token="old"))
    assert opened.token != "old"
    assert not world.has_session("old")
    assert world.has_session(opened.token)


def test_a_wrong_password_ends_no_session(world: World, ada: User) -> None:
    world.session(ada, "old")
    fail(world, replace(WRONG, previous_token="old"))
    assert world.has_session("old")


def test_unknown_addresses_and_wrong_passwords_are_answered_alike(world: World, ada: User) -> None:
    refusals = []
    for request in (WRONG, replace(WRONG, email="nobody@example.com")):
        with pytest.raises(Unauthenticated) as refusal:
            log_in(world, request)
        refusals.append((refusal.value.code, refusal.value.detail))
    assert refusals[0] == refusals[1]
    assert ada.email not in refusals[0][1]


def test_an_unknown_address_takes_the_same_work(world: World, ada: User) -> None:
    passwords = WatchedPasswords()
    use_case = LogIn(world.units, passwords, world.secrets, world.clock)
    for email in (ada.email, "nobody@example.com"):
        with pytest.raises(Unauthenticated):
            use_case(replace(WRONG, email=email))
    assert passwords.compared_with == [ada.password_hash, None]


def test_after_ten_failures_even_the_right_password_has_to_wait(world: World, ada: User) -> None:
    fail(world, WRONG, times=10)
    assert 0 < wait_of(world, RIGHT) <= ATTEMPT_WINDOW.total_seconds()
    assert wait_of(world, replace(RIGHT, email="ADA@example.com")) > 0
    elsewhere = replace(RIGHT, address="192.0.2.2")
    assert log_in(world, elsewhere).user == ada


def test_nine_failures_and_the_right_password_begin_anew(world: World, ada: User) -> None:
    for _ in range(5):
        fail(world, WRONG, times=9)
        assert log_in(world, RIGHT).user == ada


def test_a_password_is_not_looked_at_when_there_were_too_many(world: World, ada: User) -> None:
    passwords = WatchedPasswords()
    use_case = LogIn(world.units, passwords, world.secrets, world.clock)
    for _ in range(15):
        with pytest.raises(TrueComputeError):
            use_case(WRONG)
    assert passwords.compared_with == [ada.password_hash] * 10


@pytest.mark.usefixtures("ada")
def test_an_unknown_account_is_throttled_like_a_known_one(world: World) -> None:
    nobody = replace(WRONG, email="nobody@example.com")
    fail(world, nobody, times=10)
    assert wait_of(world, nobody) > 0
    fail(world, WRONG)


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(minutes=1, milliseconds=1)])
def test_who_waits_as_long_as_told_is_let_in(world: World, ada: User, pause: timedelta) -> None:
    fail(world, WRONG)
    world.clock.advance(pause)
    fail(world, WRONG, times=9)
    wait = timedelta(seconds=wait_of(world, RIGHT))
    assert wait <= ATTEMPT_WINDOW
    world.clock.advance(wait - timedelta(seconds=1))
    assert wait_of(world, RIGHT) == 1
    world.clock.advance(timedelta(seconds=1))
    assert log_in(world, RIGHT).user == ada


@pytest.mark.usefixtures("ada")
def test_failures_are_forgotten_fifteen_minutes_after_the_first(world: World) -> None:
    fail(world, WRONG, times=5)
    world.clock.advance(timedelta(minutes=14, seconds=59))
    fail(world, WRONG, times=5)
    assert wait_of(world, WRONG) == 1
    world.clock.advance(timedelta(seconds=1))
    fail(world, WRONG, times=10)
    assert wait_of(world, WRONG) == ATTEMPT_WINDOW.total_seconds()


@pytest.mark.usefixtures("ada")
def test_after_a_hundred_failures_an_address_has_to_wait_for_every_account(world: World) -> None:
    for number in range(100):
        fail(world, replace(WRONG, email=f"user{number}@example.com"))
    assert 0 < wait_of(world, RIGHT) <= ATTEMPT_WINDOW.total_seconds()


def test_another_address_is_not_held_to_account(world: World, ada: User) -> None:
    for number in range(100):
        fail(world, replace(WRONG, email=f"user{number}@example.com"))
    assert log_in(world, replace(RIGHT, address="2001:db8::1")).user == ada


def test_successes_do_not_use_up_the_addresss_attempts(world: World, ada: User) -> None:
    for _ in range(150):
        assert log_in(world, RIGHT).user == ada


def test_a_success_does_not_forgive_the_addresss_other_failures(world: World, ada: User) -> None:
    for number in range(99):
        fail(world, replace(WRONG, email=f"user{number}@example.com"))
    assert log_in(world, RIGHT).user == ada
    fail(world, WRONG)
    assert wait_of(world, RIGHT) > 0


def test_many_attempts_at_once_do_not_get_past_the_limit(world: World, ada: User) -> None:
    passwords = WatchedPasswords()
    use_case = LogIn(world.units, passwords, world.secrets, world.clock)

    def attempt(_: int) -> type[Exception]:
        with pytest.raises(TrueComputeError) as refusal:
            use_case(WRONG)
        return refusal.type

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(attempt, range(40)))
    assert answers == {Unauthenticated: 10, TooManyRequests: 30}
    assert passwords.compared_with == [ada.password_hash] * 10


def test_strange_text_is_a_failure_like_any_other(world: World, ada: User) -> None:
    for text in ("\x00", "\ud800", "x" * 100_000, ""):
        fail(world, LogInRequest(email=text, password=text, address=text))
    assert log_in(world, RIGHT).user == ada


def test_no_secret_shows_in_a_log(world: World, ada: User) -> None:
    request = replace(RIGHT, previous_token=world.session(ada, "old-token"))
    opened = log_in(world, request)
    assert PASSWORD not in repr(request)
    assert "old-token" not in repr(request)
    assert opened.token not in repr(opened)


def test_all_addresses_of_one_ipv6_network_count_as_one() -> None:
    first = Attempt.of("ada@example.com", "2001:db8:1:2::1")
    assert Attempt.of("ada@example.com", "2001:db8:1:2:ffff::9") == first
    assert Attempt.of("ada@example.com", "2001:db8:1:3::1") != first
    assert Attempt.of("ada@example.com", "192.0.2.1") != Attempt.of("ada@example.com", "192.0.2.2")


class ChangedMeanwhile(PlainPasswords):
    """The password is changed after it was compared and before the session begins."""

    def __init__(self, change: Callable[[], None]) -> None:
        super().__init__()
        self._change = change

    def matches(self, password: str, password_hash: str | None) -> bool:
        right = super().matches(password, password_hash)
        self._change()
        return right


def test_a_sign_in_that_a_change_of_password_overtakes_is_refused(world: World) -> None:
    user = world.user(a_user(password_hash=world.passwords.hash("the old password")))

    def change() -> None:
        with world.units() as uow:
            uow.users.update(user.with_password_hash(world.passwords.hash("the new password")))
            uow.commit()

    log_in = LogIn(world.units, ChangedMeanwhile(change), world.secrets, world.clock)
    with pytest.raises(Unauthenticated):
        log_in(LogInRequest(email=user.email, password="the old password", address="192.0.2.1"))
