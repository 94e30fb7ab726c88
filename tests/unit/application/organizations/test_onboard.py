"""A user creates their organization."""

import re
from typing import Self

import pytest

from adapters.memory.organizations import InMemoryOrganizationRepository
from adapters.memory.state import State
from adapters.memory.store import Store
from adapters.memory.unit_of_work import InMemoryUnitOfWork, InMemoryUnitsOfWork
from application.keys.authenticate_key import AuthenticateKey, AuthenticateKeyRequest
from application.organizations.onboard import Onboard, Onboarded, OnboardRequest
from domain.api_key import Scope
from domain.errors import Conflict, Invalid
from domain.organization import Organization, Role
from domain.user import User
from tests.builders import an_organization
from tests.unit.application.world import World


class QuickerRivals(InMemoryOrganizationRepository):
    """Refuses an organization in the last moment, for each of ``refusals`` once."""

    def __init__(self, state: State, refusals: list[str]) -> None:
        super().__init__(state)
        self._refusals = refusals

    def add(self, organization: Organization) -> None:
        if self._refusals:
            raise Conflict("Somebody was quicker.", code=self._refusals.pop(0))
        super().add(organization)


class ContestedUnitOfWork(InMemoryUnitOfWork):
    def __init__(self, store: Store, refusals: list[str], *, snapshot: bool) -> None:
        super().__init__(store, snapshot=snapshot)
        self._refusals = refusals

    def __enter__(self) -> Self:
        super().__enter__()
        self.organizations = QuickerRivals(self._state, self._refusals)
        return self


class ContestedUnitsOfWork(InMemoryUnitsOfWork):
    def __init__(self, refusals: list[str]) -> None:
        super().__init__()
        self._refusals = refusals

    def __call__(self, *, snapshot: bool = False) -> InMemoryUnitOfWork:
        return ContestedUnitOfWork(self._store, self._refusals, snapshot=snapshot)


def onboard(world: World, user: User, name: str = "Acme") -> Onboarded:
    use_case = Onboard(world.units, world.secrets, world.identifiers, world.clock)
    return use_case(OnboardRequest(user=user, organization_name=name))


def test_the_user_becomes_the_owner_of_a_new_organization(world: World) -> None:
    user = world.user()
    onboarded = onboard(world, user, "  Söhne & Töchter ")
    assert onboarded.role is Role.OWNER
    assert onboarded.organization.name == "Söhne & Töchter"
    assert onboarded.organization.slug == "sohne-tochter"
    member = world.membership(user.id)
    assert member is not None
    assert (member.organization_id, member.role) == (onboarded.organization.id, Role.OWNER)


def test_the_first_key_works_and_may_only_send_events(world: World) -> None:
    onboarded = onboard(world, world.user())
    key = AuthenticateKey(world.units, world.clock)(
        AuthenticateKeyRequest(secret=onboarded.created_key.secret, scope=Scope.INGEST)
    )
    assert key == onboarded.created_key.key
    assert key.organization_id == onboarded.organization.id
    assert key.scopes == {Scope.INGEST}


def test_a_user_has_one_organization(world: World) -> None:
    user = world.user()
    first = onboard(world, user, "Acme")
    with pytest.raises(Conflict) as refusal:
        onboard(world, user, "Other")
    assert refusal.value.code == "already_onboarded"
    member = world.membership(user.id)
    assert member is not None
    assert member.organization_id == first.organization.id


def test_a_member_of_somebody_elses_organization_makes_none(world: World) -> None:
    member = world.member(world.organization())
    user = world.stored_user(member.email)
    assert user is not None
    with pytest.raises(Conflict):
        onboard(world, user)
    assert world.membership(user.id) == member


def test_organizations_of_one_name_have_slugs_of_their_own(world: World) -> None:
    slugs = [onboard(world, world.user(), "Acme").organization.slug for _ in range(3)]
    assert slugs == ["acme", "acme-2", "acme-3"]


def test_a_numbered_slug_is_skipped_where_it_is_taken(world: World) -> None:
    for slug in ("acme", "acme-2"):
        world.organization(an_organization(slug=slug))
    assert onboard(world, world.user(), "ACME!").organization.slug == "acme-3"


def test_a_long_slug_with_a_number_stays_short(world: World) -> None:
    slugs = [onboard(world, world.user(), "x" * 100).organization.slug for _ in range(2)]
    assert slugs == ["x" * 48, "x" * 40 + "-2"]


def test_a_long_slug_that_is_cut_behind_a_hyphen_has_one_hyphen_before_its_number(
    world: World,
) -> None:
    slugs = [onboard(world, world.user(), "x" * 39 + " yz").organization.slug for _ in range(2)]
    assert slugs == ["x" * 39 + "-yz", "x" * 39 + "-2"]


def test_a_slug_that_is_taken_in_the_last_moment_is_chosen_again() -> None:
    world = World(units=ContestedUnitsOfWork(["slug_taken"] * 4))
    user = world.user()
    onboarded = onboard(world, user)
    member = world.membership(user.id)
    assert member is not None
    assert member.organization_id == onboarded.organization.id
    assert re.fullmatch(r"[a-z0-9-]+-[a-z0-9]{6}", onboarded.organization.slug)


@pytest.mark.parametrize("refusals", [["slug_taken"] * 5, ["slug_taken", "other"], ["other"]])
def test_other_conflicts_and_endless_rivalry_are_not_hidden(refusals: list[str]) -> None:
    world = World(units=ContestedUnitsOfWork([*refusals]))
    user = world.user()
    with pytest.raises(Conflict) as refusal:
        onboard(world, user)
    assert refusal.value.code == refusals[-1]
    assert world.membership(user.id) is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b", "\ud800", "a\nb"])
def test_an_organization_needs_a_name_that_can_be_shown(world: World, name: str) -> None:
    user = world.user()
    with pytest.raises(Invalid) as refusal:
        onboard(world, user, name)
    assert refusal.value.first_fault.pointer == "/organization_name"
    assert world.membership(user.id) is None


def test_no_secret_shows_in_a_log(world: World) -> None:
    onboarded = onboard(world, world.user())
    assert onboarded.created_key.secret not in repr(onboarded)
