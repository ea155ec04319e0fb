"""What the model in production answers to the candidate's questions."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from ops.promotion.candidate import MODEL, Candidate, read_texts
from ops.revisions import Revision, RevisionError, open_revision, read_parquet, read_revision
from tagger.cleaning import Cleaned, clean_question
from tagger.errors import ModelError, TaggerError
from tagger.metrics import tabulate_predictions
from tagger.tagger import Tagger

ROWS = "data/split/rows.parquet"


def answer_as_champion(commit: str, name: str, candidate: Candidate) -> tuple[Revision, pd.DataFrame, list[str]]:
    """The champion, its predictions of the candidate's questions in their order, and what a reader must know.

    Its own predictions where it was tested on the same questions, else its model is asked. Raises TaggerError.
    """
    champion = read_revision(open_revision(commit))
    wanted = candidate.revision.predictions["question_id"]
    own = champion.predictions.set_index("question_id")
    if set(wanted) <= set(own.index):
        return champion, own.loc[wanted].reset_index(), []
    notes = [f"{name} was tested on other questions: its model is asked for the {len(wanted):,} of this one."]
    rows = read_parquet(open_revision(commit), ROWS)
    seen = int(wanted.isin(rows.loc[rows["role"] != "test", "question_id"]).sum())
    if seen:
        notes.append(f"{name} has learned from {seen:,} of them, which is to its advantage.")
    return champion, ask_model(commit, name, candidate), notes


def ask_model(commit: str, name: str, candidate: Candidate) -> pd.DataFrame:
    """The answers of a commit's model, as stage evaluate tabulates them. Raises ModelError, RevisionError."""
    with TemporaryDirectory(prefix="champion-") as scratch:
        tagger = fetch_model(commit, name, Path(scratch, "tagger"))
    texts = read_texts(candidate)
    cleaned = [clean_question(row.title, row.body, tagger.settings.clean) for row in texts.itertuples()]
    scores = tagger.scores(pd.DataFrame(cleaned, columns=list(Cleaned._fields)).assign(weight=np.float32(1)))
    questions = candidate.revision.predictions[["question_id", "month", "tags"]]
    return tabulate_predictions(questions, scores, tagger.rule.choose(scores), tagger.tags)


def fetch_model(commit: str, name: str, folder: Path) -> Tagger:
    """Load a commit's model from DVC's cache or a remote. Raises ModelError, RevisionError."""
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        DVCFileSystem(rev=commit).get(MODEL.as_posix(), str(folder), recursive=True)
    except (DvcException, OSError) as error:
        why = " ".join(str(error).split())
        raise RevisionError(f"the model of {name} cannot be had ({why}): `dvc fetch --all-tags` brings it") from error
    try:
        return Tagger.load(folder)
    except TaggerError as error:
        raise ModelError(
            f"the model of {name} cannot be asked by this code ({error}): test both on the same questions, or take it "
            f"out of prod to begin anew (gto deprecate tagger {name.partition('@')[2]} prod)"
        ) from error
