"""Find the costliest and the slowest calls by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("cost_usd", "latency_ms"):
        op.create_index(
            f"ix_events_{name}",
            "events",
            ["organization_id", name],
            unique=False,
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )


def downgrade() -> None:
    op.drop_index("ix_events_latency_ms", table_name="events")
    op.drop_index("ix_events_cost_usd", table_name="events")
