"""Somebody opens an invitation link."""

from datetime import timedelta

import pytest

from application.organizations.show_invitation import (
    ShowInvitation,
    ShowInvitationRequest,
    ShownInvitation,
)
from domain.errors import NotFound
from tests.builders import an_organization
from tests.unit.application.world import World


def show(world: World, token: str) -> ShownInvitation:
    return ShowInvitation(world.units, world.clock)(ShowInvitationRequest(token=token))


def test_the_link_tells_where_it_leads_and_for_whom_it_is(world: World) -> None:
    acme = world.organization()
    invitation = world.invitation(acme, "grace@example.com", "token")
    assert show(world, "token") == ShownInvitation(invitation=invitation, organization=acme)


def test_looking_does_not_use_the_invitation_up(world: World) -> None:
    world.invitation(world.organization(), "grace@example.com", "token")
    assert show(world, "token") == show(world, "token")


@pytest.mark.parametrize("token", ["", "unknown", "\x00", "\ud800"])
def test_an_unknown_link_leads_nowhere(world: World, token: str) -> None:
    world.invitation(world.organization(), "grace@example.com", "token")
    with pytest.raises(NotFound):
        show(world, token)


def test_a_link_is_good_for_seven_days(world: World) -> None:
    invitation = world.invitation(world.organization(), "grace@example.com", "token")
    world.clock.advance(timedelta(days=7) - timedelta.resolution)
    assert show(world, "token").invitation == invitation
    world.clock.advance(timedelta.resolution)
    with pytest.raises(NotFound):
        show(world, "token")


def test_an_invitation_of_an_organization_that_is_gone_leads_nowhere(world: World) -> None:
    world.invitation(an_organization(), "grace@example.com", "token")
    with pytest.raises(NotFound):
        show(world, "token")
