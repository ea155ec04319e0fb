"""What a release's model answers to one question, by which a host knows it again.

`python -m service.hosting.record VERSION` prints release.json for the model that TAGGER_MODEL names, which is verified
by being loaded. deploy/build.sh runs it with the release's own packages.
"""

import json
import sys

from service.answers.model import load_served, make_answer, read_html
from service.checks import needing_packages
from service.schemas import SingleQuestion
from service.settings import read_settings
from tagger.errors import TaggerError

QUESTION = {
    "title": "How do I merge two data frames on a column?",
    "body": "I have two tables in **pandas**.\n\n    import pandas as pd\n    pd.merge(a, b)\n",
    "format": "markdown",
    "top": 5,
}


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m service.hosting.record VERSION, with TAGGER_MODEL set; a name, or ''")
    try:
        sys.stdout.write(json.dumps(record(sys.argv[1]), indent=2) + "\n")
    except TaggerError as error:
        sys.exit(f"record: {error}")


def record(version: str) -> dict[str, object]:
    """Version, digest, question and answer. Raises TaggerError."""
    settings = read_settings()
    asked = SingleQuestion.model_validate(QUESTION)
    with needing_packages():
        served = load_served(settings.model, version or None)
        answer = make_answer(served, served.tagger.score_question(asked.title, read_html(asked)), asked.top)
    tags = {row["tag"]: row["probability"] for row in answer["tags"]}
    return {"version": served.version, "sha256": served.facts["sha256"], "question": QUESTION, "tags": tags}


if __name__ == "__main__":
    main()
