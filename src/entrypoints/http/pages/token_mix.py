"""What tokens were used for, as a bar of parts: reckoned here, drawn as SVG by a template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.usage.token_usage import TokenClass


@dataclass(frozen=True, slots=True)
class Part:
    """One class of tokens; ``x`` and ``width`` are percents of the bar."""

    class_: TokenClass
    tokens: int
    share: float
    x: float

    @property
    def width(self) -> float:
        return round(self.share * 100, 3)


def token_mix(tokens: Mapping[TokenClass, int]) -> Sequence[Part]:
    """A part for each class that occurs, in the order of the classes: the prompt begins."""
    total = sum(tokens.values())
    parts: list[Part] = []
    before = 0
    for class_ in TokenClass:
        if count := tokens.get(class_, 0):
            parts.append(Part(class_, count, count / total, round(before / total * 100, 3)))
            before += count
    return parts
