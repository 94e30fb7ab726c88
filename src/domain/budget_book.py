"""All budgets of an organization, made ready to tell which of them a call counts towards."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import lru_cache
from operator import attrgetter

from domain.budget import Budget, BudgetPeriod
from domain.budget_scope import Attribution, BudgetScope
from domain.event import Event
from domain.model_answers import ModelAnswer, ModelAnswers
from domain.money import EXACT
from domain.period import Interval, Span, span_containing, zone
from domain.report import Dimension
from domain.terms_warning import TermsWarning

#: Seconds; every local day of every time zone begins on a multiple of it.
_QUARTER_S = 900

_Values = tuple[str | None, ...]
_TAG = "tag "
#: Which values of a call a scope looks at: dimensions, or names of tags.
_Shape = tuple[Dimension | str, ...]
_ReadAttribution = Callable[[Attribution], str | None]
_ReadEvent = Callable[[Event], str | None]


@dataclass(frozen=True, slots=True)
class Posting:
    """What calls add to each of the budgets that count the same ones, in one of their periods.

    Below 0 where they became cheaper.
    """

    budgets: Sequence[Budget]
    period: Span
    amount_usd: Decimal


@dataclass(frozen=True, slots=True)
class _Family:
    """Budgets of the same kind of period that look at the same values of a call.

    ``places`` says where these are among all values that any budget looks at.
    """

    period: BudgetPeriod
    timezone: str
    places: tuple[int, ...]
    members: Mapping[_Values, Sequence[Budget]]

    def matching(self, values: _Values) -> Sequence[Budget]:
        return self.members.get(self.picked(values), ())

    def picked(self, values: _Values) -> _Values:
        return tuple([values[place] for place in self.places])


class BudgetBook:
    """Immutable, and safe to share between threads.

    Calls are first put together by what any scope looks at and by quarter of an hour, and each
    family of budgets sums these up once, so that a hundred budgets cost little more than one.
    """

    def __init__(self, budgets: Sequence[Budget], answers: Iterable[ModelAnswer] = ()) -> None:
        self.budgets = tuple(budgets)
        self.answers = ModelAnswers(answers)
        self.blocks_by_model = any(
            TermsWarning.BLOCKS_BY_MODEL in budget.terms.warnings for budget in budgets
        )
        self._by_id = {budget.id: budget for budget in budgets}
        looked_at = {each: None for budget in budgets for each in _shape(budget.terms.scope)}
        self._reads = tuple(_read_attribution(each) for each in looked_at)
        self._reads_of_events = tuple(_read_event(each) for each in looked_at)
        self._families = tuple(_families(budgets, list(looked_at)))

    def __bool__(self) -> bool:
        return bool(self.budgets)

    def get(self, budget_id: str) -> Budget | None:
        return self._by_id.get(budget_id)

    def matching(self, attribution: Attribution) -> list[Budget]:
        """The budgets that a call counts towards, in the order of their ids."""
        values = tuple(read(attribution) for read in self._reads)
        found = (budget for family in self._families for budget in family.matching(values))
        return sorted(found, key=lambda budget: budget.id)

    def to_ask(self, asked: Attribution) -> list[Budget]:
        """The budgets that a call may count towards which is about to be made, in that order: its
        answer may name another model, as those of earlier calls did.
        """
        if not self.blocks_by_model:
            return self.matching(asked)
        of_any = (self.matching(each) for each in self.answers.attributions(asked))
        found = {budget.id: budget for budgets in of_any for budget in budgets}
        return [found[budget_id] for budget_id in sorted(found)]

    def postings(self, costs: Iterable[tuple[Event, Decimal]]) -> list[Posting]:
        """What calls of these costs add: one for a budget's period at most, and none of 0."""
        if not self.budgets:
            return []
        with localcontext(EXACT):
            groups = self._groups(costs)
            return [posting for family in self._families for posting in _postings(family, groups)]

    def _groups(self, costs: Iterable[tuple[Event, Decimal]]) -> dict[tuple[_Values, int], Decimal]:
        groups: dict[tuple[_Values, int], Decimal] = defaultdict(Decimal)
        for event, amount in costs:
            quarter = int(event.reported.timestamp.timestamp() // _QUARTER_S)
            values = tuple([read(event) for read in self._reads_of_events])
            groups[values, quarter] += amount
        return groups


def _shape(scope: BudgetScope) -> _Shape:
    return (*sorted(scope.dimensions), *(f"{_TAG}{name}" for name in sorted(scope.tags)))


def _wanted(scope: BudgetScope) -> _Values:
    """The values that a call must have, in the order of the scope's shape."""
    dimensions = (scope.dimensions[each] for each in sorted(scope.dimensions))
    return (*dimensions, *(scope.tags[name] for name in sorted(scope.tags)))


def _read_attribution(looked_at: Dimension | str) -> _ReadAttribution:
    if isinstance(looked_at, Dimension):
        return attrgetter(looked_at.value)
    tag = looked_at.removeprefix(_TAG)
    return lambda attribution: attribution.tags.get(tag)


def _read_event(looked_at: Dimension | str) -> _ReadEvent:
    """As ``Attribution.of`` has it; making one of every call took longer than all else here."""
    if isinstance(looked_at, Dimension):
        of_key = looked_at is Dimension.API_KEY
        return attrgetter("api_key_id" if of_key else f"reported.{looked_at.value}")
    tag = looked_at.removeprefix(_TAG)
    return lambda event: event.reported.tags.get(tag)


def _families(budgets: Sequence[Budget], looked_at: Sequence[Dimension | str]) -> Iterator[_Family]:
    members: dict[tuple[BudgetPeriod, str, _Shape], dict[_Values, list[Budget]]] = {}
    for budget in budgets:
        scope, period, timezone = budget.terms.counted
        family = members.setdefault((period, timezone, _shape(scope)), {})
        family.setdefault(_wanted(scope), []).append(budget)
    for (period, timezone, shape), of_values in members.items():
        yield _Family(period, timezone, tuple(map(looked_at.index, shape)), of_values)


def _postings(family: _Family, groups: Mapping[tuple[_Values, int], Decimal]) -> Iterator[Posting]:
    periods = _periods({quarter for _, quarter in groups}, family)
    sums: dict[tuple[_Values, Span], Decimal] = defaultdict(Decimal)
    for (values, quarter), amount in groups.items():
        picked = family.picked(values)
        if picked in family.members:
            sums[picked, periods[quarter]] += amount
    for (picked, period), amount in sums.items():
        if amount:
            yield Posting(family.members[picked], period, amount)


def _periods(quarters: Iterable[int], family: _Family) -> dict[int, Span]:
    """The period of each quarter of an hour; most are in the same one."""
    found: dict[int, Span] = {}
    span: Span | None = None
    for quarter in sorted(quarters):
        instant = datetime.fromtimestamp(quarter * _QUARTER_S, UTC)
        if span is None or not span.start <= instant < span.end:
            span = _period_at(instant, family.period, family.timezone)
        found[quarter] = span
    return found


#: Remembered, because for a single call this takes longer than all else here.
@lru_cache(maxsize=1024)
def _period_at(instant: datetime, period: BudgetPeriod, timezone: str) -> Span:
    return span_containing(instant, Interval(period), zone(timezone))
