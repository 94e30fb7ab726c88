"""What can be chosen where a key or a tag is chosen."""

from application.reports.list_known_names import ListKnownNames, ListKnownNamesRequest
from domain.known_names import KnownNames
from tests.builders import an_api_key, an_event
from tests.unit.application.world import World


def test_a_hundred_tags_are_named_and_the_keys_of_the_organization_alone(world: World) -> None:
    acme, other = world.organization(), world.organization()
    key, stranger = world.key(an_api_key(acme)), world.key(an_api_key(other))
    tags = [f"tag-{number:03}" for number in range(101)]
    with world.units() as uow:
        uow.events.append(acme.id, [an_event(key, tags={name: "x"}) for name in tags])
        uow.events.append(other.id, [an_event(stranger, tags={"secret": "x"})])
        uow.commit()
    found = ListKnownNames(world.units)(ListKnownNamesRequest(organization_id=acme.id))
    assert found == KnownNames({key.id: key.name}, tuple(tags[:100]))
