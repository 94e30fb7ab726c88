"""The statements behind reports, each made once for all questions of a shape."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    Text,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_tables import IS_UNPRICED, TOKEN_COLUMNS, events
from adapters.sql.gap_reasons import GAP_REASON
from adapters.sql.kept_sums import KEPT_BESIDE
from adapters.sql.ready_tag_sums import FURTHER
from adapters.sql.rollup_tables import COUNTS, SUMS
from adapters.sql.selections import Chosen, conditions
from adapters.sql.usage_groups import NOTHING
from adapters.sql.usage_questions import Shape, made_once
from adapters.sql.usage_sources import UNPRICED, names_of, slots, sums

#: Of the durations of a group.
_ARRAYS = {"slots": "slot", "counts": "n"}
TALLIED = ("calls", UNPRICED, "cost_usd")
_FIRST = func.min(events.c.timestamp).label("first_seen")
_LAST = func.max(events.c.timestamp).label("last_seen")
_TOKENS_OF_EVENTS = sum(
    (func.coalesce(func.sum(events.c[name]), 0) for name in TOKEN_COLUMNS.values()),
    start=literal(0),
).label("tokens")


@made_once
def sums_of_groups(shape: Shape) -> Select[Any]:
    """``group_0`` and so on with all sums but durations."""
    source = sums(shape).subquery()
    keys = [source.c[name] for name in names_of(shape.by)]
    totals = (func.sum(source.c[name]).label(name) for name in (*COUNTS, *SUMS))
    return select(*keys, *totals).group_by(*keys)


@made_once
def durations_of_groups(shape: Shape, *, of_own: bool) -> Select[Any]:
    """Each group with its ``slots`` and the ``counts`` of calls in each.

    ``of_own`` those that are given by ``own_0`` and so on, and all others as ``FURTHER``.
    """
    source, names = slots(shape).subquery(), names_of(shape.by)
    of_group: list[ColumnElement[Any]] = [source.c[name] for name in names]
    if of_own:
        is_own = _is_given(of_group)
        of_group = [case((is_own, key), else_=FURTHER) for key in of_group]
    labelled = [key.label(name) for key, name in zip(of_group, names, strict=True)]
    number = func.sum(source.c.n)
    counted = (
        select(*labelled, source.c.slot, number.cast(BigInteger).label("n"))
        .group_by(*labelled, source.c.slot)
        # A slot of all calls may be taken up by those with a tag, and leave none without.
        .having(number != 0)
        .subquery()
    )
    # A row for each group and not for each slot: there may be thousands of both.
    keys = [counted.c[name] for name in names]
    arrays = (func.array_agg(counted.c[n]).label(name) for name, n in _ARRAYS.items())
    return select(*keys, *arrays).group_by(*keys)


@made_once
def sums_and_durations(of_groups: Shape, of_all: Shape) -> CompoundSelect[Any]:
    """``sums_of_groups``, and one row, ``is_last``, with the durations of all in their stead.

    It also tells what is kept.
    """
    groups = sums_of_groups(of_groups)
    durations = durations_of_groups(of_all, of_own=False)
    of_last = (*durations.selected_columns, *KEPT_BESIDE)
    no_sums = (null().label(each.key) for each in groups.selected_columns)
    return union_all(
        groups.add_columns(*(null().label(each.key) for each in of_last), false().label("is_last")),
        durations.with_only_columns(*no_sums, *of_last, true().label("is_last")),
    )


def _is_given(keys: list[ColumnElement[Any]]) -> ColumnElement[bool]:
    """Of the groups; nothing is equal to nothing here."""
    given = select(
        *(func.unnest(bindparam(f"own_{number}", type_=ARRAY(Text))) for number in range(len(keys)))
    )
    return tuple_(*(func.coalesce(key, NOTHING) for key in keys)).in_(given)


@made_once
def spent(shape: Shape) -> Select[Any]:
    """The cost of all."""
    source = sums(shape, numbers=("cost_usd",)).subquery()
    return select(func.coalesce(func.sum(source.c.cost_usd), 0))


@made_once
def tally(shape: Shape) -> Select[Any]:
    """``TALLIED`` of all, null where there is nothing."""
    source: Subquery = sums(shape, numbers=TALLIED).subquery()
    return select(*(func.sum(source.c[name]).label(name) for name in TALLIED))


@made_once
def price_gaps(chosen: Chosen) -> Select[Any]:
    """Calls without a price by provider, model and reason."""
    keys = (events.c.provider, events.c.model, GAP_REASON)
    calls = func.count()
    order = [key.collate("C") for key in (events.c.provider, events.c.model, GAP_REASON.element)]
    return (
        select(*keys, _TOKENS_OF_EVENTS, calls.label("calls"), _FIRST, _LAST)
        .where(text(IS_UNPRICED), *conditions(chosen))
        .group_by(*keys)
        .order_by(_TOKENS_OF_EVENTS.desc(), calls.desc(), *order)
    )
