"""Write the service's feedback to the files that the pipeline learns from: `python -m service.export`.

Run it, by cron say, more often than TAGGER_KEEP_DAYS: what was exported stays when the database drops a text.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.settings import read_settings
from service.telemetry.spans import span
from tagger.errors import DataError, TaggerError

if TYPE_CHECKING:
    from sqlalchemy import Select

OUT = Path("data/feedback")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m service.export", description="Feedback as files to learn from")
    parser.add_argument("--to", type=Path, default=OUT, help=f"feedback.path of params.yaml; {OUT}")
    from service.telemetry.start import telemetry

    to = parser.parse_args(arguments).to
    try:
        settings = read_settings()
        with telemetry("export", settings.state), span("export"):
            sys.stdout.write(f"export: {export(settings.url, to)}\n")
    except TaggerError as error:
        sys.stderr.write(f"export: {error}\n")
        sys.exit(error.exit_code)


def export(url: str, path: Path) -> str:
    """Add the feedback of a database to the files below a folder; the counts in words. Raises DataError."""
    import pandas as pd

    from tagger.votes import VOTES, name_folder, write_votes

    rows = read_rows(url)
    votes = [as_vote(row) for row in rows if row["title"] is not None]
    folder = name_folder(path)
    added = write_votes(folder, pd.DataFrame(votes, columns=VOTES.names)) if votes else {}
    lost = f"; {len(rows) - len(votes):,} left out, the question's text is not or no longer there"
    return f"{sum(added.values()):,} new of {len(votes):,} votes in {folder}{lost if len(rows) > len(votes) else ''}"


def read_rows(url: str) -> list[dict[str, Any]]:
    """All feedback with what was asked, title and body None where that is not known. Raises DataError."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.state.store import open_known, tell

    try:
        engine = open_known(url)
        with engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(join_predictions()).mappings()]
        engine.dispose()
    except (SQLAlchemyError, OSError) as error:
        raise DataError(
            f"the service's database cannot be read ({tell(error)}): set TAGGER_DATABASE or TAGGER_STATE as the "
            "service has them, or start it once"
        ) from error
    return rows


def join_predictions() -> "Select[Any]":
    """Feedback beside its prediction, which may not be there."""
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
        "suggested": [tag["tag"] for tag in row["answered"] if tag["suggested"]],
        "tags": row["tags"],
        "rating": row["rating"],
        "model": row["version"],
    }


if __name__ == "__main__":
    main()
