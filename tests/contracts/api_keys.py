"""What every store of API keys promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey, Scope
from domain.organization import Organization
from tests.builders import NOW, a_hash, an_api_key, an_id
from tests.contracts.tenants import a_stored_key, a_stored_organization


class ApiKeyRepositoryContract:
    """Inherit where a fixture ``units_of_work`` gives an empty store."""

    @pytest.fixture
    def organization(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    @pytest.fixture
    def other(self, units_of_work: UnitsOfWork) -> Organization:
        return a_stored_organization(units_of_work)

    def test_a_key_comes_back_as_stored(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        key = an_api_key(
            organization,
            name="Žofie 🦊",
            scopes=frozenset({Scope.READ, Scope.INGEST}),
            last_used_at=NOW + timedelta(microseconds=1),
            expires_at=NOW + timedelta(days=365),
            revoked_at=NOW + timedelta(days=2),
        )
        with units_of_work() as uow:
            uow.api_keys.add(organization.id, key)
            uow.commit()
        with units_of_work() as uow:
            assert uow.api_keys.get(organization.id, key.id) == key
            assert uow.api_keys.find_by_secret_hash(key.secret_hash) == key

    def test_a_key_needs_no_use_no_end_and_no_revocation(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        key = a_stored_key(units_of_work, organization)
        with units_of_work() as uow:
            assert uow.api_keys.get(organization.id, key.id) == key

    @pytest.mark.parametrize("key_id", [an_id(), "", "no id", "\0", "\ud800"])
    def test_any_text_may_be_looked_up_as_an_id(
        self, units_of_work: UnitsOfWork, organization: Organization, key_id: str
    ) -> None:
        a_stored_key(units_of_work, organization)
        with units_of_work() as uow:
            assert uow.api_keys.get(organization.id, key_id) is None

    def test_an_id_has_one_spelling(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        key = an_api_key(organization, id="01900000-0000-7000-8000-00000000abcd")
        with units_of_work() as uow:
            uow.api_keys.add(organization.id, key)
            assert uow.api_keys.get(organization.id, key.id.upper()) is None
            assert uow.api_keys.get(organization.id, key.id.replace("-", "")) is None

    def test_an_unknown_secret_is_none(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        a_stored_key(units_of_work, organization)
        with units_of_work() as uow:
            assert uow.api_keys.find_by_secret_hash(a_hash()) is None

    def test_another_organization_neither_sees_nor_changes_a_key(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        key = a_stored_key(units_of_work, organization)
        with units_of_work() as uow:
            assert uow.api_keys.get(other.id, key.id) is None
            assert uow.api_keys.list(other.id) == []
            uow.api_keys.update(other.id, key.revoked(NOW))
            uow.api_keys.mark_used(other.id, key.id, NOW)
            uow.commit()
        with units_of_work() as uow:
            assert uow.api_keys.get(organization.id, key.id) == key

    def test_an_update_stores_name_and_revocation_and_nothing_else(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        key = a_stored_key(units_of_work, organization)
        changed = replace(key, name="Worker").revoked(NOW)
        with units_of_work() as uow:
            uow.api_keys.update(
                organization.id, replace(changed, scopes=frozenset(Scope), last_used_at=NOW)
            )
            uow.commit()
        with units_of_work() as uow:
            assert uow.api_keys.get(organization.id, key.id) == changed

    def test_the_last_use_is_remembered(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        key = a_stored_key(units_of_work, organization)
        with units_of_work() as uow:
            uow.api_keys.mark_used(organization.id, key.id, NOW)
            uow.commit()
        with units_of_work() as uow:
            found = uow.api_keys.find_by_secret_hash(key.secret_hash)
        assert found == replace(key, last_used_at=NOW)

    def test_keys_are_listed_newest_first_with_revoked_ones_among_them(
        self, units_of_work: UnitsOfWork, organization: Organization, other: Organization
    ) -> None:
        keys = [a_stored_key(units_of_work, organization) for _ in range(3)]
        a_stored_key(units_of_work, other)
        keys[1] = keys[1].revoked(NOW)
        with units_of_work() as uow:
            uow.api_keys.update(organization.id, keys[1])
            assert uow.api_keys.list(organization.id) == keys[::-1]

    def test_pages_of_keys_make_up_the_whole_list(
        self, units_of_work: UnitsOfWork, organization: Organization
    ) -> None:
        keys = [a_stored_key(units_of_work, organization) for _ in range(5)]
        pages: list[list[ApiKey]] = []
        with units_of_work() as uow:
            before: str | None = None
            while page := uow.api_keys.list(organization.id, before=before, limit=2):
                pages.append(page)
                before = page[-1].id
        assert pages == [[keys[4], keys[3]], [keys[2], keys[1]], [keys[0]]]
