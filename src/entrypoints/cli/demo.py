"""The demo's data: an organization that looks lived in, made by the ordinary use cases."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from application.accounts.sign_out import SignOutRequest
from application.accounts.sign_up import SignUpRequest
from application.budgets.list_budgets import ListBudgetsRequest
from application.budgets.set_budget import SetBudgetRequest
from application.organizations.onboard import OnboardRequest
from domain.organization import Organization
from domain.period import Span
from domain.report import EventFilter, EventSelection
from domain.user import User
from entrypoints.container import Container
from entrypoints.demo.budgets import sample_budgets
from entrypoints.demo.sending import send_missing

EMAIL = "demo@example.com"
#: Public on purpose: it opens nothing but the demo's own database.
PASSWORD = "every-call-has-a-cost"  # noqa: S105
ORGANIZATION_NAME = "Fernhill Software"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """How to sign in.

    ``api_key`` is the secret of the organization's first key; None when the organization was
    there before, because only its hash is stored.
    """

    email: str
    password: str = field(repr=False)
    organization_name: str
    api_key: str | None = field(repr=False)


def seed(container: Container, *, now: datetime, days: int = 90, rng_seed: int = 7) -> DemoAccount:
    """Found the sample organization, or bring it up to ``now`` where it is there already.

    ``now`` is the time of the container's clock. The events of ``days``, at most 89.5, are made;
    a later run with the same ``rng_seed`` adds what is missing since, also after a run that was
    interrupted. The database is the demo's own, and sign-up is open in it.

    Raises:
        Unavailable: the database does not answer.
    """
    user = _user(container)
    organization, secret = _organization(container, user)
    span = timedelta(days=days)
    send_missing(container, organization, user, now=now, span=span, rng_seed=rng_seed)
    container.refresh_statistics()()
    _set_budgets(container, organization, now)
    return DemoAccount(
        email=EMAIL, password=PASSWORD, organization_name=organization.name, api_key=secret
    )


def _user(container: Container) -> User:
    with container.units_of_work()(snapshot=True) as uow:
        known: User | None = uow.users.find_by_email(EMAIL)
    if known is not None:
        return known
    opened = container.sign_up()(SignUpRequest(email=EMAIL, password=PASSWORD, name="Demo"))
    # Nobody holds this session; whoever signs in gets one of their own.
    container.sign_out()(SignOutRequest(token=opened.token))
    return opened.user


def _organization(container: Container, user: User) -> tuple[Organization, str | None]:
    """The user's organization, with its first key's secret where it is founded now."""
    with container.units_of_work()(snapshot=True) as uow:
        member = uow.members.find_by_user(user.id)
        known = uow.organizations.get(member.organization_id) if member else None
    if known is not None:
        return known, None
    request = OnboardRequest(user=user, organization_name=ORGANIZATION_NAME)
    onboarded = container.onboard()(request)
    return onboarded.organization, onboarded.created_key.secret


def _set_budgets(container: Container, organization: Organization, now: datetime) -> None:
    """The sample budgets, where there is none: a visitor's own choice of limits stands."""
    if container.list_budgets()(ListBudgetsRequest(organization_id=organization.id, limit=1)):
        return

    def spent(span: Span, chosen: EventFilter) -> Decimal:
        selection = EventSelection(organization_id=organization.id, span=span, filter=chosen)
        with container.units_of_work()(snapshot=True) as uow:
            return uow.usage_reports.spent(selection)

    for terms in sample_budgets(now, spent):
        container.set_budget()(SetBudgetRequest(organization_id=organization.id, changes=terms))
