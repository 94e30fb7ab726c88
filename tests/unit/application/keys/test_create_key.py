"""An organization gets a key for its programs."""

from datetime import timedelta

import pytest

from application.keys.create_key import CreatedKey, CreateKey, CreateKeyRequest
from domain.api_key import Scope, is_well_formed
from domain.errors import Invalid
from domain.secret import hash_secret
from tests.unit.application.world import World

REQUEST = CreateKeyRequest(organization_id="acme", created_by="ada", name=" CI ")


def create(world: World, request: CreateKeyRequest = REQUEST) -> CreatedKey:
    use_case = CreateKey(world.units, world.secrets, world.identifiers, world.clock)
    return use_case(request)


def test_a_key_may_send_events_unless_it_is_said_otherwise(world: World) -> None:
    key = create(world).key
    assert (key.name, key.scopes) == ("CI", frozenset({Scope.INGEST}))
    assert (key.organization_id, key.created_by) == ("acme", "ada")
    assert key.created_at == world.clock.now()
    assert key.expires_at is key.revoked_at is key.last_used_at is None
    with world.units(snapshot=True) as uow:
        assert uow.api_keys.get("acme", key.id) == key


def test_the_secret_is_well_formed_and_only_its_hash_and_ends_are_kept(world: World) -> None:
    created = create(world)
    assert is_well_formed(created.secret)
    assert created.key.secret_hash == hash_secret(created.secret)
    assert created.secret.startswith(created.key.prefix)
    assert created.secret[-4:] == created.key.last_four
    assert created.secret not in repr(created)
    assert created.secret[8:-4] not in repr(created.key)


def test_every_key_has_a_secret_of_its_own(world: World) -> None:
    assert create(world).secret != create(world).secret


def test_a_key_may_have_several_scopes_and_an_end(world: World) -> None:
    end = world.clock.now() + timedelta(days=90)
    request = CreateKeyRequest(
        organization_id="acme",
        created_by="ada",
        name="CI",
        scopes=frozenset(Scope),
        expires_at=end,
    )
    key = create(world, request).key
    assert (key.scopes, key.expires_at) == (frozenset(Scope), end)


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=1)])
def test_an_end_lies_in_the_future(world: World, ago: timedelta) -> None:
    request = CreateKeyRequest(
        organization_id="acme", created_by="ada", name="CI", expires_at=world.clock.now() - ago
    )
    with pytest.raises(Invalid) as refusal:
        create(world, request)
    assert refusal.value.code == "invalid_expiry"
    assert refusal.value.first_fault.pointer == "/expires_at"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "\x00", "\ud800"])
def test_a_key_needs_a_name(world: World, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        create(world, CreateKeyRequest(organization_id="acme", created_by="ada", name=name))
    assert refusal.value.first_fault.pointer == "/name"


def test_a_key_without_a_scope_is_refused(world: World) -> None:
    request = CreateKeyRequest(
        organization_id="acme", created_by="ada", name="CI", scopes=frozenset()
    )
    with pytest.raises(Invalid) as refusal:
        create(world, request)
    assert refusal.value.code == "invalid_scopes"
    assert refusal.value.first_fault.pointer == "/scopes"
