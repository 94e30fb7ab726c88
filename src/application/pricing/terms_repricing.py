"""Costs follow an organization's terms: what a change of them may touch is priced again."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork
from domain.event import FURTHEST_AHEAD
from domain.period import midnight
from domain.pricing.pricing_terms import Entry
from domain.pricing.terms import AliasTerms, Terms
from domain.repricing import Repricing, RepricingReason, RepricingScope

#: From here on spellings of the same name differ.
_VERSION = re.compile(r"[-@]20\d\d-?\d\d|[-@]\d+$")


def request_repricing(
    uow: UnitOfWork,
    entry: Entry[Terms],
    versions: Iterable[Terms],
    *,
    requested_by: str,
    identifiers: Identifiers,
    now: datetime,
) -> None:
    """Ask for the calls of every version of the terms, in the transaction that changes them.

    Terms that begin in the future concern no call yet.
    """
    for scope in dict.fromkeys(_scope(entry.id, terms) for terms in versions):
        if scope.start is None or scope.start <= now + FURTHEST_AHEAD:
            repricing = Repricing(
                id=identifiers.new(),
                organization_id=entry.organization_id,
                reason=RepricingReason(entry.terms.kind),
                scope=scope,
                requested_by=requested_by,
                requested_at=now,
                due_at=now,
            )
            uow.repricings.add(entry.organization_id, repricing)


def _scope(entry_id: str, terms: Terms) -> RepricingScope:
    return RepricingScope(
        provider=terms.provider,
        name=_stem(terms.alias) if isinstance(terms, AliasTerms) else None,
        start=_midnight(terms.valid_from),
        end=_midnight(terms.valid_to),
        terms_id=entry_id,
    )


def _stem(alias: str) -> str | None:
    """What stands in every spelling of a name that the alias means: its start before a date or a

    version, which some clouds write with other signs; None where that is nothing.
    """
    return _VERSION.split(alias.strip().lower(), maxsplit=1)[0] or None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else midnight(day)
