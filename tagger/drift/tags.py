"""What has become of the tags: new, dying, rising or falling, renamed; how far the whole distribution has moved."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix, vstack
from scipy.spatial.distance import jensenshannon

from tagger.drift import words
from tagger.drift.counts import compare_counts, count_names, list_names
from tagger.drift.views import View

# A tag that has lost so much of its share is dying.
DYING = 0.75
# Of a tag that may have been renamed: its questions in the reference, and how much of its share is gone.
LEAST = 5
GONE = 0.5
DRAWS = 200


def name_change(before: float, now: float) -> str:
    """The kind of change of a share."""
    if before == 0:
        return "new_tag"
    if now <= before * (1 - DYING):
        return "dying_tag"
    return "rising_tag" if now > before else "falling_tag"


def measure_distance(before: Sequence[Sequence[str]], now: Sequence[Sequence[str]], seed: int) -> dict[str, float]:
    """Jensen and Shannon's distance (0 to 1) of the distributions of the tags that questions have, its 95% interval
    over the month's questions resampled (moved to the distance, since draws lie further off), and `chance`: what a draw
    of as many reference questions stays below in 95 of 100 cases."""
    tags = list_names(before, now)
    past, new = (mark_tags(lists, tags) for lists in (before, now))
    base = sum_columns(past)
    random = np.random.default_rng(seed)
    distance = compare(base, sum_columns(new))
    drawn = [compare(base, draw(random, new, len(now))) for _ in range(DRAWS)]
    chance = [compare(base, draw(random, past, len(now))) for _ in range(DRAWS)]
    low, high = distance + np.quantile(drawn, [0.025, 0.975]) - np.mean(drawn)
    return {
        "distance": distance,
        "low": max(0.0, float(low)),
        "high": min(1.0, float(high)),
        "chance": float(np.quantile(chance, 0.95)),
    }


def compare(past: np.ndarray, now: np.ndarray) -> float:
    """Distance of two distributions given as counts; 0 where one is empty."""
    return float(jensenshannon(past, now, base=2)) if past.sum() and now.sum() else 0.0


def draw(random: np.random.Generator, marks: csr_matrix, size: int) -> np.ndarray:
    """Counts by tag of `size` questions drawn with replacement."""
    times = np.bincount(random.integers(0, marks.shape[0], size), minlength=marks.shape[0])
    return np.asarray(times @ marks).ravel()


def mark_tags(lists: Sequence[Sequence[str]], tags: Sequence[str]) -> csr_matrix:
    """Which questions have which tags (questions x tags, float64)."""
    place = {tag: number for number, tag in enumerate(tags)}
    rows = [(row, place[tag]) for row, own in enumerate(lists) for tag in own if tag in place]
    row, column = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return csr_matrix((np.ones(len(row)), (row, column)), shape=(len(lists), len(tags)))


def sum_columns(marks: csr_matrix) -> np.ndarray:
    """Sum of each column."""
    return np.asarray(marks.sum(axis=0)).ravel()


def find_renames(before: View, now: View, new: Sequence[str]) -> dict[str, str]:
    """The old names of new tags: a new tag whose questions read most like those that a tag had which is half gone."""
    old = list_names(before.tags)
    past, present = (count_names(view.tags, old) for view in (before, now))
    shares = past / max(len(before), 1), present / max(len(now), 1)
    gone = {tag for tag, then, today in zip(old, *shares, strict=True) if today <= then * (1 - GONE)}
    candidates = [tag for tag, count in zip(old, past, strict=True) if count >= LEAST]
    if not new or not gone.intersection(candidates):
        return {}
    past_words, new_words, _ = words.count_together(before.words, now.words)
    contexts = average_words(vstack([past_words, new_words], "csr"), before, now, candidates, new)
    likeness = contexts[1] @ contexts[0].T
    nearest = [candidates[column] for column in np.asarray(likeness.argmax(axis=1)).ravel()]
    return {tag: other for tag, other in zip(new, nearest, strict=True) if other in gone}


def average_words(
    counts: csr_matrix, before: View, now: View, candidates: Sequence[str], new: Sequence[str]
) -> tuple[csr_matrix, csr_matrix]:
    """The mean TF-IDF vector (tags x words, length 1) of the questions of each candidate before, each new tag now."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    X = TfidfTransformer(sublinear_tf=True).fit_transform(counts)
    size = len(before.words)
    past = mark_tags(before.sampled_tags, candidates)
    present = mark_tags(now.sampled_tags, new)
    return normalize(past.T @ X[:size]), normalize(present.T @ X[size:])


def name_topics(now: View, rows: np.ndarray, most: int = 3) -> list[str]:
    """The tags that some of the month's questions (a mask over the sampled ones) have more often than the others."""

    lists = now.sampled_tags
    inside = [own for own, chosen in zip(lists, rows, strict=True) if chosen]
    outside = [own for own, chosen in zip(lists, rows, strict=True) if not chosen]
    tags = list_names(inside)
    counts = (count_names(part, tags) for part in (outside, inside))
    table = compare_counts(tags, counts, (len(outside), len(inside)))
    risen = table[(table["now"] > table["before"]) & (table["p"] <= 0.001)].sort_values(["p", "name"])
    return [str(tag) for tag in risen["name"].head(most)]
