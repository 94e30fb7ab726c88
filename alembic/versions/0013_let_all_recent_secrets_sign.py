"""Keep every secret of a webhook that signs beside the newest, and not only the last of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("old_secrets", JSONB, nullable=False, server_default="[]")
    op.add_column("channels", column)
    op.execute(
        "UPDATE channels SET old_secrets = jsonb_build_array("
        " jsonb_build_object('secret', old_secret, 'until', old_secret_until))"
        " WHERE old_secret IS NOT NULL AND old_secret_until IS NOT NULL"
    )
    op.drop_constraint(op.f("ck_channels_old_secret_until"), "channels", type_="check")
    op.drop_column("channels", "old_secret_until")
    op.drop_column("channels", "old_secret")


def downgrade() -> None:
    op.add_column("channels", sa.Column("old_secret", sa.String(128)))
    op.add_column("channels", sa.Column("old_secret_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE channels SET old_secret = old_secrets -> 0 ->> 'secret',"
        " old_secret_until = (old_secrets -> 0 ->> 'until')::timestamptz"
    )
    op.create_check_constraint(
        op.f("ck_channels_old_secret_until"),
        "channels",
        "old_secret_until >= '2000-01-01Z' AND old_secret_until < '2200-01-01Z'",
    )
    op.drop_column("channels", "old_secrets")
