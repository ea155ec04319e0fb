"""The tables of the service's database; service/migrations makes them. Times are UTC without a zone."""

from sqlalchemy import JSON, Column, DateTime, Index, MetaData, String, Table, Text

metadata = MetaData()

# `title` and `body` (HTML) are NULL once the days to keep them are over.
predictions = Table(
    "predictions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("asked", DateTime, nullable=False),
    Column("version", String(200), nullable=False),
    Column("title", Text),
    Column("body", Text),
    Column("tags", JSON, nullable=False),  # [{tag, probability, suggested}, ...]
    Column("caller", String(32)),  # a digest
    Index("ix_predictions_asked_version_caller", "asked", "version", "caller"),
)

# What a challenger says, in the shadow, of a question that another version answered.
shadows = Table(
    "shadows",
    metadata,
    Column("prediction_id", String(36), primary_key=True),
    Column("version", String(200), primary_key=True),
    Column("asked", DateTime, nullable=False),
    Column("tags", JSON, nullable=False),
)

# No foreign key: feedback may come before its prediction is written, and stays where that was dropped.
feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("prediction_id", String(36), nullable=False, index=True),
    Column("given", DateTime, nullable=False, index=True),
    Column("caller", String(32), nullable=False),  # a digest
    Column("tags", JSON(none_as_null=True)),  # [tag, ...], or NULL for a rating
    Column("rating", String(4)),  # up, down, or NULL for a correction
)
