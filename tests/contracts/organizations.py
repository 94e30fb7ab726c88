"""What every store of organizations promises."""

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.errors import Conflict
from tests.builders import an_id, an_organization
from tests.contracts.concurrency import at_once
from tests.contracts.tenants import a_stored_organization


class OrganizationRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    def test_an_organization_comes_back_as_stored(self, units_of_work: UnitsOfWork) -> None:
        organization = an_organization(name="Žluťoučký kůň & Söhne")
        with units_of_work() as uow:
            uow.organizations.add(organization)
            uow.commit()
        with units_of_work() as uow:
            assert uow.organizations.get(organization.id) == organization

    def test_an_unknown_organization_is_none(self, units_of_work: UnitsOfWork) -> None:
        a_stored_organization(units_of_work)
        with units_of_work() as uow:
            assert uow.organizations.get(an_id()) is None

    def test_all_come_in_the_order_of_slugs(self, units_of_work: UnitsOfWork) -> None:
        known = [an_organization(slug=slug) for slug in ("b", "a-b", "a")]
        with units_of_work() as uow:
            for organization in known:
                uow.organizations.add(organization)
            uow.commit()
        with units_of_work() as uow:
            assert uow.organizations.list_all() == known[::-1]

    def test_a_slug_is_free_until_somebody_has_it(self, units_of_work: UnitsOfWork) -> None:
        with units_of_work() as uow:
            assert uow.organizations.is_slug_free("umbrella")
            uow.organizations.add(an_organization(slug="umbrella"))
            assert not uow.organizations.is_slug_free("umbrella")
            assert uow.organizations.is_slug_free("umbrella-2")

    def test_a_used_slug_is_a_conflict(self, units_of_work: UnitsOfWork) -> None:
        organization = a_stored_organization(units_of_work)
        with pytest.raises(Conflict) as caught, units_of_work() as uow:
            uow.organizations.add(an_organization(slug=organization.slug))
        assert caught.value.code == "slug_taken"

    def test_of_several_who_want_a_slug_at_once_one_gets_it(
        self, units_of_work: UnitsOfWork
    ) -> None:
        def take(_: int) -> bool:
            try:
                with units_of_work() as uow:
                    uow.organizations.add(an_organization(slug="umbrella"))
                    uow.commit()
            except Conflict:
                return False
            return True

        assert sorted(at_once(5, take)) == [False, False, False, False, True]
