"""Ordinary domain objects for tests; each takes the fields that a test is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from typing import Any

from adapters.memory.identifiers import SequentialIdentifiers
from adapters.memory.secrets import SequentialSecrets
from domain.api_key import PREFIX, ApiKey, Scope
from domain.budget import Budget, BudgetTerms
from domain.costing import CostSource, EventCost
from domain.event import Event, ReportedEvent, UsageStatus
from domain.organization import INVITATION_LIFETIME, Invitation, Member, Organization, Role
from domain.pricing.quote import Quote
from domain.pricing.rates import UnitRate
from domain.session import SESSION_LIFETIME, Session
from domain.spending import Spending
from domain.usage.token_usage import TokenClass, TokenUsage
from domain.user import User

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

_identifiers = SequentialIdentifiers(series=0x7E5)
_secrets = SequentialSecrets()
_numbers = count(1)


def an_id() -> str:
    """An id that no other call returns."""
    return _identifiers.new()


def a_hash() -> bytes:
    """The hash of a secret that no other call returns."""
    return sha256(_secrets.token().encode()).digest()


def a_user(**changes: object) -> User:
    fields: dict[str, Any] = {
        "id": an_id(),
        "email": f"ada{next(_numbers)}@example.com",
        "name": "Ada",
        "password_hash": "plain:correct horse",
        "created_at": NOW,
    }
    return User(**(fields | changes))


def a_session(user: User, **changes: object) -> Session:
    fields: dict[str, Any] = {
        "token_hash": a_hash(),
        "user_id": user.id,
        "created_at": NOW,
        "expires_at": NOW + SESSION_LIFETIME,
    }
    return Session(**(fields | changes))


def an_organization(**changes: object) -> Organization:
    fields: dict[str, Any] = {
        "id": an_id(),
        "name": "Acme",
        "slug": f"acme-{next(_numbers)}",
        "created_at": NOW,
    }
    return Organization(**(fields | changes))


def a_member(organization: Organization, user: User, **changes: object) -> Member:
    fields: dict[str, Any] = {
        "organization_id": organization.id,
        "user_id": user.id,
        "email": user.email,
        "name": user.name,
        "role": Role.MEMBER,
        "joined_at": NOW,
    }
    return Member(**(fields | changes))


def an_invitation(organization: Organization, **changes: object) -> Invitation:
    fields: dict[str, Any] = {
        "id": an_id(),
        "organization_id": organization.id,
        "email": f"grace{next(_numbers)}@example.com",
        "role": Role.MEMBER,
        "token_hash": a_hash(),
        "invited_by": an_id(),
        "created_at": NOW,
        "expires_at": NOW + INVITATION_LIFETIME,
    }
    return Invitation(**(fields | changes))


def an_api_key(organization: Organization, **changes: object) -> ApiKey:
    fields: dict[str, Any] = {
        "id": an_id(),
        "organization_id": organization.id,
        "name": "Backend",
        "secret_hash": a_hash(),
        "prefix": PREFIX,
        "last_four": "wxyz",
        "scopes": frozenset({Scope.INGEST}),
        "created_by": an_id(),
        "created_at": NOW,
    }
    return ApiKey(**(fields | changes))


def a_budget(organization: Organization, **changes: object) -> Budget:
    fields: dict[str, Any] = {
        "id": an_id(),
        "organization_id": organization.id,
        "terms": BudgetTerms(name="Everything", limit_usd=Decimal(100)),
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Budget(**(fields | changes))


def a_quote(**changes: object) -> Quote:
    """Three dollars for a million tokens in, fifteen for a million out."""
    fields: dict[str, Any] = {
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "book_version": "2026-11-23",
        "source": "test",
        "source_version": "1",
        "rates": {
            "input": UnitRate(Decimal(3), 10**6),
            "output": UnitRate(Decimal(15), 10**6),
        },
        "service_tier": "default",
    }
    return Quote(**(fields | changes))


def a_prompt(tokens: int) -> TokenUsage:
    """A call with a prompt of this size, and nothing else."""
    return TokenUsage({TokenClass.INPUT: tokens})


def a_cost(usd: str | None = "0.0021", **changes: object) -> EventCost:
    """A computed cost, or an unknown one for None."""
    amount = None if usd is None else Decimal(usd)
    fields: dict[str, Any] = {
        "cost_usd": amount,
        "list_cost_usd": amount,
        "source": CostSource.UNPRICED if amount is None else CostSource.COMPUTED,
    }
    return EventCost(**(fields | changes))


def an_event(
    key: ApiKey,
    *,
    usage: TokenUsage | None = None,
    usage_status: UsageStatus = UsageStatus.COMPLETE,
    cost: EventCost | None = None,
    received_at: datetime = NOW,
    service_tier: str | None = None,
    **reported: object,
) -> Event:
    """A call of an hour ago; what has no parameter here is a field of the report."""
    if usage is None:
        usage = TokenUsage({TokenClass.INPUT: 200, TokenClass.OUTPUT: 100})
    fields: dict[str, Any] = {
        "id": f"call-{next(_numbers)}",
        "timestamp": NOW - timedelta(hours=1),
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "usage": usage,
    }
    return Event(
        organization_id=key.organization_id,
        api_key_id=key.id,
        received_at=received_at,
        reported=ReportedEvent(**(fields | reported)),
        usage=usage,
        usage_status=usage_status,
        service_tier=service_tier,
        cost=cost or a_cost(),
    )


def a_spending(budget: Budget, spent_usd: Decimal, now: datetime = NOW) -> Spending:
    """What a budget has spent in the period of ``now``."""
    return Spending(budget_id=budget.id, period=budget.period_at(now), spent_usd=spent_usd)
