"""The database's feedback as votes, each with the question that it is about."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Select


def export_votes(url: str, path: Path) -> str:
    """Add the feedback of a database to the files below a folder; the counts in words. Raises DataError."""
    import pandas as pd

    from service.state.known import reading
    from tagger.votes import VOTES, name_folder, write_votes

    with reading(url) as connection:
        rows = [dict(row) for row in connection.execute(join_predictions()).mappings()]
    votes = [as_vote(row) for row in rows if row["title"] is not None]
    folder = name_folder(path)
    added = write_votes(folder, pd.DataFrame(votes, columns=VOTES.names)) if votes else {}
    lost = f"; {len(rows) - len(votes):,} left out, the question's text is not or no longer there"
    return f"{sum(added.values()):,} new of {len(votes):,} votes in {folder}{lost if len(rows) > len(votes) else ''}"


def join_predictions() -> "Select[Any]":
    """Feedback beside its prediction, title and body None where that is not there."""
    from sqlalchemy import select

    from service.state.tables import feedback, predictions

    answered = predictions.c.tags.label("answered")
    asked = (predictions.c.asked, predictions.c.title, predictions.c.body, predictions.c.version, answered)
    joined = feedback.outerjoin(predictions, feedback.c.prediction_id == predictions.c.id)
    return select(feedback, *asked).select_from(joined).order_by(feedback.c.given, feedback.c.id)


def as_vote(row: dict[str, Any]) -> dict[str, Any]:
    """A row of votes.VOTES; the database's times are UTC without a zone."""
    import pandas as pd

    return {
        "caller": row["caller"],
        "prediction_id": row["prediction_id"],
        "asked": pd.Timestamp(row["asked"], tz="UTC"),
        "corrected": pd.Timestamp(row["given"], tz="UTC"),
        "title": row["title"],
        "body": row["body"] or "",
        "suggested": list_suggested(row["answered"]),
        "tags": row["tags"],
        "rating": row["rating"],
        "model": row["version"],
    }


def list_suggested(tags: list[dict[str, Any]]) -> list[str]:
    """Of an answer's tags those that passed the threshold."""
    return [tag["tag"] for tag in tags if tag["suggested"]]
