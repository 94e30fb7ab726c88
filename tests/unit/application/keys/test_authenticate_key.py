"""Which organization a program's key belongs to."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest

from application.keys.authenticate_key import AuthenticateKey, AuthenticateKeyRequest
from application.keys.revoke_key import RevokeKey, RevokeKeyRequest
from domain.api_key import ApiKey, Scope, secret_from
from domain.errors import Forbidden, Unauthenticated
from domain.secret import hash_secret
from tests.builders import an_api_key, an_organization
from tests.unit.application.world import World

SECRET = secret_from("0Az" * 10)
KEY = an_api_key(an_organization(), secret_hash=hash_secret(SECRET))


def authenticate(world: World, secret: str = SECRET, scope: Scope = Scope.INGEST) -> ApiKey:
    use_case = AuthenticateKey(world.units, world.clock)
    return use_case(AuthenticateKeyRequest(secret=secret, scope=scope))


def refuse(world: World, secret: str = SECRET) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        authenticate(world, secret)
    assert refusal.value.code == "invalid_api_key"


def last_use(world: World) -> datetime | None:
    with world.units(snapshot=True) as uow:
        key = uow.api_keys.get(KEY.organization_id, KEY.id)
    assert key is not None
    return key.last_used_at


def test_a_usable_key_is_found(world: World) -> None:
    world.key(KEY)
    assert authenticate(world) == KEY


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "tc_live_",
        SECRET[:-1],
        SECRET + "0",
        f" {SECRET}",
        "\x00",
        "\ud800",
        "é" * 44,
        secret_from("0" * 30),
    ],
)
def test_malformed_and_unknown_secrets_are_refused_alike(world: World, secret: str) -> None:
    world.key(KEY)
    refuse(world, secret)


def test_a_secret_with_a_typing_error_is_refused_even_if_somebody_stored_its_hash(
    world: World,
) -> None:
    wrong = SECRET[:-1] + ("a" if SECRET[-1] != "a" else "b")
    world.key(replace(KEY, secret_hash=hash_secret(wrong)))
    refuse(world, wrong)


def test_a_revoked_key_is_refused_on_the_next_request(world: World) -> None:
    world.key(KEY)
    authenticate(world)
    RevokeKey(world.units, world.clock)(
        RevokeKeyRequest(organization_id=KEY.organization_id, key_id=KEY.id)
    )
    refuse(world)


def test_an_expired_key_is_refused_from_its_end_on(world: World) -> None:
    world.key(replace(KEY, expires_at=world.clock.now() + timedelta(hours=1)))
    world.clock.advance(timedelta(hours=1) - timedelta.resolution)
    assert authenticate(world).id == KEY.id
    world.clock.advance(timedelta.resolution)
    refuse(world)


@pytest.mark.parametrize("scope", Scope)
def test_a_key_does_only_what_its_scopes_allow(world: World, scope: Scope) -> None:
    world.key(replace(KEY, scopes=frozenset({scope})))
    for wanted in Scope:
        if wanted is scope:
            assert authenticate(world, scope=wanted).id == KEY.id
        else:
            with pytest.raises(Forbidden) as refusal:
                authenticate(world, scope=wanted)
            assert refusal.value.code == "missing_scope"


def test_the_last_use_is_remembered_to_the_minute(world: World) -> None:
    world.key(KEY)
    assert last_use(world) is None
    authenticate(world)
    first = world.clock.now()
    assert last_use(world) == first
    world.clock.advance(timedelta(seconds=59))
    authenticate(world)
    assert last_use(world) == first
    assert world.clock.advance(timedelta(seconds=1)) == first + timedelta(minutes=1)
    authenticate(world)
    assert last_use(world) == world.clock.now()


def test_a_refused_request_is_no_use(world: World) -> None:
    world.key(KEY)
    with pytest.raises(Forbidden):
        authenticate(world, scope=Scope.READ)
    assert last_use(world) is None


def test_no_secret_shows_in_a_log() -> None:
    assert SECRET not in repr(AuthenticateKeyRequest(secret=SECRET, scope=Scope.READ))


def test_requests_at_once_are_each_told_about_their_own_key(world: World) -> None:
    world.key(KEY)
    other = secret_from("1Bz" * 10)
    reader = an_api_key(an_organization(), secret_hash=hash_secret(other), scopes={Scope.READ})
    world.key(reader)
    use_case = AuthenticateKey(world.units, world.clock)
    told: list[tuple[str, object]] = []

    def ask(secret: str) -> None:
        try:
            key = use_case(AuthenticateKeyRequest(secret=secret, scope=Scope.INGEST))
            told.append((secret, key.id))
        except (Unauthenticated, Forbidden) as error:
            told.append((secret, error.code))

    nobodys = secret_from("0" * 30)
    threads = [Thread(target=ask, args=(each,)) for each in (SECRET, other, nobodys) * 10]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    expected = [(SECRET, KEY.id), (other, "missing_scope"), (nobodys, "invalid_api_key")] * 10
    assert sorted(told) == sorted(expected)
    assert last_use(world) == world.clock.now()
