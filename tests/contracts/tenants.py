"""What has to be stored before a test's own objects can be."""

from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ApiKey
from domain.organization import Organization
from domain.user import User
from tests.builders import a_user, an_api_key, an_organization


def a_stored_user(units_of_work: UnitsOfWork) -> User:
    user = a_user()
    with units_of_work() as uow:
        uow.users.add(user)
        uow.commit()
    return user


def a_stored_organization(units_of_work: UnitsOfWork) -> Organization:
    organization = an_organization()
    with units_of_work() as uow:
        uow.organizations.add(organization)
        uow.commit()
    return organization


def a_stored_key(units_of_work: UnitsOfWork, organization: Organization | None = None) -> ApiKey:
    """A key, of a new organization unless one is given."""
    key = an_api_key(organization or a_stored_organization(units_of_work))
    with units_of_work() as uow:
        uow.api_keys.add(key.organization_id, key)
        uow.commit()
    return key
