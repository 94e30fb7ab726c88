"""Which budgets an organization's calls count towards."""

from dataclasses import dataclass

from application.ports.unit_of_work import UnitOfWork
from domain.budget_book import BudgetBook

_MOST_REMEMBERED = 256
_MOST_BUDGETS = 10_000
_NONE = BudgetBook(())


@dataclass(frozen=True, slots=True)
class KnownBook:
    """All budgets of an organization, and the revision that they are."""

    revision: int
    book: BudgetBook


class BudgetBooks:
    """Looks up an organization's budgets; safe to share between threads.

    They are made ready once for each revision of them: a call costs one look at a number.
    """

    def __init__(self) -> None:
        self._remembered: dict[str, KnownBook] = {}

    def last_known(self, organization_id: str) -> KnownBook | None:
        """All budgets as they were when they were last asked for here, if they were."""
        return self._remembered.get(organization_id)

    def of(self, uow: UnitOfWork, organization_id: str) -> BudgetBook:
        """All budgets, which stay as they are until ``uow`` ends."""
        revision = uow.budgets.revision(organization_id)
        if revision == 0:
            self._remembered.pop(organization_id, None)
            return _NONE
        known = self._remembered.get(organization_id)
        if known is None or known.revision != revision:
            budgets = uow.budgets.list(organization_id, limit=_MOST_BUDGETS)
            answers = uow.budgets.answers(organization_id)
            known = KnownBook(revision, BudgetBook(budgets, answers))
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[organization_id] = known
        return known.book
