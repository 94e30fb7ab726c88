"""What normalising a provider's usage object gives, and the notes it may leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from domain.usage.token_usage import TokenClass, TokenUsage, Unit

#: The provider has no convention here yet: nothing was read, and nothing was guessed.
NO_CONVENTION = "no_convention"
#: The object holds none of the convention's fields.
UNRECOGNISED_USAGE = "unrecognised_usage"
#: Cached image tokens are counted as ``cache_read``: there is no class of their own.
CACHED_IMAGE_AS_CACHE_READ = "cached_image_as_cache_read"
#: Output video tokens are counted as ``output``: there is no class of their own.
OUTPUT_VIDEO_AS_OUTPUT = "output_video_as_output"
#: A modality's share of the cached tokens is not stated; the prompt is counted as text.
MODALITY_UNKNOWN = "modality_unknown"
#: Anthropic ran further billed iterations (compaction, advisor) that the totals leave out.
ITERATIONS_NOT_COUNTED = "iterations_not_counted"
#: Tokens of citations are counted as ``input``, whose price they have.
CITATIONS_AS_INPUT = "citations_as_input"
#: OpenRouter used the caller's own key: its fee and the upstream's charge are both in the cost.
UPSTREAM_COST_INCLUDED = "upstream_cost_included"


def of_framework(name: str) -> str:
    """The object is a client framework's own, not the provider's, and was read by its rules."""
    return f"framework_usage:{name}"


def contradictory(pointer: str) -> str:
    """The numbers break the convention: the breakdown was dropped, the stated total stands."""
    return f"contradictory_usage:{pointer}"


def incomplete(pointer: str) -> str:
    """A total is absent although parts of it are stated: only the parts are counted."""
    return f"incomplete_usage:{pointer}"


#: How notes begin that say that tokens may be missing or in the wrong class.
DOUBTS = (
    "contradictory_usage",
    "incomplete_usage",
    ITERATIONS_NOT_COUNTED,
    MODALITY_UNKNOWN,
    NO_CONVENTION,
    UNRECOGNISED_USAGE,
)


class NormalisedUsage(NamedTuple):
    """A usage object, read. A tuple, because every event makes one: it takes a third of the time.

    ``convention`` names the rule that read it, None where there is none for the provider.
    ``service_tier``, ``speed`` and ``region`` are what the object itself says, None where silent.
    """

    usage: TokenUsage
    convention: str | None
    provider_cost_usd: Decimal | None = None
    service_tier: str | None = None
    notes: tuple[str, ...] = ()
    speed: str | None = None
    region: str | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether tokens may be missing or in the wrong class, so that a cost is not exact."""
        return bool(self.notes) and any(note.startswith(DOUBTS) for note in self.notes)


_new, _NO_UNITS = tuple.__new__, TokenUsage().units


def of_tokens(
    tokens: dict[TokenClass, int], convention: str, service_tier: str | None = None
) -> NormalisedUsage:
    """A reading of tokens alone, for the quick readings.

    Named tuples' own constructors take twice as long, a twentieth of what an event may take.
    """
    usage = _new(TokenUsage, (tokens, _NO_UNITS))
    return _new(NormalisedUsage, (usage, convention, None, service_tier, (), None, None))


@dataclass(slots=True)
class Tally:
    """Classes as they are read, with the notes on them. A class is absent until it is stated."""

    tokens: dict[TokenClass, int] = field(default_factory=dict)
    units: dict[Unit, Decimal] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take(self, token_class: TokenClass, tokens: int | None) -> None:
        """A class as it is stated; nothing where it is not."""
        if tokens is not None:
            self.tokens[token_class] = tokens

    def take_unit(self, unit: Unit, quantity: int | Decimal | None) -> None:
        """A unit as it is stated; nothing where it is not."""
        if quantity is not None:
            self.units[unit] = Decimal(quantity)

    def agreed(self, stated: Iterable[int | None], at: str) -> int | None:
        """The one count that several places state, of which some may be left at zero.

        Where they differ, the largest: counts of a call only grow while it is answered. The note
        says that the classes are in doubt.
        """
        numbers = [number for number in stated if number is not None]
        if len({number for number in numbers if number}) > 1:
            self.notes.append(contradictory(at))
        return max(numbers, default=None)

    def split(
        self,
        total: int | None,
        main: TokenClass,
        parts: Mapping[TokenClass, int | None],
        *,
        total_at: str,
        parts_at: str,
    ) -> bool:
        """Share ``total`` among ``parts``; what is left is ``main``. False if they contradict.

        Parts that are negative or exceed the total are dropped and noted, and the total stands
        whole in ``main``: no token is lost, none is counted twice.
        """
        stated = {name: n for name, n in parts.items() if n is not None}
        if total is None:
            if stated:
                self.notes.append(incomplete(total_at))
                self.tokens |= {name: n for name, n in stated.items() if n >= 0}
            return True
        rest = total - sum(stated.values())
        if rest < 0 or (stated and min(stated.values()) < 0):
            self.notes.append(contradictory(parts_at))
            self.tokens[main] = total
            return False
        self.tokens[main] = rest
        self.tokens |= stated
        return True

    def normalised(
        self,
        convention: str,
        *,
        provider_cost_usd: Decimal | None = None,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> NormalisedUsage:
        """The finished reading."""
        usage = TokenUsage(self.tokens, self.units)
        if usage.is_empty and provider_cost_usd is None:
            self.notes.append(UNRECOGNISED_USAGE)
        return NormalisedUsage(
            usage, convention, provider_cost_usd, service_tier, tuple(self.notes), speed, region
        )
