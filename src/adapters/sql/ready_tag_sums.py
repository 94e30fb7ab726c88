"""Sums by one tag, for a report that asks for that tag alone, or for models of its values."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    TableClause,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.sql.selectable import LateralFromClause

from adapters.sql.columns import MOMENT
from adapters.sql.ready_sums import Ready, in_piece, plain
from adapters.sql.rollup_groups import start_of, width_of
from adapters.sql.selections import NUMBER_OF_TAGS, filters, passes_as_tag
from adapters.sql.tables import organizations
from adapters.sql.tag_tables import WHOLE, tag_model_rollups, tag_rollups, tag_values
from adapters.sql.usage_questions import Shape
from domain.report import Dimension, TagDimension
from domain.rollup import Breakdown, Tier

#: The group of all values that have no sum of their own: longer than any value may be.
FURTHER = "." * 257

_ROLLUPS, _BY_MODEL, _VALUES = map(plain, (tag_rollups, tag_model_rollups, tag_values))
_ALWAYS, _NEVER = (literal_column(f"'{sign}infinity'::timestamptz", MOMENT) for sign in ("", "-"))


class TagSums:
    """``wanted`` are the columns that a report adds up."""

    def __init__(self, shape: Shape, wanted: Sequence[str]) -> None:
        self._by = shape.by
        is_by_model = shape.breakdown is Breakdown.TAG_MODEL
        self._rollups = _BY_MODEL if is_by_model else _ROLLUPS
        own = (each.value for each in shape.by if isinstance(each, Dimension))
        self._wanted = tuple(dict.fromkeys((*own, *wanted)))
        dimensions = shape.chosen._replace(tags=(), or_none=None)
        self._filters = list(filters(dimensions, self._rollups))
        named = {each.name for each in shape.by if isinstance(each, TagDimension)}
        (self._tag,) = {*shape.chosen.tags, *named}
        #: Whether a value is asked for; None asks for all, and for the calls without the tag.
        self._asked = passes_as_tag(_VALUES.c.value, shape.chosen) if shape.chosen.tags else None
        self._has_none = shape.chosen.or_none is not None
        self.reach = self._reach(shape.breakdown or Breakdown.TAG)
        of_tag = [_VALUES.c.tag == self._tag]
        if self._asked is not None:
            of_tag.append(self._asked)
        self._own = _found_once(*of_tag)
        with_tag = or_(_VALUES.c.value.is_(None), _VALUES.c.value == self._tag)
        self._whole = _found_once(_VALUES.c.tag == WHOLE, with_tag)

    def _reach(self, breakdown: Breakdown) -> ColumnElement[datetime]:
        """The moment before which sums answer, and from which on calls must: often infinity.

        A tag without sums is answered by its calls, and so is one with more values than have
        sums, as far as there are calls, unless all values that are asked for have theirs. It is
        found by the same statement that adds up, and so of the same moment. It is where a bucket of
        any width ends: one on both sides of it would count calls that count by themselves as well.
        """
        has_sums = exists(self._values().where(_VALUES.c.value.is_(None)))
        width = width_of(breakdown.coarsest)
        within = f"organizations.events_begin + {width} - interval '1 microsecond'"
        next_bucket = literal_column(start_of(breakdown.coarsest, f"({within})"), MOMENT)
        begin = select(func.coalesce(next_bucket, _NEVER)).where(
            organizations.c.id == bindparam("of")
        )
        found = case(
            (~has_sums, _NEVER),
            (or_(~exists(self._further()), self._all_asked_have_sums()), _ALWAYS),
            else_=begin.scalar_subquery(),
        )
        # Once for all parts of a statement, which may ask several questions.
        reach = select(found.label("reach")).cte()
        return select(reach.c.reach).scalar_subquery()

    def _values(self) -> Select[Any]:
        return select(_VALUES.c.number).where(
            _VALUES.c.organization_id == bindparam("of"),
            _VALUES.c.tag == self._tag,
        )

    def _further(self) -> Select[Any]:
        """Days of the span in which there are calls with values that have no sum."""
        return (
            self._values()
            .join(_ROLLUPS, _is_of_value(_ROLLUPS))
            .where(
                _VALUES.c.value.is_(None),
                _ROLLUPS.c.tier == literal_column(str(int(Tier.DAY))),
                _ROLLUPS.c.start >= func.date_trunc("day", bindparam("begin", type_=MOMENT), "UTC"),
                _ROLLUPS.c.start < bindparam("end", type_=MOMENT),
                _ROLLUPS.c.calls > 0,
            )
        )

    def _all_asked_have_sums(self) -> ColumnElement[bool]:
        if self._asked is None:
            return false()
        found = self._values().where(self._asked)
        number = found.with_only_columns(func.count()).scalar_subquery()
        return number == bindparam(NUMBER_OF_TAGS, type_=BigInteger)

    def ready(self, piece: FromClause, of_values: FromClause) -> Iterator[Ready]:
        """Each value's; and all calls' less those with the tag, which are those without it.

        ``of_values`` are the pieces in which values are looked up one by one.
        """
        own = self._kept(of_values, self._own)
        value = func.coalesce(own.c.value, FURTHER)
        keys = [own.c[each.value] if isinstance(each, Dimension) else value for each in self._by]
        yield Ready(own, keys, of_values)
        if self._asked is None or self._has_none:
            all_calls = self._kept(piece, self._whole)
            sign = case((all_calls.c.value.is_(None), 1), else_=-1)
            yield Ready(all_calls, [null() for _ in self._by], piece, sign)

    def _kept(self, piece: FromClause, values: CTE) -> LateralFromClause:
        """What each of ``values`` has in a piece."""
        rollups = self._rollups
        return (
            select(values.c.value, *(rollups.c[name] for name in self._wanted))
            .join_from(values, rollups, rollups.c.number == values.c.number)
            .where(
                rollups.c.organization_id == bindparam("of"),
                *in_piece(rollups, piece),
                *self._filters,
                rollups.c.start < self.reach,
            )
            .offset(0)
            .lateral()
        )


def _found_once(*which: ColumnElement[bool]) -> CTE:
    """Not anew for each piece of a report, of which there may be hundreds."""
    found = select(_VALUES.c.number, _VALUES.c.value)
    found = found.where(_VALUES.c.organization_id == bindparam("of"), *which)
    return found.cte().prefix_with("MATERIALIZED")


def _is_of_value(rollups: TableClause) -> ColumnElement[bool]:
    own = ("organization_id", "number")
    return and_(*(rollups.c[name] == _VALUES.c[name] for name in own))
