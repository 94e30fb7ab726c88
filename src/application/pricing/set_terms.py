"""An owner or admin enters what the organization has agreed about prices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.pricing.list_terms import AuthoredTerms
from application.pricing.terms_repricing import request_repricing
from domain.errors import Conflict, NotFound
from domain.phrases import Phrase
from domain.pricing.pricing_terms import Entry, PricingTerms
from domain.pricing.terms import (
    AliasTerms,
    DiscountTerms,
    OwnPriceTerms,
    Terms,
    TermsKind,
    key_of,
)

MOST_ENTRIES = 1000
_CLASSES: Mapping[TermsKind, type[Terms]] = {
    TermsKind.OWN_PRICE: OwnPriceTerms,
    TermsKind.DISCOUNT: DiscountTerms,
    TermsKind.ALIAS: AliasTerms,
}
_OVERLAPPING = {
    TermsKind.OWN_PRICE: Phrase("There is a price for this model on some of these days already."),
    TermsKind.DISCOUNT: Phrase(
        "There is a discount of this provider on some of these days already."
    ),
    TermsKind.ALIAS: Phrase("There is this alias on some of these days already."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTermsRequest:
    """``changes`` are fields of the kind's terms; ``entry_id`` None enters new ones."""

    organization_id: str
    user_id: str
    kind: TermsKind
    changes: Mapping[str, Any]
    entry_id: str | None = None


class SetTerms:
    """Enter an own price, a discount or an alias, or change one.

    - Two of the same provider and name never hold on the same day.
    - Calls that the change concerns are priced again, past ones included.

    Raises:
        NotFound: the organization has no entry of this kind and id.
        Conflict: ``overlapping_terms`` with another entry, or ``too_many`` of this kind.
        Invalid: the terms contradict themselves.
    """

    def __init__(self, units_of_work: UnitsOfWork, identifiers: Identifiers, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: SetTermsRequest) -> AuthoredTerms:
        now = self._clock.now()
        with self._units_of_work() as uow:
            known = entries_of(uow.pricing_terms.lock(request.organization_id), request.kind)
            if request.entry_id is None:
                before, entry = None, self._new(request, now)
            else:
                before = _found(known, request.entry_id)
                entry = replace(
                    before, terms=replace(before.terms, **request.changes), updated_at=now
                )
            _check(entry, [other for other in known if other.id != entry.id])
            self._store(uow, request, before, entry)
            request_repricing(
                uow,
                entry,
                [before.terms, entry.terms] if before else [entry.terms],
                requested_by=request.user_id,
                identifiers=self._identifiers,
                now=now,
            )
            author = uow.users.get(entry.created_by)
            uow.commit()
        return AuthoredTerms(entry=entry, created_by=author)

    def _new(self, request: SetTermsRequest, now: datetime) -> Entry[Terms]:
        return Entry(
            id=self._identifiers.new(),
            organization_id=request.organization_id,
            terms=_CLASSES[request.kind](**request.changes),
            created_by=request.user_id,
            created_at=now,
            updated_at=now,
        )

    @staticmethod
    def _store(
        uow: UnitOfWork,
        request: SetTermsRequest,
        before: Entry[Terms] | None,
        entry: Entry[Terms],
    ) -> None:
        if before is None:
            uow.pricing_terms.add(request.organization_id, entry)
        else:
            uow.pricing_terms.update(request.organization_id, entry)


def entries_of(terms: PricingTerms, kind: TermsKind) -> list[Entry[Terms]]:
    """The entries of one kind."""
    lists: Mapping[TermsKind, tuple[Entry[Terms], ...]] = {
        TermsKind.OWN_PRICE: terms.own_prices,
        TermsKind.DISCOUNT: terms.discounts,
        TermsKind.ALIAS: terms.aliases,
    }
    return list(lists[kind])


def _found(known: list[Entry[Terms]], entry_id: str) -> Entry[Terms]:
    for entry in known:
        if entry.id == entry_id:
            return entry
    raise NotFound("There is no such entry.")


def _check(entry: Entry[Terms], others: list[Entry[Terms]]) -> None:
    kind = entry.terms.kind
    if len(others) >= MOST_ENTRIES:
        detail = Phrase("There are %(most)s entries already.", most=MOST_ENTRIES)
        raise Conflict(detail, code="too_many")
    for other in others:
        if key_of(other.terms) == key_of(entry.terms) and other.terms.overlaps(entry.terms):
            raise Conflict(_OVERLAPPING[kind], code="overlapping_terms")
