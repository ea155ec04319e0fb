"""Write what the service kept to the files that the pipeline reads: `python -m service.export`.

Run it, by cron say, more often than TAGGER_KEEP_DAYS: what was exported stays when the database drops a text.
"""

import argparse
import sys
from pathlib import Path

from service.export.traffic import export_traffic
from service.export.votes import export_votes
from service.settings import read_settings
from service.telemetry.spans import span
from tagger.errors import TaggerError

FEEDBACK, TRAFFIC = Path("data/feedback"), Path("data/traffic")
WHAT = ("feedback", "traffic")


def main(arguments: list[str] | None = None) -> None:
    from service.telemetry.start import telemetry

    given = read_arguments(arguments)
    exports = {"feedback": (export_votes, given.to), "traffic": (export_traffic, given.traffic_to)}
    try:
        settings = read_settings()
        with telemetry("export", settings.state):
            for name in given.only or WHAT:
                export, path = exports[name]
                with span("export"):
                    sys.stdout.write(f"export: {export(settings.url, path)}\n")
    except TaggerError as error:
        sys.stderr.write(f"export: {error}\n")
        sys.exit(error.exit_code)


def read_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """What to export, and where to."""
    parser = argparse.ArgumentParser(
        prog="python -m service.export", description="Feedback as files to learn from, questions as files to watch"
    )
    parser.add_argument("--only", choices=WHAT, nargs=1, help="feedback: the votes; traffic: every question; both")
    parser.add_argument("--to", type=Path, default=FEEDBACK, help=f"feedback.path of params.yaml; {FEEDBACK}")
    parser.add_argument("--traffic-to", type=Path, default=TRAFFIC, help=f"drift.traffic of params.yaml; {TRAFFIC}")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
