"""What every source of usage reports promises about the names of keys and tags."""

from collections.abc import Iterable, Mapping

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.known_names import KnownNames
from tests.builders import an_event, an_id
from tests.contracts.events import append
from tests.contracts.tenants import a_stored_key

#: In the order of their code points, which is no dictionary's.
TAGS = ("B", "a", "a b", "a\"'</select>", "ab", "é", "\u202eabc", "🦊", "🦊🦊")


def known_names(
    units_of_work: UnitsOfWork, organization_id: str, *, keys: int = 500, tags: int = 100
) -> KnownNames:
    with units_of_work.look() as uow:
        return uow.usage_reports.known_names(organization_id, keys=keys, tags=tags)


def tag(units_of_work: UnitsOfWork, key: ApiKey, *calls: Mapping[str, str]) -> None:
    """Calls with these tags, in sums."""
    append(units_of_work, key, [an_event(key, tags=tags) for tags in calls])
    with units_of_work() as uow:
        while uow.rollups.add_waiting():
            pass
        uow.commit()


class KnownNamesContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def key(self, units_of_work: UnitsOfWork) -> ApiKey:
        return a_stored_key(units_of_work)

    def test_nobody_has_names(self, units_of_work: UnitsOfWork) -> None:
        assert known_names(units_of_work, an_id()) == KnownNames()

    def test_keys_are_named_newest_first(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        with units_of_work() as uow:
            organization = uow.organizations.get(key.organization_id)
        others = [a_stored_key(units_of_work, organization) for _ in range(3)]
        newest_first = [(each.id, each.name) for each in (*others[::-1], key)]
        found = known_names(units_of_work, key.organization_id)
        assert list(found.keys.items()) == newest_first
        few = known_names(units_of_work, key.organization_id, keys=2)
        assert list(few.keys.items()) == newest_first[:2]

    def test_each_tag_is_named_once_in_the_order_of_code_points(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        tag(units_of_work, key, {}, *({name: "x", "a": value} for name, value in _pairs()))
        assert known_names(units_of_work, key.organization_id).tags == TAGS

    def test_of_too_many_tags_the_first_are_named(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        tag(units_of_work, key, *({name: "x"} for name in reversed(TAGS)))
        assert known_names(units_of_work, key.organization_id, tags=3).tags == TAGS[:3]

    def test_values_are_no_names(self, units_of_work: UnitsOfWork, key: ApiKey) -> None:
        tag(units_of_work, key, {"team": "search"}, {"team": ""})
        assert known_names(units_of_work, key.organization_id).tags == ("team",)

    def test_another_organization_sees_none_of_them(
        self, units_of_work: UnitsOfWork, key: ApiKey
    ) -> None:
        tag(units_of_work, key, {"secret": "x"})
        stranger = a_stored_key(units_of_work)
        tag(units_of_work, stranger, {"own": "x"})
        found = known_names(units_of_work, stranger.organization_id)
        assert found == KnownNames({stranger.id: stranger.name}, ("own",))


def _pairs() -> Iterable[tuple[str, str]]:
    """The tags, and a value of one of them for each."""
    return ((name, f"value-{number}") for number, name in enumerate(TAGS))
