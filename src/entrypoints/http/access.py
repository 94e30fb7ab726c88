"""Who may call which route: one table, and a route that is not in it answers nobody."""

from dataclasses import dataclass
from enum import Enum, auto

from domain.api_key import Scope


class Who(Enum):
    """What a request must present."""

    ANYONE = auto()
    #: A session; the user may not have an organization yet.
    USER = auto()
    #: A session of somebody in an organization.
    MEMBER = auto()
    #: A session of an owner or admin.
    MANAGER = auto()
    #: An API key.
    KEY = auto()
    #: A session of somebody in an organization, or an API key; never both.
    MEMBER_OR_KEY = auto()


@dataclass(frozen=True, slots=True)
class Access:
    """``scope`` is what an API key needs; a page answers in HTML and sends people to sign in."""

    who: Who
    scope: Scope | None = None
    is_page: bool = False

    @property
    def takes_session(self) -> bool:
        return self.who not in (Who.ANYONE, Who.KEY)

    @property
    def takes_key(self) -> bool:
        return self.who in (Who.KEY, Who.MEMBER_OR_KEY)


_ANYONE = Access(Who.ANYONE)
_USER = Access(Who.USER)
_MEMBER = Access(Who.MEMBER)
_MANAGER = Access(Who.MANAGER)
_INGEST = Access(Who.KEY, Scope.INGEST)
_READ = Access(Who.MEMBER_OR_KEY, Scope.READ)
_OPEN_PAGE = Access(Who.ANYONE, is_page=True)
_USER_PAGE = Access(Who.USER, is_page=True)
_MEMBER_PAGE = Access(Who.MEMBER, is_page=True)
_MANAGER_PAGE = Access(Who.MANAGER, is_page=True)

#: By endpoint, as Flask names it.
ROUTES: dict[str, Access] = {
    "static": _ANYONE,
    "accounts.sign_up": _ANYONE,
    "accounts.log_in": _ANYONE,
    "accounts.sign_out": _USER,
    "accounts.change_password": _USER,
    "accounts.me": _USER,
    "organizations.onboard": _USER,
    "organizations.list_members": _MEMBER,
    "organizations.invite_member": _MANAGER,
    "organizations.change_member": _MANAGER,
    "organizations.remove_member": _MANAGER,
    "organizations.accept_invitation": _USER,
    "keys.list_keys": _MEMBER,
    "keys.create_key": _MANAGER,
    "keys.revoke_key": _MANAGER,
    "keys.revoke_key_by_query": _MANAGER,
    "events.ingest": _INGEST,
    "doors.litellm": _INGEST,
    "doors.cloudevents": _INGEST,
    "traces.export": _INGEST,
    "events.show_event": _READ,
    "usage.report": _READ,
    "prices.list_prices": _READ,
    "unpriced.report": _READ,
    **{
        f"{terms}.{view}": _MANAGER
        for terms in ("own_prices", "discounts", "aliases")
        for view in ("list_entries", "create_entry", "change_entry", "remove_entry")
    },
    "repricings.list_repricings": _MANAGER,
    "budgets.list_budgets": _READ,
    "budgets.list_periods": _READ,
    # It names people, whom keys have no business to know.
    "budgets.list_versions": _MEMBER,
    "budgets.create_budget": _MANAGER,
    "budgets.change_budget": _MANAGER,
    "budgets.remove_budget": _MANAGER,
    "reservations.reserve": _INGEST,
    "reservations.release": _INGEST,
    "alerts.list_alerts": _READ,
    "channels.list_channels": _MANAGER,
    "channels.create_channel": _MANAGER,
    "channels.change_channel": _MANAGER,
    "channels.remove_channel": _MANAGER,
    "channels.rotate_secret": _MANAGER,
    "deliveries.test_channel": _MANAGER,
    "deliveries.list_deliveries": _MANAGER,
    "deliveries.resend": _MANAGER,
    "health.health": _ANYONE,
    # Behind a token of its own, which is the operator's and no organization's.
    "metrics.show": _ANYONE,
    "reference.openapi": _ANYONE,
    "reference.docs": _OPEN_PAGE,
    "pages.accounts.home": _OPEN_PAGE,
    "pages.accounts.login": _OPEN_PAGE,
    "pages.accounts.signup": _OPEN_PAGE,
    "pages.accounts.invitation": _OPEN_PAGE,
    "pages.accounts.join": _USER_PAGE,
    "pages.accounts.signout": _USER_PAGE,
    "pages.accounts.onboarding": _USER_PAGE,
    "pages.dashboard.overview": _MEMBER_PAGE,
    "pages.dashboard.providers": _MEMBER_PAGE,
    "pages.dashboard.models": _MEMBER_PAGE,
    "pages.dashboard.model": _MEMBER_PAGE,
    "pages.dashboard.queries": _MEMBER_PAGE,
    "pages.dashboard.query": _MEMBER_PAGE,
    "pages.dashboard.arrival": _MEMBER_PAGE,
    "pages.dashboard.chart_image": _MEMBER_PAGE,
    "pages.budgets.list": _MEMBER_PAGE,
    "pages.budgets.create": _MANAGER_PAGE,
    "pages.budgets.show": _MEMBER_PAGE,
    "pages.budgets.edit": _MANAGER_PAGE,
    "pages.budgets.remove": _MANAGER_PAGE,
    "pages.alerts.list": _MEMBER_PAGE,
    **{
        f"pages.channels.{view}": _MANAGER_PAGE
        for view in ("list", "create", "edit", "remove", "show", "rotate", "switch")
    },
    "pages.channels.test": _MANAGER_PAGE,
    "pages.channels.resend": _MANAGER_PAGE,
    "pages.prices.look_up": _MEMBER_PAGE,
    "pages.prices.unpriced": _MEMBER_PAGE,
    "pages.own_prices.list": _MANAGER_PAGE,
    "pages.own_prices.create": _MANAGER_PAGE,
    "pages.own_prices.edit": _MANAGER_PAGE,
    "pages.own_prices.remove": _MANAGER_PAGE,
    "pages.keys.list": _MEMBER_PAGE,
    "pages.keys.create": _MANAGER_PAGE,
    "pages.keys.revoke": _MANAGER_PAGE,
    "pages.theme.choose": _USER_PAGE,
    "pages.settings.show": _MEMBER_PAGE,
    "pages.settings.back": _MEMBER_PAGE,
    "pages.settings.change_password": _MEMBER_PAGE,
    "pages.settings.invite": _MANAGER_PAGE,
    "pages.settings.set_retention": _MANAGER_PAGE,
    "pages.settings.change_role": _MANAGER_PAGE,
    "pages.settings.remove_member": _MANAGER_PAGE,
}
