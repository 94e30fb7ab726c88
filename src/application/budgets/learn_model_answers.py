"""Which models answer to which names is remembered, for limits by the name of a model."""

from collections.abc import Sequence
from contextlib import suppress

from application.ports.unit_of_work import UnitsOfWork
from domain.budget_book import BudgetBook
from domain.errors import Unavailable
from domain.event import Event


class LearnModelAnswers:
    """Part of ingesting, after the calls are stored.

    A reservation names the model that is asked for, and the event the one that answered. What was
    seen once is asked for in later reservations, too, also by a budget that was made since. A
    change of what is known is one of the budgets: every process reads them anew.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    def __call__(self, organization_id: str, book: BudgetBook, events: Sequence[Event]) -> None:
        """Raises nothing: the calls are stored, and the next one of its kind tells it again."""
        news = book.answers.news_of(events)
        if news:
            with suppress(Unavailable), self._units_of_work() as uow:
                uow.budgets.add_answers(organization_id, news)
                uow.commit()
