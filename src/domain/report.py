"""What a team asks about its costs, and the shape of the answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum

from domain.costing import CostSource
from domain.money import exact_sum
from domain.period import Span
from domain.usage.token_usage import CACHE_READ_CLASSES, TokenClass, TokenUsage

_WIDE = Context(prec=100)
_EIGHTEEN_DECIMALS = Decimal(1).scaleb(-18)


class Dimension(StrEnum):
    """By what events are filtered and grouped, besides their tags."""

    PROVIDER = "provider"
    MODEL = "model"
    PROJECT = "project"
    ENVIRONMENT = "environment"
    USER = "user"
    API_KEY = "api_key"
    OPERATION = "operation"
    STATUS = "status"
    SESSION = "session"
    TRACE = "trace_id"
    REQUEST = "provider_request_id"


@dataclass(frozen=True, slots=True)
class TagDimension:
    """One tag, by its name."""

    name: str


GroupBy = tuple[Dimension | TagDimension, ...]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """An event passes when each named dimension and tag has one of the values given for it."""

    dimensions: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSelection:
    """The events of one organization in a span of time that pass a filter."""

    organization_id: str
    span: Span
    filter: EventFilter = EventFilter()


@dataclass(frozen=True, slots=True)
class Distribution:
    """Milliseconds over the calls that reported them; None where no call did.

    A percentile is within 2 % of the smallest reported value that at least that share of values
    reach; the mean is exact.
    """

    mean: float | None = None
    p50: int | None = None
    p95: int | None = None
    p99: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many calls have which kind of cost; ``unpriced`` ones are in no sum."""

    priced: int = 0
    estimated: int = 0
    partial: int = 0
    unpriced: int = 0

    @property
    def priced_share(self) -> float | None:
        """From 0 to 1; None without calls."""
        calls = self.priced + self.estimated + self.partial + self.unpriced
        return self.priced / calls if calls else None

    @property
    def with_cost(self) -> int:
        return self.priced + self.estimated + self.partial

    @classmethod
    def of(cls, counts: Mapping[CostSource, int]) -> "Coverage":
        return cls(
            priced=sum(n for source, n in counts.items() if source.is_priced),
            estimated=counts.get(CostSource.ESTIMATED, 0),
            partial=counts.get(CostSource.PARTIAL, 0),
            unpriced=counts.get(CostSource.UNPRICED, 0),
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """By what one notices that a report has changed; ``cost_usd`` is as in ``Measures``."""

    calls: int
    cost_usd: Decimal | None
    unpriced_calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a set of calls amounts to. ``cost_usd`` is the sum of the known costs.

    It is 0 without calls and None when there are calls and the cost of none is known. ``tokens``
    has the classes of which there are any.
    """

    cost_usd: Decimal | None = Decimal(0)
    calls: int = 0
    errors: int = 0
    tokens: Mapping[TokenClass, int] = field(default_factory=dict)
    latency_ms: Distribution = Distribution()
    time_to_first_token_ms: Distribution = Distribution()
    cache_savings_usd: Decimal = Decimal(0)
    coverage: Coverage = Coverage()

    @property
    def tally(self) -> Tally:
        return Tally(self.calls, self.cost_usd, self.coverage.unpriced)

    @property
    def error_rate(self) -> float | None:
        """Share of calls that failed, from 0 to 1; None without calls."""
        return self.errors / self.calls if self.calls else None

    @property
    def total_tokens(self) -> int:
        return sum(self.tokens.values())

    @property
    def cost_per_1000_tokens_usd(self) -> Decimal | None:
        """The known cost over all tokens, those of unpriced calls too; rounded to 18 decimals.

        None without tokens, and where no cost is known.
        """
        if self.cost_usd is None or not self.coverage.with_cost or not self.total_tokens:
            return None
        # Wide enough for the dearest calls of a single token, which the usual 28 digits are not.
        exact = _WIDE.divide(_WIDE.multiply(self.cost_usd, 1000), self.total_tokens)
        return exact.quantize(_EIGHTEEN_DECIMALS, context=_WIDE)

    @property
    def cache_hit_rate(self) -> float | None:
        """Share of the prompts' tokens that a cache had, from 0 to 1; None without such tokens."""
        prompt = TokenUsage(self.tokens).prompt_tokens
        read = sum(self.tokens.get(name, 0) for name in CACHE_READ_CLASSES)
        return read / prompt if prompt else None

    @property
    def cost_per_call_usd(self) -> Decimal | None:
        """Over the calls with a known cost, rounded to 18 decimals; None without such."""
        if self.cost_usd is None or not self.coverage.with_cost:
            return None
        exact = self.cost_usd / self.coverage.with_cost
        return round(exact, 18)


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One bucket of a chart; ``unpriced_calls`` are those that ``cost_usd`` is without."""

    span: Span
    cost_usd: Decimal | None
    calls: int
    errors: int
    tokens: int
    unpriced_calls: int = 0


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The measures of one value of a dimension, or of one pair; None: the event had none.

    The row that ``is_overflow`` has all values that an answer has no row for.
    """

    group: tuple[str | None, ...]
    measures: Measures
    is_overflow: bool = False

    @property
    def place(self) -> "Place":
        """To sort by."""
        return place_of(self.group, self.measures.cost_usd)


@dataclass(frozen=True, slots=True)
class GroupSeries:
    """One value's part of a chart: a point per bucket, those without calls too.

    The one that ``is_overflow`` is all values that a chart has no room for.
    """

    group: tuple[str | None, ...]
    points: tuple[SeriesPoint, ...]
    is_overflow: bool = False

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of the known costs; None where no call has one."""
        known = [
            point.cost_usd for point in self.points if point.calls and point.cost_usd is not None
        ]
        return exact_sum(known) if known else None

    @property
    def calls(self) -> int:
        return sum(point.calls for point in self.points)


#: Of a group among others.
Place = tuple[bool, Decimal, list[tuple[bool, str]]]


def place_of(group: Iterable[str | None], cost_usd: Decimal | None) -> Place:
    """To sort groups by: costliest first, unknown last; then by code points, None last."""
    ties = [(value is None, value or "") for value in group]
    # Not a minus sign, which would round to the precision of the thread's context.
    return cost_usd is None, (cost_usd or Decimal(0)).copy_negate(), ties


class EventSort(StrEnum):
    """Newest, costliest or slowest first; unknown values last, ties by id."""

    TIMESTAMP = "timestamp"
    COST = "cost"
    LATENCY = "latency"
