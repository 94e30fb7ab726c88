"""What counts in one part of a report and is taken away from another, in both of its places."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, SmallInteger, Subquery, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import array

from adapters.sql.columns import MOMENT


def in_both_places(found: Subquery, keys: Sequence[str], names: Sequence[str]) -> Select[Any]:
    """A row for each of its places, ``into`` and ``out``, that is not null: a ``moment``, and the
    numbers of these ``names``, which are negative where they are taken away.
    """
    places = array([found.c.into, found.c.out]), array([literal(1), literal(-1)])
    place = (
        func.unnest(*places)
        .table_valued(column("moment", MOMENT), column("sign", SmallInteger), name="place")
        .render_derived()
    )
    return (
        select(
            *(found.c[name] for name in keys),
            place.c.moment,
            *((found.c[name] * place.c.sign).label(name) for name in names),
        )
        .select_from(found.join(place, true()))
        .where(place.c.moment.is_not(None))
    )
