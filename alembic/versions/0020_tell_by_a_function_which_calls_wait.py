"""Tell by a function which calls are in no sum yet.

Plans that a connection keeps are made anew whenever a table that they read is vacuumed, and the one
in which calls wait, through which all calls go, is every minute. What a function reads is no part
of the plan of those who ask it.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MAKE = """
CREATE FUNCTION waiting_calls(of_organization uuid) RETURNS TABLE ("timestamp" timestamptz, id text)
LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
    RETURN QUERY SELECT unnest(timestamps), unnest(event_ids)
        FROM pending_rollups WHERE organization_id = of_organization;
END $$"""


def upgrade() -> None:
    op.execute(_MAKE)


def downgrade() -> None:
    op.execute("DROP FUNCTION waiting_calls(uuid)")
