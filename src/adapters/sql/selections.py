"""A selection of events as conditions of SQL.

The text of a statement depends on what is ``Chosen`` by, and not on the values, so that it can be
made once for all selections of a kind; it is executed with the ``values_of`` each.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, FromClause, String, Text, any_, bindparam, cast, null, or_
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.sql.event_tables import events
from domain.report import Dimension, EventSelection, TagDimension
from domain.text import has_unstorable


class Chosen(NamedTuple):
    """The dimensions and the names of tags that a selection filters by, each once.

    The calls without a value of ``or_none``, one of these, pass as well. ``as_arrays`` hands over
    the values of each as one array: of several that call after call is compared with, PostgreSQL
    would make one for each call.
    """

    dimensions: tuple[Dimension, ...] = ()
    tags: tuple[str, ...] = ()
    or_none: Dimension | TagDimension | None = None
    as_arrays: bool = False

    @property
    def is_all(self) -> bool:
        return not self.dimensions and not self.tags

    @classmethod
    def by(
        cls,
        selection: EventSelection,
        or_none: Dimension | TagDimension | None = None,
        *,
        as_arrays: bool = False,
    ) -> Self:
        passing = selection.filter
        return cls(tuple(passing.dimensions), tuple(passing.tags), or_none, as_arrays)


def values_of(
    selection: EventSelection, or_none: Dimension | TagDimension | None = None
) -> dict[str, Any]:
    """The parameters of a statement with ``conditions``."""
    of_nobody = [None] if or_none is Dimension.USER else []
    passing = [*selection.filter.dimensions.values(), *selection.filter.tags.values()]
    return {
        "of": selection.organization_id,
        "begin": selection.span.start,
        "end": selection.span.end,
        **{_name(number): _storable(values) for number, values in enumerate(passing)},
        NUMBER_OF_TAGS: len(_storable(passing[-1])) if selection.filter.tags else 0,
        USERS: [*_storable(selection.filter.dimensions.get(Dimension.USER, ())), *of_nobody],
    }


#: Those who pass, and nobody where nobody does.
USERS = "users"
#: How many values of the last tag pass.
NUMBER_OF_TAGS = "number_of_tags"


def conditions(chosen: Chosen, table: FromClause = events) -> list[ColumnElement[bool]]:
    """The WHERE clause; the organization always leads it. ``table`` has the columns of events."""
    return [
        *at_any_time(chosen, table),
        table.c.timestamp >= bindparam("begin"),
        table.c.timestamp < bindparam("end"),
    ]


def at_any_time(chosen: Chosen, table: FromClause = events) -> list[ColumnElement[bool]]:
    """The same without the span."""
    return [table.c.organization_id == bindparam("of"), *filters(chosen, table)]


def group_column(by: Dimension | TagDimension, table: FromClause = events) -> ColumnElement[Any]:
    """The value of a dimension or a tag, a text; NULL where an event has none.

    ``table`` has the columns of events.
    """
    if isinstance(by, TagDimension):
        # What cannot be stored is no event's tag, and PostgreSQL refuses to look for it.
        unknown = has_unstorable(by.name)
        return cast(null(), Text) if unknown else table.c.tags[by.name].as_string()
    if by is Dimension.API_KEY:
        # As text, because any text may be asked for.
        return cast(table.c.api_key_id, Text)
    return table.c[by.value]


def filters(chosen: Chosen, table: FromClause) -> Iterator[ColumnElement[bool]]:
    """What passes, of single events or of roll-ups; these know no tags."""
    for number, dimension in enumerate(chosen.dimensions):
        is_kept = dimension.value in table.c  # a roll-up has a column for each
        column = table.c[dimension.value] if is_kept else group_column(dimension, table)
        yield _passes(column, number, chosen, or_none=chosen.or_none is dimension)
    for number, name in enumerate(chosen.tags, start=len(chosen.dimensions)):
        tag = TagDimension(name)
        yield _passes(group_column(tag, table), number, chosen, or_none=chosen.or_none == tag)


def passes_as_tag(value: ColumnElement[Any], chosen: Chosen) -> ColumnElement[bool]:
    """Whether a ``value`` of the last tag passes."""
    return _is_among(value, len(chosen.dimensions) + len(chosen.tags) - 1, chosen)


def _passes(
    column: ColumnElement[Any], number: int, chosen: Chosen, *, or_none: bool
) -> ColumnElement[bool]:
    passes = _is_among(column, number, chosen)
    return or_(column.is_(None), passes) if or_none else passes


def _is_among(value: ColumnElement[Any], number: int, chosen: Chosen) -> ColumnElement[bool]:
    if chosen.as_arrays:
        return value == any_(bindparam(_name(number), type_=ARRAY(String)))
    return value.in_(bindparam(_name(number), expanding=True))


def _name(number: int) -> str:
    return f"passing_{number}"


def _storable(values: tuple[str, ...]) -> list[str]:
    return [value for value in dict.fromkeys(values) if not has_unstorable(value)]
