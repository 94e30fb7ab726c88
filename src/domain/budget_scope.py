"""Which calls a budget counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.errors import Invalid
from domain.event import Event
from domain.report import Dimension, EventFilter
from domain.tags import check_tags
from domain.text import check_text

#: What a budget may be scoped to, besides tags.
SCOPE_DIMENSIONS = (
    Dimension.PROJECT,
    Dimension.ENVIRONMENT,
    Dimension.PROVIDER,
    Dimension.MODEL,
    Dimension.USER,
    Dimension.API_KEY,
)


@dataclass(frozen=True, slots=True)
class BudgetScope:
    """Which events count: those that match every named field. An empty scope takes all.

    Raises:
        Invalid: a field that budgets do not have, or a text that no event can have.
    """

    dimensions: Mapping[Dimension, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for dimension, value in self.dimensions.items():
            if dimension not in SCOPE_DIMENSIONS:
                raise Invalid.at(f"/scope/{dimension}", "is not a field of a scope")
            check_text(value, f"/scope/{dimension}")
        check_tags(self.tags, "/scope/tags")

    @property
    def as_filter(self) -> EventFilter:
        return EventFilter(
            dimensions={name: (value,) for name, value in self.dimensions.items()},
            tags={name: (value,) for name, value in self.tags.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who and what a call is for: all that a scope looks at."""

    project: str | None = None
    environment: str | None = None
    provider: str | None = None
    model: str | None = None
    user: str | None = None
    api_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> tuple[str | None, ...]:
        """One for each of ``SCOPE_DIMENSIONS``, in their order."""
        return (
            self.project,
            self.environment,
            self.provider,
            self.model,
            self.user,
            self.api_key,
        )

    @classmethod
    def of(cls, event: Event) -> "Attribution":
        reported = event.reported
        return cls(
            project=reported.project,
            environment=reported.environment,
            provider=reported.provider,
            model=reported.model,
            user=reported.user,
            api_key=event.api_key_id,
            tags=reported.tags,
        )
