"""Turns votes into questions to learn from: one for each text that was corrected, with the tags most callers agree on.

A correction is a vote for its tags; a rating up is a weak one for what was suggested, which counts only beside a
correction; a rating down says nothing of what is right.
"""

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import Field

from tagger.cleaning import clean_question, clean_tags
from tagger.params import Section
from tagger.tables import RAW, make_table
from tagger.text import CleanParams
from tagger.votes import name_folder

SITE = "feedback"
NO_TEXT = 0


class FeedbackParams(Section):
    """Section `feedback`. `majority`: a tag is right where more than this share of the votes on a text names it;
    `upvote`: what a rating up counts beside a correction's 1; `most_per_caller`: the latest votes of a caller that
    count; `min_callers`: that must have given a tag before it is learned from."""

    enabled: bool = Field(strict=True)  # as DVC writes it into a path
    path: str = Field(min_length=1)
    weight: float = Field(gt=0, le=100)
    majority: float = Field(ge=0.5, lt=1)
    upvote: float = Field(ge=0, le=1)
    most_per_caller: int = Field(ge=1)
    min_callers: int = Field(ge=1)

    @property
    def folder(self) -> Path:
        """Where the votes lie."""
        return name_folder(Path(self.path))


def resolve_votes(votes: pd.DataFrame, params: FeedbackParams, clean: CleanParams) -> tuple[pa.Table, dict[str, int]]:
    """Corrected questions (tables.RAW), and what became of the votes (columns of votes.VOTES)."""
    telling = list_telling(votes, params)
    telling = telling.assign(question_id=name_questions(telling, clean))
    latest = telling[telling["question_id"] != NO_TEXT].sort_values(["corrected", "prediction_id"], kind="stable")
    latest = latest.drop_duplicates(["caller", "question_id"], keep="last")
    counted = latest.groupby(["caller", "corrects"]).tail(params.most_per_caller)
    asked = counted[counted.groupby("question_id")["corrects"].transform("any")]
    questions = [agree(rows, params) for _, rows in asked.groupby("question_id")]
    agreed = [question for question in questions if question["tags"]]
    rare = find_rare_tags(counted[counted["corrects"]], params.min_callers)
    kept = [question for question in agreed if not rare.intersection(question["tags"])]
    notes = {
        "votes": len(votes),
        "callers": int(votes["caller"].nunique()),
        "corrections": int(latest["corrects"].sum()),
        "over_cap": int(latest["corrects"].sum() - counted["corrects"].sum()),
        "no_majority": len(questions) - len(agreed),
        "few_callers": len(agreed) - len(kept),
        "questions": len(kept),
    }
    return make_table({name: [question[name] for question in kept] for name in RAW.names}, RAW), notes


def list_telling(votes: pd.DataFrame, params: FeedbackParams) -> pd.DataFrame:
    """The votes that name tags: corrections (`corrects`), and ratings up for what was suggested; `counts` is what one
    counts. Who is unknown is one caller with all others who are."""
    corrects = votes["tags"].notna()
    named = votes["tags"].where(corrects, votes["suggested"]).map(clean_tags)
    votes = votes.assign(
        caller=votes["caller"].fillna(""),
        tags=named,
        corrects=corrects,
        counts=np.where(corrects, 1.0, params.upvote),
    )
    return votes[corrects | (votes["rating"] == "up")]


def name_questions(votes: pd.DataFrame, clean: CleanParams) -> np.ndarray:
    """An id (int64) for each text; texts that read the same after cleaning have the same."""
    texts = zip(votes["title"].fillna(""), votes["body"].fillna(""), strict=True)
    cleaned = (clean_question(title, body, clean) for title, body in texts)
    return np.fromiter((name_text(one.title, one.text, one.code) for one in cleaned), dtype=np.int64)


def name_text(*parts: str) -> int:
    """A negative number from a digest, which no source has for an id; 0 where there is no text."""
    if not any(parts):
        return NO_TEXT
    digest = sha256("\0".join(parts).encode()).digest()
    return -1 - (int.from_bytes(digest[:8], "big") >> 1)


def agree(rows: pd.DataFrame, params: FeedbackParams) -> dict[str, Any]:
    """One question out of the votes on its text, in the order of time: the tags that a majority names, each by itself,
    since two people seldom name the same set and yet agree on most of it. All else is as the first correction has it,
    so that a vote that changes no tag changes nothing."""
    named: Counter[str] = Counter()
    for tags, counts in zip(rows["tags"], rows["counts"], strict=True):
        named.update(dict.fromkeys(tags, counts))
    enough = params.majority * rows["counts"].sum()
    first = rows[rows["corrects"]].iloc[0]
    return {
        "question_id": int(first["question_id"]),
        "title": first["title"] or "",
        "body": first["body"] or "",
        "tags": sorted(tag for tag, counts in named.items() if counts > enough),
        "weight": params.weight,
        "created": first["corrected"].floor("s"),
        "site": SITE,
    } | dict.fromkeys(("score", "view_count", "answer_count"), 0)


def find_rare_tags(corrections: pd.DataFrame, callers: int) -> set[str]:
    """Tags that fewer callers have given: one person alone does not bring up a tag, nor part of a question's tags,
    which would teach that the others are wrong."""
    given = corrections[["caller", "tags"]].explode("tags").groupby("tags")["caller"].nunique()
    return set(given[given < callers].index)
