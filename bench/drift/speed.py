"""Seconds of following twelve months, by phase, Evidently apart."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.drift.pool import ANSWERED, read_drift, read_period, train_tagger
from bench.results import format_table
from tagger.drift import build, follow
from tagger.drift.build import Model, answer_questions, view_month, view_reference
from tagger.drift.estimate import Estimator
from tagger.drift.follow import Follower
from tagger.drift.watch import Watch
from tagger.features import number_spaces
from tagger.tagger import Tagger

MONTHS, TAGS = 12, 1000
# What is timed; none of them calls another.
PHASES: dict[str, tuple[tuple[object, str], ...]] = {
    "scores": ((Tagger, "scores"),),
    "numbers": ((build, "describe_questions"),),
    "watch": ((Watch, "look"),),
    "findings": ((follow, "find_news"),),
    "weights of the estimate": ((Follower, "weigh"),),
    "estimate": ((Estimator, "estimate"),),
    "quality": (
        (follow, "measure_month"),
        (follow, "measure_calibration"),
        (follow, "gain_threshold"),
        (Follower, "list_less_predictable"),
    ),
    "tags": ((Follower, "describe_tags"),),
}


@contextmanager
def timing() -> Iterator[dict[str, float]]:
    """Seconds of each phase, while the block runs."""
    seconds: dict[str, float] = defaultdict(float)

    def time_call(phase: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                seconds[phase] += time.perf_counter() - start

        return timed

    with ExitStack() as stack:
        for phase, places in PHASES.items():
            for owner, name in places:
                stack.enter_context(patch.object(owner, name, time_call(phase, getattr(owner, name))))
        yield seconds


def measure_speed(clean: Path, size: int) -> list[str]:
    """Markdown."""
    questions, drift, random = read_period(clean), read_drift(), np.random.default_rng(0)
    order = random.permutation(len(questions))
    learned, later = (questions.iloc[part].reset_index(drop=True) for part in np.array_split(order, 2))
    tagger, trained = train_tagger(learned, TAGS)
    size = min(size, len(later))
    start = time.perf_counter()
    held_out = later[:ANSWERED]
    answers = answer_questions(tagger, held_out, number_spaces(held_out))
    reference = view_reference(lambda: [learned], answers, drift)
    follower = Follower(Model(tagger, trained, reference), drift)
    prepared, busy = time.perf_counter() - start, time.process_time()
    start = time.perf_counter()
    with timing() as seconds:
        for number in range(MONTHS):
            drawn = later.sample(size, random_state=number).reset_index(drop=True)
            follower.follow(view_month(f"2024-{number + 1:02d}", drawn, tagger, reference.known, drift))
    total, busy = time.perf_counter() - start, time.process_time() - busy
    rest = total - sum(seconds.values())
    rows = [[phase, f"{taken:.1f}"] for phase, taken in [*seconds.items(), ("the rest", rest), ("**all**", total)]]
    return [
        f"{MONTHS} months of {size:,} questions, {len(tagger.tags):,} tags, a reference of {len(learned):,} questions",
        f"(read in {prepared:.1f} s); {busy:.1f} s of one core, Evidently's report apart.",
        "",
        *format_table(["phase", "s"], rows),
    ]
