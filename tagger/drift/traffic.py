"""The months that the service was asked: each text once, without labels but where callers said what is right."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any

import numpy as np
import pandas as pd

from tagger.cleaning import Cleaned, clean_question
from tagger.drift.build import Model, draw_rows, make_answers, show_rows, view_month
from tagger.drift.comparisons import best_scores
from tagger.drift.follow import Follower
from tagger.drift.numbers import UNKNOWN
from tagger.drift.params import DriftParams
from tagger.drift.quality import measure_month
from tagger.drift.views import View
from tagger.drift.walk import Step
from tagger.duplicates import group_duplicates
from tagger.metrics import DIGITS
from tagger.text import CleanParams

# Questions that have so much of their pairs of words in common, whatever their numbers, are one: asked again with a
# word more, or by a program that counts.
SIMILARITY = 0.8
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Asked:
    """Questions of a month, each once: columns of tables.CLEAN that a tagger reads and `said`, the tags that a caller
    said are right (None: nobody did); how many `different` ones there were, how many were `asked` with every repeat,
    and how many of these by each version."""

    questions: pd.DataFrame
    different: int
    asked: int
    versions: dict[str, int]


def find_asked(traffic: pd.DataFrame, clean: CleanParams, drift: DriftParams) -> Asked:
    """The rows of traffic.TRAFFIC, in the order of time; of those that are nearly the same the latest is kept, with
    what was said last of any. At most `drift.rows` are cleaned, drawn at random."""
    said = [list_said(*row) for row in zip(traffic["tags"], traffic["rating"], traffic["suggested"], strict=True)]
    rows = traffic[["title", "body"]].fillna("").assign(said=said)
    texts = [NUMBER.sub("0", f"{title}\n{body}") for title, body in zip(rows["title"], rows["body"], strict=True)]
    latest = keep_latest(rows, pd.factorize(np.array(texts, dtype=object))[0])
    drawn = latest.iloc[draw_rows(len(latest), drift.rows, drift.seed)]
    cleaned = clean_rows(drawn, clean)
    kept = keep_latest(cleaned, group_duplicates([join_tokens(row) for row in cleaned.itertuples()], SIMILARITY))
    versions = traffic["model"].value_counts().sort_index()
    different = len(latest) - (len(drawn) - len(kept))
    return Asked(kept, different, len(traffic), {str(name): int(count) for name, count in versions.items()})


def clean_rows(rows: pd.DataFrame, clean: CleanParams) -> pd.DataFrame:
    """Titles and bodies cleaned."""
    texts = [clean_question(title, body, clean) for title, body in zip(rows["title"], rows["body"], strict=True)]
    return pd.DataFrame(texts, columns=list(Cleaned._fields)).assign(said=rows["said"].to_numpy())


def join_tokens(row: Any) -> str:
    """All tokens of a question, numbers alike."""
    return NUMBER.sub("0", f"{row.title_tokens} {row.text_tokens} {row.code_tokens}")


def list_said(tags: Sequence[str] | None, rating: str | None, suggested: Sequence[str]) -> list[str] | None:
    """The tags that a caller said are right: a correction's, or those suggested where the answer was rated up."""
    if tags is not None:
        return list(tags)
    return list(suggested) if rating == "up" else None


def keep_latest(rows: pd.DataFrame, groups: np.ndarray) -> pd.DataFrame:
    """The last row of each group, with the last `said` of any of its rows."""
    grouped = rows.groupby(groups, sort=False)
    kept = rows.loc[np.sort(grouped.tail(1).index)]
    last = grouped["said"].last()
    said = [last[group] for group in groups[kept.index]]
    return kept.assign(said=pd.Series(said, index=kept.index, dtype=object)).reset_index(drop=True)


def walk_traffic(
    months: Sequence[str], model: Model, read: Callable[[str], Asked], drift: DriftParams
) -> Iterator[Step]:
    """Follow a model through months of traffic; their tags are those that it suggests. Raises DataError."""
    follower = Follower(model, drift)
    volumes: list[int] = []
    for month in months:
        asked = read(month)
        view = view_traffic(month, asked.questions, model, drift)
        record = replace(
            follower.follow(view),
            questions=asked.different,
            usual_questions=round(mean(volumes), 1) if volumes else asked.different,
            traffic=describe_traffic(asked, view, follower),
        )
        volumes.append(asked.different)
        yield Step(record, view, show_rows(asked.questions, view.numbers), model, 0.0)


def view_traffic(month: str, questions: pd.DataFrame, model: Model, drift: DriftParams) -> View:
    """A month whose tags are those that are suggested, while nothing is known to be right."""
    unlabelled = questions.assign(tags=[[] for _ in range(len(questions))])
    view = view_month(month, unlabelled, model.tagger, model.reference.known, drift)
    return replace(view, tags=view.answers.list_suggested(model.tagger.tags))


def describe_traffic(asked: Asked, view: View, follower: Follower) -> dict[str, Any]:
    """How many questions were asked, how many of them again; the mean best score (`confidence`), suggested tags of a
    question and share of unknown words, now and of the reference; what callers said; the versions that answered."""
    before = follower.view
    return {
        "asked": asked.asked,
        "repeated": asked.asked - asked.different,
        **describe_answers(view),
        "before": describe_answers(before),
        "said": describe_said(asked.questions, view, follower),
        "versions": asked.versions,
    }


def describe_answers(view: View) -> dict[str, float | None]:
    """Of what is answered, and of the words; None without a question."""
    sizes = view.answers.suggested.getnnz(axis=1)
    unknown = view.numbers[list(UNKNOWN)].mean(axis=1)
    figures = {"confidence": best_scores(view.answers), "suggested": sizes, "unknown": unknown.dropna().to_numpy()}
    return {name: round(float(values.mean()), DIGITS) if len(values) else None for name, values in figures.items()}


def describe_said(questions: pd.DataFrame, view: View, follower: Follower) -> dict[str, Any]:
    """Of how many questions a caller said what is right; where they are enough to judge, the micro-F1 of these, with
    its interval, and the one that was to be expected of them: they are no random ones."""
    rows = np.flatnonzero(questions["said"].notna().to_numpy())
    if len(rows) < follower.params.min_questions:
        return {"questions": len(rows), "f1_micro": None, "estimated": None}
    answers, tagger = view.answers, follower.model.tagger
    told = questions.iloc[rows].assign(tags=questions["said"].iloc[rows])
    right = make_answers(tagger, told, answers.scores[rows], answers.suggested[rows], answers.words.take(rows))
    measured = measure_month(right, follower.params.seed)
    return {
        "questions": len(rows),
        "f1_micro": dict(measured["f1_micro"]) if measured else None,
        "estimated": follower.estimator.estimate(right.scores, right.suggested).f1_micro,
    }
