"""An organization looks at its keys."""

from application.keys.list_keys import ListKeys, ListKeysRequest
from domain.api_key import ApiKey
from tests.builders import NOW, an_api_key
from tests.unit.application.world import World


def listed(world: World, request: ListKeysRequest) -> list[ApiKey]:
    return ListKeys(world.units)(request)


def test_keys_are_listed_newest_first_with_the_revoked_ones(world: World) -> None:
    acme = world.organization()
    keys = [world.key(an_api_key(acme, revoked_at=at)) for at in (None, NOW, None)]
    assert listed(world, ListKeysRequest(organization_id=acme.id)) == keys[::-1]


def test_pages_follow_each_other_without_gap_or_repetition(world: World) -> None:
    acme = world.organization()
    keys = [world.key(an_api_key(acme)) for _ in range(5)]
    found: list[ApiKey] = []
    before = None
    while page := listed(world, ListKeysRequest(organization_id=acme.id, before=before, limit=2)):
        assert len(page) <= 2
        found += page
        before = page[-1].id
    assert found == keys[::-1]


def test_other_organizations_keys_are_not_listed(world: World) -> None:
    world.key()
    assert listed(world, ListKeysRequest(organization_id=world.organization().id)) == []
