"""An organization ends a key."""

from datetime import timedelta

import pytest

from application.keys.revoke_key import RevokeKey, RevokeKeyRequest
from domain.api_key import ApiKey
from domain.errors import NotFound
from tests.unit.application.world import World


def revoke(world: World, organization_id: str, key_id: str) -> None:
    request = RevokeKeyRequest(organization_id=organization_id, key_id=key_id)
    RevokeKey(world.units, world.clock)(request)


def stored(world: World, key: ApiKey) -> ApiKey | None:
    with world.units(snapshot=True) as uow:
        return uow.api_keys.get(key.organization_id, key.id)


def test_revoking_again_keeps_the_first_time(world: World) -> None:
    key, first = world.key(), world.clock.now()
    revoke(world, key.organization_id, key.id)
    world.clock.advance(timedelta(hours=1))
    revoke(world, key.organization_id, key.id)
    assert stored(world, key) == key.revoked(first)


def test_other_organizations_keys_are_not_there(world: World) -> None:
    key, other = world.key(), world.key()
    for organization_id, key_id in (
        (other.organization_id, key.id),
        (key.organization_id, "unknown"),
        (key.organization_id, ""),
    ):
        with pytest.raises(NotFound):
            revoke(world, organization_id, key_id)
    assert stored(world, key) == key
