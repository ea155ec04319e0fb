"""What is to be promoted: the commit that is checked out, whole and with nothing besides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ops.git import git
from ops.revisions import Revision, open_revision, read_revision
from stages.script import read_params
from tagger.dataset import load_questions
from tagger.digest import digest_model
from tagger.errors import TaggerError
from tagger.io import read_json, read_months, read_table
from tagger.slices import Slice, list_slices

MODEL, CLEAN, RAW, SPLIT = Path("models/tagger"), Path("data/clean"), Path("data/raw"), Path("data/split")


class StateError(TaggerError):
    """What lies here is not what a commit says."""


@dataclass(frozen=True)
class Candidate:
    """`model` is its model.json, `digest` its name for people; `questions` are those that `revision` answered."""

    commit: str
    params: dict[str, Any]
    model: dict[str, Any]
    digest: str
    drift: dict[str, Any]
    revision: Revision
    questions: pd.DataFrame
    counts: dict[str, int]

    def list_slices(self, tags: list[str]) -> list[Slice]:
        """Parts of its held-out questions, and of some tags."""
        return list_slices(self.questions, tags, self.counts)


def check_clean() -> None:
    """Raises StateError where something is not committed, or is not what the pipeline makes of it."""
    changed = [line[3:] for line in git("status", "--porcelain").splitlines()]
    if changed:
        raise StateError(
            f"{list_some(changed)} not committed: a promotion names a commit, so commit what belongs to it "
            "(params.yaml, dvc.lock, metrics/) or undo the rest"
        )
    from dvc.repo import Repo

    stale = list(Repo().status())
    if stale:
        raise StateError(
            f"{list_some(stale)} not what dvc.lock says: `dvc checkout` or `dvc pull` brings what is missing, "
            "`dvc repro` and a commit what is new"
        )


def list_some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - 3} more are" if len(names) > 3 else " are" if len(names) > 1 else " is"
    return ", ".join(names[:3]) + more


def read_candidate() -> Candidate:
    """Read what is checked out. Raises TaggerError."""
    revision = read_revision(open_revision("workspace"))
    tags = read_table(SPLIT / "tags.parquet")
    asked = revision.predictions[["question_id", "month"]]
    questions = load_questions(CLEAN, asked).set_index("question_id").loc[asked["question_id"]].reset_index()
    return Candidate(
        commit=git("rev-parse", "HEAD"),
        params=read_params(Path("params.yaml")),
        model=read_json(MODEL / "model.json"),
        digest=digest_model(MODEL),
        drift=read_json(Path("metrics/drift.json")),
        revision=revision,
        questions=questions,
        counts=dict(zip(tags["tag"], tags["count"].astype(int), strict=True)),
    )


def read_texts(candidate: Candidate, most: int | None = None) -> pd.DataFrame:
    """Title and body, as they came, of the questions that it answered: question_id, title, body, in their order."""
    asked = candidate.revision.predictions.head(most) if most else candidate.revision.predictions
    raw = read_months(RAW, sorted(asked["month"].unique()), ["question_id", "title", "body"])
    raw = raw.drop_duplicates("question_id").set_index("question_id").loc[asked["question_id"]]
    return raw.fillna("").reset_index()[["question_id", "title", "body"]]
