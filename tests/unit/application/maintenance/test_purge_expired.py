"""What has run out is removed, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.accounts.log_in import LogIn, LogInRequest
from application.maintenance.purge_expired import Purged, PurgeExpired
from domain.errors import TooManyRequests, Unauthenticated
from domain.organization import INVITATION_LIFETIME
from domain.session import SESSION_LIFETIME
from tests.unit.application.world import World

ATTEMPT = LogInRequest(email="ada@example.com", password="wrong password", address="192.0.2.1")


def purge(world: World) -> Purged:
    return PurgeExpired(world.units, world.clock)()


def attempt(world: World, request: LogInRequest = ATTEMPT) -> None:
    with pytest.raises((Unauthenticated, TooManyRequests)):
        LogIn(world.units, world.passwords, world.secrets, world.clock)(request)


def test_in_an_empty_house_there_is_nothing_to_remove(world: World) -> None:
    assert purge(world) == Purged(sessions=0, invitations=0, sign_in_attempts=0)


def test_what_is_still_good_stays(world: World) -> None:
    acme = world.organization()
    world.session(world.user(), "token")
    invitation = world.invitation(acme, "grace@example.com", "token")
    attempt(world)
    assert purge(world) == Purged(sessions=0, invitations=0, sign_in_attempts=0)
    assert world.has_session("token")
    with world.units(snapshot=True) as uow:
        assert uow.invitations.list(acme.id, world.clock.now()) == [invitation]


def test_expired_sessions_are_removed(world: World) -> None:
    user = world.user()
    for token in ("one", "two"):
        world.session(user, token)
    world.clock.advance(SESSION_LIFETIME)
    assert purge(world).sessions == 2
    assert not world.has_session("one")


def test_expired_invitations_are_removed(world: World) -> None:
    acme = world.organization()
    world.invitation(acme, "grace@example.com", "token")
    world.clock.advance(INVITATION_LIFETIME)
    assert purge(world).invitations == 1
    world.clock.advance(-INVITATION_LIFETIME)
    with world.units(snapshot=True) as uow:
        assert uow.invitations.list(acme.id, world.clock.now()) == []


def test_counts_of_attempts_are_removed_when_their_window_is_over(world: World) -> None:
    attempt(world)
    world.clock.advance(timedelta(minutes=5))
    attempt(world, replace(ATTEMPT, address="192.0.2.2"))
    world.clock.advance(timedelta(minutes=10))
    assert purge(world).sign_in_attempts == 2
    world.clock.advance(timedelta(minutes=5))
    assert purge(world).sign_in_attempts == 2


def test_a_purge_frees_nobody_who_has_to_wait(world: World) -> None:
    for _ in range(10):
        attempt(world)
    world.clock.advance(timedelta(minutes=14, seconds=59))
    purge(world)
    with pytest.raises(TooManyRequests):
        LogIn(world.units, world.passwords, world.secrets, world.clock)(ATTEMPT)
