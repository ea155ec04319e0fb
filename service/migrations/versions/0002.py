"""Who asked, as a digest; what a challenger says in the shadow; an index that counts questions without their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("predictions", sa.Column("caller", sa.String(32)))
    op.create_index("ix_predictions_asked_version_caller", "predictions", ["asked", "version", "caller"])
    op.drop_index("ix_predictions_asked", "predictions")
    op.create_table(
        "shadows",
        sa.Column("prediction_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.String(200), primary_key=True),
        sa.Column("asked", sa.DateTime, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("shadows")
    op.create_index("ix_predictions_asked", "predictions", ["asked"])
    op.drop_index("ix_predictions_asked_version_caller", "predictions")
    op.drop_column("predictions", "caller")
