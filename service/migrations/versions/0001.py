"""Predictions and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("asked", sa.DateTime, nullable=False, index=True),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("tags", sa.JSON, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("prediction_id", sa.String(36), nullable=False, index=True),
        sa.Column("given", sa.DateTime, nullable=False, index=True),
        sa.Column("caller", sa.String(32), nullable=False),
        sa.Column("tags", sa.JSON),
        sa.Column("rating", sa.String(4)),
    )


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_table("predictions")
