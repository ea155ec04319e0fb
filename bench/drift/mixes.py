"""Months with some questions of another topic, and how often they alarm."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.drift.alarms import TEXT, compare_all, list_alarms, make_watches
from bench.drift.evidently import detect_text_drift
from bench.drift.pool import Pool, read_drift, train_tagger
from tagger.drift.views import View

# Evidently reads what is compared as one text.
READ = ("title", "text", "code")


@dataclass(frozen=True)
class Mix:
    """A pool whose first `base` questions are usual ones and the others foreign; months of `size` questions."""

    pool: Pool
    tags: Sequence[str]
    base: int
    size: int

    def draw(self, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of a reference and of a month with a share of foreign questions."""
        random = np.random.default_rng(seed)
        foreign = round(share * self.size)
        order = random.permutation(self.base)
        others = self.base + random.permutation(len(self.pool) - self.base)
        return order[self.size :], np.concatenate([order[: self.size - foreign], others[:foreign]])


def make_mix(usual: pd.DataFrame, foreign: pd.DataFrame, size: int, top: int = 200, share: float = 0.4) -> Mix:
    """A tagger learns from a share of the usual questions, the others are in the pool."""
    order = np.random.default_rng(0).permutation(len(usual))
    learned = int(share * len(usual))
    tagger, _ = train_tagger(usual.iloc[order[:learned]].reset_index(drop=True), top)
    kept = usual.iloc[order[learned:]]
    pool = Pool.of(pd.concat([kept, foreign], ignore_index=True), tagger)
    return Mix(pool, tagger.tags, len(kept), size)


def look_at(mix: Mix, share: float, seed: int) -> dict[str, float | bool]:
    """Which of ours alarm: the text's tests alone, all; as shipped, and with the whole level on this month."""
    drift = read_drift()
    rows, drawn = mix.draw(share, seed)
    reference, known = mix.pool.view_reference(rows, drift)
    watches = make_watches(reference, drift, mix.tags)
    tables = compare_all(watches["shipped"], mix.pool.view_month(drawn, known))
    found: dict[str, float | bool] = {"share": share}
    for name, watch in watches.items():
        alarms = list_alarms(watch, tables)
        found |= {f"text, {name}": any(alarms[test] for test in TEXT), f"all, {name}": any(alarms.values())}
    return found


def look_with_evidently(mix: Mix, share: float, seed: int) -> dict[str, float | bool | str]:
    """What Evidently says to the same month and as many questions of the reference as ours sees."""
    drift = read_drift()
    rows, drawn = mix.draw(share, seed)
    frame = mix.pool.questions
    texts = frame[READ[0]].str.cat([frame[name] for name in READ[1:]], sep=" ").to_numpy()
    found = detect_text_drift(texts[rows[: drift.rows]].tolist(), texts[drawn].tolist())
    return {"share": share, "score": found.score, "drifted": found.drifted, "method": found.method}


def make_tag_view(tags: Sequence[Sequence[str]]) -> View:
    """A view of tags alone."""
    return View(("2024-01",), tags, None, None, None, np.arange(len(tags)))
