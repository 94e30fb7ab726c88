"""The statements of reservations, whose periods the transaction holds."""

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from adapters.sql.budget_tables import budget_periods as periods
from adapters.sql.budget_tables import reservation_holds as holds
from adapters.sql.budget_tables import reservations
from adapters.sql.period_amounts import GIVEN, MAY_HAVE_GIVEN, entries

_ENTRY = entries(periods)
_IS_ITS = (GIVEN.c.budget_id == _ENTRY.c.budget_id) & (GIVEN.c.began == periods.c.start)
_RESERVED = _ENTRY.c.reserved_usd + func.coalesce(GIVEN.c.amount, 0)
RESERVE = (
    update(periods)
    .where(MAY_HAVE_GIVEN)
    .values(
        reserved_usd=select(func.array_agg(aggregate_order_by(_RESERVED, _ENTRY.c.place)))
        .select_from(_ENTRY.outerjoin(GIVEN, _IS_ITS))
        .scalar_subquery()
    )
)

_NEW = (
    insert(reservations)
    .values(
        id=bindparam("new"),
        organization_id=bindparam("of"),
        estimate_usd=bindparam("estimate"),
        created_at=bindparam("created"),
        expires_at=bindparam("expires"),
    )
    .cte("new")
)
_HELD = (
    insert(holds)
    .from_select(
        ["organization_id", "reservation_id", "budget_id", "start", "expires_at", "amount_usd"],
        select(
            bindparam("of", type_=holds.c.organization_id.type),
            bindparam("new", type_=holds.c.reservation_id.type),
            GIVEN.c.budget_id,
            GIVEN.c.began,
            bindparam("expires", type_=holds.c.expires_at.type),
            GIVEN.c.amount,
        ),
    )
    .cte("held")
)
#: All of it at once, because others wait for these periods meanwhile.
ADD = RESERVE.add_cte(_NEW, _HELD)

_ENDED = (
    delete(holds)
    .where(holds.c.organization_id == bindparam("of"))
    .returning(holds.c.budget_id, holds.c.start, holds.c.amount_usd)
)
END_OF = _ENDED.where(holds.c.reservation_id == bindparam("ended"))
KEY = tuple_(holds.c.budget_id, holds.c.start)
KEEP = (
    update(holds)
    .where(
        holds.c.organization_id == bindparam("of"),
        holds.c.reservation_id == bindparam("ended"),
        holds.c.budget_id == bindparam("budget"),
        holds.c.start == bindparam("began"),
    )
    .values(expires_at=bindparam("until"))
)
END_EXPIRED = _ENDED.where(
    holds.c.budget_id == GIVEN.c.budget_id,
    holds.c.start == GIVEN.c.began,
    holds.c.expires_at <= bindparam("now"),
)
