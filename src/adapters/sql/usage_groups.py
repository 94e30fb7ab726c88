"""The groups of a report: their order, and which of them share a row."""

from collections.abc import Mapping, Sequence

from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.usage_sums import Sums, added_up, known_cost
from domain.report import GroupRow, place_of

#: A value for each dimension that is asked for.
Group = tuple[str | None, ...]
#: In the place of no value: as long as none may be.
NOTHING = FURTHER[:-1] + "-"


def apart(
    groups: Mapping[Group, Sums], most: int | None
) -> tuple[list[tuple[Group, Sums]], list[Sums]]:
    """The groups that have a row of their own, in order, and all others."""
    known = {group: each for group, each in groups.items() if FURTHER not in group}
    ordered = _in_order(known)
    own = ordered[:most]
    further = [each for group, each in groups.items() if FURTHER in group]
    return own, [*(each for _, each in ordered[len(own) :]), *further]


def rows_of(groups: Mapping[Group, Sums]) -> list[GroupRow]:
    """A row for each, in order."""
    own, rest = apart(groups, None)
    rows = [GroupRow(group, each.measures) for group, each in own]
    nothing = (None,) * len(next(iter(groups), ()))
    return [*rows, *(GroupRow(nothing, each.measures, is_overflow=True) for each in rest)]


def _in_order(groups: Mapping[Group, Sums]) -> list[tuple[Group, Sums]]:
    return sorted(groups.items(), key=lambda pair: place_of(pair[0], known_cost(pair[1].row)))


def without_last(groups: Mapping[Group, Sums]) -> dict[Group, Sums]:
    """The sums of all groups that differ in their last value alone."""
    parts: dict[Group, list[Sums]] = {}
    for group, each in groups.items():
        parts.setdefault(group[:-1], []).append(each)
    return {group: added_up(each) for group, each in parts.items()}


def own_values(groups: Sequence[Group], dimensions: int) -> dict[str, list[str]]:
    """``own_0`` and so on: the values of the groups, by column."""
    return {
        f"own_{number}": [
            NOTHING if (value := group[number]) is None else value for group in groups
        ]
        for number in range(dimensions)
    }
