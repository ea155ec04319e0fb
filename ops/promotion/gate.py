"""The rules of section `promotion`, asked of a candidate one after the other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ops.promotion.baselines import answer_baselines
from ops.promotion.candidate import MODEL, Candidate, read_texts
from ops.promotion.champion import answer_as_champion
from tagger.gate import (
    SKIPPED,
    PromotionParams,
    Rule,
    judge_baseline,
    judge_champion,
    judge_drift,
    judge_most,
    judge_slices,
    judge_strategy,
)
from tagger.slices import compare_f1, compare_slices, observe_pair
from tagger.tagger import Tagger

# Questions that are timed, the first ones not, and the tags asked for.
TIMED, WARM, TOP = 500, 20, 5


@dataclass(frozen=True)
class Champion:
    """The commit in production and the name of its version."""

    commit: str
    name: str


@dataclass(frozen=True)
class Judged:
    """Every rule, and what a reader must know of them."""

    rules: list[Rule]
    notes: list[str]


def judge(candidate: Candidate, champion: Champion | None, stage: str, section: PromotionParams) -> Judged:
    """Ask every rule, the cheap ones first. Raises TaggerError."""
    model, notes = candidate.model, list[str]()
    rules = [
        judge_strategy(model["strategy"], model["level"], model["estimate"], getattr(section.level, stage)),
        judge_drift(candidate.drift.get("verdict"), candidate.drift.get("month")),
        judge_most("size", measure_size() / 1e6, section.size_mb, "MB"),
        judge_most("latency", measure_latency(candidate), section.latency_ms, "ms"),
    ]
    if champion is None:
        rules += [Rule("champion", "none yet", "", SKIPPED), Rule("slices", "no champion to compare with", "", SKIPPED)]
    else:
        found, notes = compare_champion(candidate, champion, section)
        rules += found
    return Judged(rules + list(compare_baselines(candidate, section)), notes)


def compare_champion(
    candidate: Candidate, champion: Champion, section: PromotionParams
) -> tuple[list[Rule], list[str]]:
    """The rule of the champion and those of the slices, over the tags that either learned."""
    revision, answers, notes = answer_as_champion(champion.commit, champion.name, candidate)
    tags = sorted({*candidate.revision.tags, *revision.tags})
    outcomes = observe_pair(answers, candidate.revision.predictions, tags)
    whole = judge_champion(champion.name, compare_f1(*outcomes), section.delta)
    sliced = compare_slices(*outcomes, candidate.list_slices(tags))
    return [whole, *judge_slices(sliced, section.epsilon, section.min_questions)], notes


def compare_baselines(candidate: Candidate, section: PromotionParams) -> Iterator[Rule]:
    """The rule of each baseline."""
    predictions = candidate.revision.predictions
    for name, answers in answer_baselines(section.baselines, candidate.params).items():
        rows = answers.set_index("question_id").loc[predictions["question_id"]].reset_index()
        yield judge_baseline(name, compare_f1(*observe_pair(rows, predictions, candidate.revision.tags)))


def measure_size() -> int:
    """Bytes of the model's files."""
    return sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file())


def measure_latency(candidate: Candidate) -> float:
    """Milliseconds that 99 of 100 answers to one question take at most, on one thread, cleaning included."""
    return time_answers(Tagger.load(MODEL), read_texts(candidate, TIMED))


def time_answers(tagger: Tagger, texts: pd.DataFrame) -> float:
    """The 99% quantile over the questions, in milliseconds."""
    questions = list(zip(texts["title"], texts["body"], strict=True))
    taken = []
    with threadpool_limits(1):
        for title, body in questions[:WARM] + questions:
            start = time.perf_counter()
            tagger.suggest(title, body, TOP)
            taken.append(1000 * (time.perf_counter() - start))
    return float(np.quantile(taken[min(WARM, len(questions)) :], 0.99))
