"""The smallest share of foreign questions that is seen, ours and Evidently's; new tags."""

import time
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from bench.drift.alarms import make_watches
from bench.drift.mixes import Mix, look_at, look_with_evidently, make_mix, make_tag_view
from bench.drift.pool import read_drift
from bench.results import format_table
from tagger.drift.evidence import adjust, find_significant

SHARES = (0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2)
# Fewer for Evidently, which takes longer.
EVIDENTLY_SHARES = (0, 0.05, 0.1, 0.15, 0.2)
REPEATS, EVIDENTLY_REPEATS = 20, 10
OURS = ("text, shipped", "all, shipped", "text, one month", "all, one month")
WANTED = 0.8
NEW_SHARES, NEW_REPEATS = (0.002, 0.003, 0.005, 0.0067, 0.01), 100


def find_smallest(rates: Mapping[float, float]) -> float | None:
    """The smallest share seen with probability WANTED, on straight lines between those tried."""
    shares = sorted(rates)
    for low, high in pairwise(shares):
        if rates[low] < WANTED <= rates[high]:
            return low + (WANTED - rates[low]) / (rates[high] - rates[low]) * (high - low)
    return shares[0] if rates[shares[0]] >= WANTED else None


def measure_mix(usual: pd.DataFrame, foreign: pd.DataFrame, size: int) -> list[str]:
    """The table of one topic."""
    mix = make_mix(usual, foreign, size)
    start = time.perf_counter()
    ours = pd.DataFrame([look_at(mix, share, seed) for share in SHARES for seed in range(REPEATS)])
    middle = time.perf_counter()
    theirs = measure_evidently(mix)
    seconds = (middle - start) / len(ours), (time.perf_counter() - middle) / len(theirs)
    rates = {name: ours.groupby("share")[name].mean().to_dict() for name in OURS}
    rates |= {name: theirs.groupby("share")[name].mean().to_dict() for name in ("drifted", "tuned")}
    rows = [
        [f"{share:.1%}", *(f"{found[share]:.2f}" if share in found else "" for found in rates.values())]
        for share in SHARES
    ]
    smallest = [find_smallest(found) for found in rates.values()]
    rows.append(["**seen with .8**", *("more than 20%" if found is None else f"**{found:.1%}**" for found in smallest)])
    head = [
        "foreign",
        *(f"ours: {name}" for name in OURS),
        "Evidently: default",
        "Evidently: above all its scores at 0",
    ]
    scores = theirs.groupby("share")["score"].mean()
    found = ", ".join(f"{score:.3f} at {share:.1%}" for share, score in scores.items())
    return [
        f"{mix.base:,} usual questions, {len(mix.pool) - mix.base:,} foreign; a month has {size:,},",
        f"the reference {mix.base - size:,}, of which {min(read_drift().rows, mix.base - size):,} are read.",
        f"Evidently's default here: {theirs['method'].iloc[0]} (AUC above .55), on average {found}.",
        f"Seconds a month: ours {seconds[0]:.2f} (all seven tests), Evidently {seconds[1]:.2f} (the text alone).",
        "",
        *format_table(head, rows),
    ]


def measure_evidently(mix: Mix) -> pd.DataFrame:
    """Its verdicts, and whether its score is above all that it had where nothing was foreign (column tuned)."""
    theirs = [look_with_evidently(mix, share, seed) for share in EVIDENTLY_SHARES for seed in range(EVIDENTLY_REPEATS)]
    table = pd.DataFrame(theirs)
    return table.assign(tuned=table["score"] > table.loc[table["share"] == 0, "score"].max())


def measure_new_tags(questions: pd.DataFrame, size: int) -> list[str]:
    """How often a tag that the reference lacks is named, by its share of a month."""
    lists = [tuple(tags) for tags in questions["tags"]]
    counts = pd.Series([tag for own in lists for tag in own], dtype=object).value_counts()
    needed = round(1.5 * max(NEW_SHARES) * size)  # chance may draw more than the mean
    tags = sorted(counts[(counts >= needed) & (counts <= 10 * needed)].index)
    rows = []
    for share in NEW_SHARES:
        found = [find_new_tag(lists, tags, share, size, seed) for seed in range(NEW_REPEATS)]
        named, certain = np.mean(found, axis=0)
        rows.append([f"{share:.2%} ({share * size:.0f} on average)", f"{named:.2f}", f"{certain:.2f}"])
    least = f"significant, whatever `drift.min_tag_share` ({read_drift().min_tag_share:.1%})"
    head = ["share of the month (questions)", "named", least]
    return [
        f"{NEW_REPEATS} times one of {len(tags):,} tags is taken out of the reference (about {len(lists) - size:,}",
        f"questions), and each of the {size:,} questions of the month is one of its with that chance.",
        "",
        *format_table(head, rows),
    ]


def find_new_tag(
    lists: Sequence[Sequence[str]], tags: Sequence[str], share: float, size: int, seed: int
) -> tuple[bool, bool]:
    """Whether one is news, and whether it were without a least share."""
    random = np.random.default_rng(seed)
    tag = tags[random.integers(len(tags))]
    order = random.permutation(len(lists))
    own = [lists[row] for row in order if tag in lists[row]]
    others = [lists[row] for row in order if tag not in lists[row]]
    count = min(int(random.binomial(size, share)), len(own))
    month, reference = own[:count] + others[: size - count], others[size - count :]
    watch = make_watches(make_tag_view(reference), read_drift(), [])["shipped"]
    compare, least = watch.comparisons["tags"]
    table = adjust(compare(watch.reference, make_tag_view(month)), watch.level)
    named, certain = (find_significant(table, watch.level, effect)["name"].tolist() for effect in (least, 0.0))
    return tag in named, tag in certain
