"""Asking for calls to be priced again after an organization's terms have changed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from domain.pricing.affected import Affected

from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork
from domain.event import FURTHEST_AHEAD
from domain.repricing import Repricing, RepricingReason, RepricingScope


class RequestRepricing:
    """Ask for the affected calls to be priced again, together with the change itself.

    Terms that begin in the future affect no call yet.
    """

    def __init__(self, identifiers: Identifiers) -> None:
        self._identifiers = identifiers

    def __call__(
        self,
        uow: UnitOfWork,
        organization_id: str,
        affected: Iterable[Affected],
        *,
        reason: RepricingReason,
        terms_id: str,
        requested_by: str,
        now: datetime,
    ) -> None:
        for scope in dict.fromkeys(_scope(each, terms_id) for each in affected):
            if scope.start is None or scope.start <= now + FURTHEST_AHEAD:
                repricing = Repricing(
                    id=self._identifiers.new(),
                    organization_id=organization_id,
                    reason=reason,
                    scope=scope,
                    requested_by=requested_by,
                    requested_at=now,
                    due_at=now,
                )
                uow.repricings.add(organization_id, repricing)


def _scope(affected: Affected, terms_id: str) -> RepricingScope:
    return RepricingScope(
        provider=affected.provider,
        name=affected.alias.strip().lower() if affected.alias else None,
        start=_midnight(affected.valid_from),
        end=_midnight(affected.valid_to),
        terms_id=terms_id,
    )


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
