"""The database's questions as traffic, month by month: those whose text is still there, with what was said of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.export.votes import list_suggested

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from tagger.traffic import Said

# Texts are fetched for so many at once.
AT_ONCE = 500


def export_traffic(url: str, path: Path) -> str:
    """Add the questions of a database to the files below a folder; the counts in words. Raises DataError."""
    from service.state.known import reading
    from tagger.traffic import add_traffic, name_folder, read_file

    folder = name_folder(path)
    added = asked = kept = 0
    with reading(url) as connection:
        said = read_said(connection)
        for month in list_months(connection):
            file = folder / f"{month}.parquet"
            known = set(read_file(file)["prediction_id"].to_pylist())
            count, ids = list_ids(connection, month)
            new = sorted(ids - known)
            if new or said[month]:
                added += add_traffic(file, read_questions(connection, new), said[month])
            asked, kept = asked + count, kept + min(count, len(known | ids))
    lost = f"; {asked - kept:,} left out, their texts are no longer there" if asked > kept else ""
    return f"{added:,} new of {kept:,} questions in {folder}{lost}"


def list_months(connection: "Connection") -> list[str]:
    """Every month from the first question to the last."""
    from sqlalchemy import func, select

    from service.state.tables import predictions
    from tagger.months import month_of, month_range

    ends = connection.execute(select(func.min(predictions.c.asked), func.max(predictions.c.asked))).one()
    return [] if ends[0] is None else list(month_range(*map(month_of, ends)))


def list_ids(connection: "Connection", month: str) -> tuple[int, set[str]]:
    """How many questions a month had, and the ids of those whose text is there."""
    from sqlalchemy import func, select

    from service.state.tables import predictions

    inside = asked_in(month)
    count = connection.execute(select(func.count()).where(inside)).scalar_one()
    ids = connection.execute(select(predictions.c.id).where(inside, predictions.c.title.is_not(None)))
    return count, set(ids.scalars())


def asked_in(month: str) -> "ColumnElement[bool]":
    """The condition on predictions."""
    from sqlalchemy import and_

    from service.state.tables import predictions
    from tagger.months import month_start, next_month

    start, end = (month_start(name).replace(tzinfo=None) for name in (month, next_month(month)))
    return and_(predictions.c.asked >= start, predictions.c.asked < end)


def read_said(connection: "Connection") -> "defaultdict[str, dict[str, Said]]":
    """By month of the question, and by prediction, the latest correction and the latest rating."""
    from sqlalchemy import select

    from service.state.tables import feedback, predictions
    from tagger.months import month_of
    from tagger.traffic import Said

    joined = feedback.join(predictions, feedback.c.prediction_id == predictions.c.id)
    columns = (feedback.c.prediction_id, predictions.c.asked, feedback.c.tags, feedback.c.rating)
    ordered = select(*columns).select_from(joined).order_by(feedback.c.given, feedback.c.id)
    said: defaultdict[str, dict[str, Said]] = defaultdict(dict)
    for name, asked, tags, rating in connection.execute(ordered):
        month = said[month_of(asked)]
        before = month.get(name, Said(None, None))
        month[name] = Said(tags or before.tags, rating or before.rating)
    return said


def read_questions(connection: "Connection", ids: Sequence[str]) -> Any:
    """A frame with the columns of traffic.TRAFFIC, what was said apart."""
    import pandas as pd
    from sqlalchemy import select

    from service.state.tables import predictions
    from tagger.traffic import TRAFFIC

    parts = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
    found = (select(predictions).where(predictions.c.id.in_(part)) for part in parts)
    rows = [as_traffic(dict(row)) for query in found for row in connection.execute(query).mappings()]
    return pd.DataFrame([row for row in rows if row["title"] is not None], columns=TRAFFIC.names)


def as_traffic(row: dict[str, Any]) -> dict[str, Any]:
    """A row of traffic.TRAFFIC; the database's times are UTC without a zone."""
    import pandas as pd

    asked: datetime = row["asked"]
    return {
        "prediction_id": row["id"],
        "asked": pd.Timestamp(asked, tz="UTC"),
        "title": row["title"],
        "body": row["body"] or "",
        "suggested": list_suggested(row["tags"]),
        "tags": None,
        "rating": None,
        "model": row["version"],
    }
