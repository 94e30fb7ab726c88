"""Find the calls of one trace or session without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("trace_id", "session"):
        op.create_index(
            f"ix_events_{name}",
            "events",
            ["organization_id", name, "timestamp"],
            unique=False,
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )


def downgrade() -> None:
    op.drop_index("ix_events_session", table_name="events")
    op.drop_index("ix_events_trace_id", table_name="events")
