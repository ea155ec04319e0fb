"""What the database holds, counted: by hour, by kind, the latest feedback; each query has an index and an end."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.state.store import Store

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection

HOURS = 24
HOUR = timedelta(hours=1)
# No hour is counted further than this: the page says "or more".
MOST_COUNTED = 100_000
MOST_RECENT = 20
# Until then, rows of an hour may still come from a queue.
SETTLED = timedelta(minutes=15)
KINDS = {"up": "up", "down": "down", None: "corrections"}


class Counts:
    """Asks a database on a connection of its own; one thread uses it."""

    def __init__(self, url: str) -> None:
        # The writer makes the file of SQLite, never this.
        self.store = Store(url, known=True)
        self.settled: dict[tuple[str, datetime], int] = {}

    def read(self) -> dict[str, Any] | None:
        """Counts and feedback of the last day, without any text of a question; None while the database is away."""
        from service.state.store import AwayError

        if not self.store.up:
            return None
        now = datetime.now(UTC).replace(tzinfo=None)
        try:
            told: dict[str, Any] = self.store.transact(lambda connection: self.select(connection, now))
        except AwayError:
            return None
        return told

    def select(self, connection: "Connection", now: datetime) -> dict[str, Any]:
        from service.state.tables import feedback, predictions

        this = now.replace(minute=0, second=0, microsecond=0)
        hours = [this - HOUR * back for back in reversed(range(HOURS))]
        self.settled = {key: count for key, count in self.settled.items() if key[1] >= hours[0]}
        told = [
            {
                "hour": f"{hour.isoformat()}Z",
                "predictions": self.count(connection, predictions.c.asked, hour, now),
                "feedback": self.count(connection, feedback.c.given, hour, now),
            }
            for hour in hours
        ]
        return {"hours": told, "kinds": count_kinds(connection, now), "recent": list_recent(connection)}

    def count(self, connection: "Connection", column: "Column[datetime]", hour: datetime, now: datetime) -> int:
        """Rows of one hour, up to MOST_COUNTED; what is over is asked once."""
        from sqlalchemy import func, select

        key = (column.table.name, hour)
        if key in self.settled:
            return self.settled[key]
        rows = select(column).where(column >= hour, column < hour + HOUR).limit(MOST_COUNTED).subquery()
        count = int(connection.execute(select(func.count()).select_from(rows)).scalar_one())
        if hour + HOUR + SETTLED < now:
            self.settled[key] = count
        return count


def count_kinds(connection: "Connection", now: datetime) -> dict[str, int]:
    """Ratings and corrections of the last 24 hours."""
    from sqlalchemy import func, select

    from service.state.tables import feedback

    since = now - HOUR * HOURS
    latest = select(feedback.c.rating).where(feedback.c.given >= since).limit(MOST_COUNTED).subquery()
    rows = connection.execute(select(latest.c.rating, func.count()).group_by(latest.c.rating)).all()
    return dict.fromkeys(KINDS.values(), 0) | {KINDS[rating]: int(count) for rating, count in rows}


def list_recent(connection: "Connection") -> list[dict[str, Any]]:
    """The latest feedback: what was suggested, by which version, and what was said of it."""
    from sqlalchemy import select

    from service.state.tables import feedback, predictions

    asked = select(feedback.c.given, feedback.c.rating, feedback.c.tags, predictions.c.version, predictions.c.tags)
    joined = asked.join_from(feedback, predictions, feedback.c.prediction_id == predictions.c.id, isouter=True)
    rows = connection.execute(joined.order_by(feedback.c.given.desc()).limit(MOST_RECENT)).all()
    return [
        {
            "given": f"{given.isoformat()}Z",
            "kind": rating or "correction",
            "tags": tags or [],
            "version": version,
            "suggested": [row["tag"] for row in suggested or [] if row["suggested"]],
        }
        for given, rating, tags, version, suggested in rows
    ]
