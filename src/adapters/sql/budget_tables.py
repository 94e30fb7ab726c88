"""The tables of budgets: their terms, what they have spent, and what is reserved of them."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from adapters.sql.columns import (
    ORGANIZATION,
    amounts,
    bounded,
    finite_time,
    id_column,
    metadata,
    not_empty,
    percents,
    time_column,
)

_BUDGET = ["budgets.organization_id", "budgets.id"]

budgets = Table(
    "budgets",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("name", String(100), nullable=False),
    Column("limit_usd", Numeric, nullable=False),
    Column("period", String(16), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("scope", JSONB, nullable=False),
    Column("scope_tags", JSONB, nullable=False),
    Column("thresholds", ARRAY(Integer), nullable=False),
    Column("forecast_thresholds", ARRAY(Integer), nullable=False),
    Column("enforcement", String(16), nullable=False),
    Column("unpriced", String(32), nullable=False),
    Column("unpriced_estimate_usd", Numeric),
    Column("version", Integer, nullable=False),
    time_column("created_at"),
    time_column("updated_at"),
    Column("channel_ids", ARRAY(Uuid(as_uuid=False))),
    PrimaryKeyConstraint("id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    not_empty("name"),
    bounded("version", 1, 10**9),
    percents("thresholds"),
    percents("forecast_thresholds"),
    CheckConstraint("limit_usd > 0 AND limit_usd <= 1000000", name="limit_usd"),
    CheckConstraint("period IN ('day', 'week', 'month')", name="period"),
    CheckConstraint("enforcement IN ('alert', 'block')", name="enforcement"),
    CheckConstraint("unpriced IN ('block', 'allow', 'estimate')", name="unpriced"),
    CheckConstraint(
        "(unpriced = 'estimate') = (unpriced_estimate_usd IS NOT NULL)", name="unpriced_estimate"
    ),
    bounded("unpriced_estimate_usd", 0, 10**6),
    finite_time("created_at"),
    finite_time("updated_at"),
    CheckConstraint("cardinality(channel_ids) <= 50", name="channel_ids"),
    UniqueConstraint("organization_id", "id"),
)

budget_versions = Table(
    "budget_versions",
    metadata,
    id_column("organization_id"),
    id_column("budget_id"),
    Column("version", Integer, nullable=False),
    Column("terms", JSONB, nullable=False),
    time_column("since"),
    id_column("changed_by", nullable=True),
    PrimaryKeyConstraint("budget_id", "version"),
    ForeignKeyConstraint(["organization_id", "budget_id"], _BUDGET, ondelete="CASCADE"),
    bounded("version", 1, 10**9),
    finite_time("since"),
)

#: Which models answer to which names, as far as budgets that block want to know it.
model_answers = Table(
    "model_answers",
    metadata,
    id_column("organization_id"),
    Column("provider", String(256), nullable=False),
    Column("requested_model", String(256), nullable=False),
    Column("model", String(256), nullable=False),
    PrimaryKeyConstraint("organization_id", "provider", "requested_model", "model"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
)

#: The ledger: a row for all budgets of an organization whose periods begin and end together, with
#: the sums of each at its place. A call that a hundred budgets count changes one row in place of a
#: hundred. A row is kept whole, and changed on its page while two of it fit there.
budget_periods = Table(
    "budget_periods",
    metadata,
    id_column("organization_id"),
    time_column("start"),
    time_column("end"),
    Column("budget_ids", ARRAY(Uuid(as_uuid=False)), nullable=False),
    Column("spent_usd", ARRAY(Numeric), nullable=False),
    Column("reserved_usd", ARRAY(Numeric), nullable=False),
    PrimaryKeyConstraint("organization_id", "start", "end"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint(
        "cardinality(budget_ids) > 0 AND cardinality(budget_ids) = cardinality(spent_usd)"
        " AND cardinality(budget_ids) = cardinality(reserved_usd)",
        name="budget_ids",
    ),
    amounts("spent_usd"),
    amounts("reserved_usd"),
    finite_time("start"),
    finite_time("end"),
    postgresql_with={"fillfactor": 50, "toast_tuple_target": 8160},
)

budget_forecasts = Table(
    "budget_forecasts",
    metadata,
    id_column("organization_id"),
    id_column("budget_id"),
    time_column("start"),
    Column("forecast", JSONB, nullable=False),
    PrimaryKeyConstraint("budget_id", "start"),
    ForeignKeyConstraint(["organization_id", "budget_id"], _BUDGET, ondelete="CASCADE"),
    finite_time("start"),
)

reservations = Table(
    "reservations",
    metadata,
    id_column(),
    id_column("organization_id"),
    Column("estimate_usd", Numeric),
    time_column("created_at"),
    time_column("expires_at"),
    Column("outcome", String(16)),
    time_column("closed_at", nullable=True),
    Column("event_id", String(128)),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("organization_id", "id"),
    ForeignKeyConstraint(["organization_id"], [ORGANIZATION], ondelete="CASCADE"),
    CheckConstraint("estimate_usd >= 0 AND estimate_usd <= 1e6", name="estimate_usd"),
    CheckConstraint("outcome IN ('settled', 'released')", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (closed_at IS NULL)", name="is_closed"),
    finite_time("created_at"),
    finite_time("expires_at"),
    finite_time("closed_at"),
    Index(None, "expires_at"),
)

#: What is held at this moment, in open periods: a hold that ends is deleted, and its amount
#: with it.
reservation_holds = Table(
    "reservation_holds",
    metadata,
    id_column("organization_id"),
    id_column("reservation_id"),
    id_column("budget_id"),
    time_column("start"),
    time_column("expires_at"),
    Column("amount_usd", Numeric, nullable=False),
    PrimaryKeyConstraint("reservation_id", "budget_id", "start"),
    ForeignKeyConstraint(
        ["organization_id", "reservation_id"],
        ["reservations.organization_id", "reservations.id"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["organization_id", "budget_id"], _BUDGET, ondelete="CASCADE"),
    CheckConstraint("amount_usd >= 0 AND amount_usd <= 1e6", name="amount_usd"),
    finite_time("start"),
    finite_time("expires_at"),
    Index(None, "budget_id", "start", "expires_at"),
    Index(None, "expires_at"),
)
