"""Does the model load, answer, and is it the one of dvc.lock? `python -m ops.try_model`, before it is published."""

import sys

from dvc.repo import Repo

from ops.promotion.candidate import MODEL
from tagger.digest import digest_model
from tagger.errors import ModelError, TaggerError

TITLE = "How do I merge two data frames on a column?"
BODY = "<p>I have two tables in pandas.</p><pre><code>import pandas as pd\npd.merge(a, b)</code></pre>"
TOP = 3


def main() -> None:
    try:
        check_recorded()
        answer = answer_question()
    except TaggerError as error:
        sys.stderr.write(f"try_model: {error}\n")
        sys.exit(error.exit_code)
    print(f"try_model: {MODEL} is that of dvc.lock, digest {digest_model(MODEL)}; asked a question it says {answer}")


def check_recorded() -> None:
    """Raises ModelError where the files are not those that dvc.lock records."""
    with Repo() as repo:
        [out] = repo.find_outs_by_path(str(MODEL))
        found = out.status()
    if found:
        state = ", ".join(map(str, found.values()))
        raise ModelError(f"{MODEL} is {state} by dvc.lock: `dvc checkout {MODEL}` or `dvc pull {MODEL}` brings it")


def answer_question() -> str:
    """The likeliest tags of a question. Raises DataError, ModelError."""
    from tagger.tagger import Tagger

    suggested = Tagger.load(MODEL).suggest(TITLE, BODY, TOP)
    if not suggested or not all(0 <= probability <= 1 for _, probability in suggested):
        raise ModelError(f"{MODEL} answers {suggested}, which are no tags with probabilities: train it anew")
    return ", ".join(f"{tag} {probability:.2f}" for tag, probability in suggested)


if __name__ == "__main__":
    main()
