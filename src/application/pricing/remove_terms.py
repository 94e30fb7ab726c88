"""An owner or admin takes back what was entered about prices."""

from dataclasses import dataclass

from application.ports.clock import Clock
from application.ports.identifiers import Identifiers
from application.ports.unit_of_work import UnitsOfWork
from application.pricing.set_terms import entries_of
from application.pricing.terms_repricing import request_repricing
from domain.errors import NotFound
from domain.pricing.terms import TermsKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTermsRequest:
    organization_id: str
    user_id: str
    kind: TermsKind
    entry_id: str


class RemoveTerms:
    """Remove an own price, a discount or an alias; the calls it priced are priced without it.

    Raises:
        NotFound: the organization has no entry of this kind and id.
    """

    def __init__(self, units_of_work: UnitsOfWork, identifiers: Identifiers, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._identifiers = identifiers
        self._clock = clock

    def __call__(self, request: RemoveTermsRequest) -> None:
        with self._units_of_work() as uow:
            known = entries_of(uow.pricing_terms.lock(request.organization_id), request.kind)
            entry = next((each for each in known if each.id == request.entry_id), None)
            if entry is None:
                raise NotFound("There is no such entry.")
            uow.pricing_terms.remove(request.organization_id, entry.id)
            request_repricing(
                uow,
                entry,
                [entry.terms],
                requested_by=request.user_id,
                identifiers=self._identifiers,
                now=self._clock.now(),
            )
            uow.commit()
