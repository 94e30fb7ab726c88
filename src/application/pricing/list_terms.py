"""What an organization has agreed about prices, and who entered it."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitsOfWork
from domain.pricing.pricing_terms import Entry
from domain.pricing.terms import Terms, TermsKind
from domain.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTermsRequest:
    """``after`` is the id of the last entry seen."""

    organization_id: str
    kind: TermsKind
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredTerms:
    """An entry, and its author, also when they have left the organization."""

    entry: Entry[Terms]
    created_by: User | None


class ListTerms:
    """Entries of a kind in the order they were entered."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, request: ListTermsRequest) -> list[AuthoredTerms]:
        with self._units_of_work(snapshot=True) as uow:
            entries = uow.pricing_terms.list(
                request.organization_id, request.kind, after=request.after, limit=request.limit
            )
            authors = {
                user_id: uow.users.get(user_id) for user_id in {e.created_by for e in entries}
            }
        return [
            AuthoredTerms(entry=entry, created_by=authors[entry.created_by]) for entry in entries
        ]
