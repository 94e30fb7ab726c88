"""Keep the sums of all budgets whose periods begin and end together in one row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.Uuid(as_uuid=False)
_TIME = sa.DateTime(timezone=True)
_HOLDS_OF_PERIODS = "fk_reservation_holds_budget_id_start"
_HOLDS_OF_BUDGETS = "fk_reservation_holds_organization_id_budget_id"


def upgrade() -> None:
    op.drop_constraint(_HOLDS_OF_PERIODS, "reservation_holds", type_="foreignkey")
    _create_forecasts()
    op.execute(
        "INSERT INTO budget_forecasts (organization_id, budget_id, start, forecast)"
        " SELECT organization_id, budget_id, start, forecast FROM budget_periods"
        " WHERE forecast IS NOT NULL"
    )
    _put_aside()
    _create_periods()
    op.execute(
        'INSERT INTO budget_periods (organization_id, start, "end", budget_ids, spent_usd,'
        " reserved_usd)"
        ' SELECT organization_id, start, "end", array_agg(budget_id ORDER BY budget_id),'
        " array_agg(spent_usd ORDER BY budget_id), array_agg(reserved_usd ORDER BY budget_id)"
        ' FROM replaced GROUP BY organization_id, start, "end"'
    )
    op.drop_table("replaced")
    op.create_foreign_key(
        _HOLDS_OF_BUDGETS,
        "reservation_holds",
        "budgets",
        ["organization_id", "budget_id"],
        ["organization_id", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.drop_constraint(_HOLDS_OF_BUDGETS, "reservation_holds", type_="foreignkey")
    _put_aside()
    _create_periods_of_each()
    op.execute(
        'INSERT INTO budget_periods (organization_id, budget_id, start, "end", spent_usd,'
        " reserved_usd, forecast)"
        ' SELECT p.organization_id, entry.budget_id, p.start, p."end", entry.spent_usd,'
        " entry.reserved_usd, f.forecast"
        " FROM replaced AS p CROSS JOIN unnest(p.budget_ids, p.spent_usd, p.reserved_usd)"
        " AS entry (budget_id, spent_usd, reserved_usd)"
        " LEFT JOIN budget_forecasts AS f ON f.budget_id = entry.budget_id AND f.start = p.start"
    )
    op.drop_table("replaced")
    op.drop_table("budget_forecasts")
    op.create_foreign_key(
        _HOLDS_OF_PERIODS,
        "reservation_holds",
        "budget_periods",
        ["budget_id", "start"],
        ["budget_id", "start"],
        ondelete="CASCADE",
    )


def _put_aside() -> None:
    """The table, and the name of its key, which the one that takes its place has."""
    op.rename_table("budget_periods", "replaced")
    op.execute("ALTER INDEX pk_budget_periods RENAME TO pk_replaced")


def _create_forecasts() -> None:
    op.create_table(
        "budget_forecasts",
        sa.Column("organization_id", _ID, nullable=False),
        sa.Column("budget_id", _ID, nullable=False),
        sa.Column("start", _TIME, nullable=False),
        sa.Column("forecast", JSONB, nullable=False),
        _in_this_age("budget_forecasts", "start"),
        _of_budgets("budget_forecasts"),
        sa.PrimaryKeyConstraint("budget_id", "start", name=op.f("pk_budget_forecasts")),
    )


def _create_periods() -> None:
    op.create_table(
        "budget_periods",
        sa.Column("organization_id", _ID, nullable=False),
        sa.Column("start", _TIME, nullable=False),
        sa.Column("end", _TIME, nullable=False),
        sa.Column("budget_ids", ARRAY(_ID), nullable=False),
        sa.Column("spent_usd", ARRAY(sa.Numeric), nullable=False),
        sa.Column("reserved_usd", ARRAY(sa.Numeric), nullable=False),
        sa.CheckConstraint(
            "cardinality(budget_ids) > 0 AND cardinality(budget_ids) = cardinality(spent_usd)"
            " AND cardinality(budget_ids) = cardinality(reserved_usd)",
            name=op.f("ck_budget_periods_budget_ids"),
        ),
        _amounts("spent_usd"),
        _amounts("reserved_usd"),
        _in_this_age("budget_periods", "start"),
        _in_this_age("budget_periods", "end"),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_budget_periods_organization_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "start", "end", name=op.f("pk_budget_periods")),
        postgresql_with={"fillfactor": 50, "toast_tuple_target": 8160},
    )


def _create_periods_of_each() -> None:
    op.create_table(
        "budget_periods",
        sa.Column("organization_id", _ID, nullable=False),
        sa.Column("budget_id", _ID, nullable=False),
        sa.Column("start", _TIME, nullable=False),
        sa.Column("end", _TIME, nullable=False),
        sa.Column("spent_usd", sa.Numeric, nullable=False),
        sa.Column("reserved_usd", sa.Numeric, server_default="0", nullable=False),
        sa.Column("forecast", JSONB, nullable=True),
        _in_this_age("budget_periods", "start"),
        _in_this_age("budget_periods", "end"),
        sa.CheckConstraint(
            "reserved_usd >= 0 AND reserved_usd <= 1e15",
            name=op.f("ck_budget_periods_reserved_usd"),
        ),
        sa.CheckConstraint(
            "spent_usd >= 0 AND spent_usd <= 1e15", name=op.f("ck_budget_periods_spent_usd")
        ),
        _of_budgets("budget_periods"),
        sa.PrimaryKeyConstraint("budget_id", "start", name=op.f("pk_budget_periods")),
        postgresql_with={"fillfactor": 50},
    )


def _amounts(name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(
        f"0 <= ALL ({name}) AND 1e15 >= ALL ({name}) AND array_position({name}, NULL) IS NULL",
        name=op.f(f"ck_budget_periods_{name}"),
    )


def _in_this_age(table: str, name: str) -> sa.CheckConstraint:
    column = f'"{name}"' if name == "end" else name
    return sa.CheckConstraint(
        f"{column} >= '2000-01-01Z' AND {column} < '2200-01-01Z'", name=op.f(f"ck_{table}_{name}")
    )


def _of_budgets(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organization_id", "budget_id"],
        ["budgets.organization_id", "budgets.id"],
        name=op.f(f"fk_{table}_organization_id_budget_id"),
        ondelete="CASCADE",
    )
