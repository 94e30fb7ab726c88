"""Whether anything has arrived yet."""

from application.reports.has_events import HasEvents, HasEventsRequest
from domain.organization import Organization
from tests.builders import an_api_key, an_event
from tests.unit.application.world import World


def has_events(world: World, organization: Organization) -> bool:
    return HasEvents(world.units)(HasEventsRequest(organization_id=organization.id))


def test_an_organization_has_events_from_its_own_first_one_on(world: World) -> None:
    acme, other = world.organization(), world.organization()
    assert not has_events(world, acme)
    key = world.key(an_api_key(acme))
    with world.units() as uow:
        uow.events.append(acme.id, [an_event(key)])
        uow.commit()
    assert has_events(world, acme)
    assert not has_events(world, other)
