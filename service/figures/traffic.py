"""What the last minutes were like, from the counters of all workers: requests, errors, p50 and p99 by route."""

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from prometheus_client.samples import Sample

from service import metrics

ROUTES = ("/v1/tags", "/v1/tags/batch", "/v1/feedback")
SECONDS_BETWEEN = 10.0
SECONDS_TOLD = 300.0
# The one before the window is what it is compared with.
MOST_KEPT = int(SECONDS_TOLD / SECONDS_BETWEEN) + 1
SINGLE = {
    "tagger_predictions_queued": "waiting",
    "tagger_predictions_dropped_total": "dropped",
    "tagger_feedback_refused_total": "refused",
    "tagger_journal_bytes": "journal_bytes",
}


@dataclass
class Totals:
    """The counters at a time: answers by (route, status), histograms by route, figures without labels, models."""

    at: float
    answers: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    buckets: dict[str, dict[float, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))
    single: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SINGLE.values(), 0))
    models: list[dict[str, str]] = field(default_factory=list)


def read_totals(samples: Iterable[Sample] | None = None) -> Totals:
    """The counters as they are now."""
    totals = Totals(time.monotonic())
    for sample in metrics.read_samples() if samples is None else samples:
        labels = sample.labels
        if sample.name == "tagger_requests_total":
            totals.answers[labels["route"], int(labels["status"])] += sample.value
        elif sample.name == "tagger_request_seconds_bucket":
            totals.buckets[labels["route"]][float(labels["le"])] += sample.value
        elif sample.name == "tagger_model" and sample.value:
            totals.models.append({"version": labels["version"], "sha256": labels["sha256"]})
        elif sample.name in SINGLE:
            totals.single[SINGLE[sample.name]] = int(sample.value)
    return totals


class Traffic:
    """The totals of the last minutes, a few seconds apart."""

    def __init__(self) -> None:
        self.kept: deque[Totals] = deque(maxlen=MOST_KEPT)

    def sample(self) -> None:
        """Remember the counters as they are."""
        self.kept.append(read_totals())

    def describe(self, now: Totals) -> dict[str, Any]:
        """What was between the oldest totals and these, and what is now."""
        before = self.kept[0]
        seconds = max(now.at - before.at, 1.0)
        routes = [describe_route(route, before, now, seconds) for route in ROUTES]
        return {"seconds": round(seconds), "routes": routes, "now": now.single, "models": now.models}


def describe_route(route: str, before: Totals, now: Totals, seconds: float) -> dict[str, Any]:
    """One route's figures between two totals; p50 and p99 are null where nothing was asked."""
    counts = {
        status: count - before.answers.get((name, status), 0)
        for (name, status), count in now.answers.items()
        if name == route
    }
    requests = int(sum(counts.values()))
    earlier = before.buckets.get(route, {})
    bounds = [(bound, count - earlier.get(bound, 0)) for bound, count in sorted(now.buckets.get(route, {}).items())]
    return {
        "route": route,
        "requests": requests,
        "per_second": round(requests / seconds, 3),
        "refused": int(sum(count for status, count in counts.items() if 400 <= status < 500)),
        "failed": int(sum(count for status, count in counts.items() if status >= 500)),
        "p50_ms": find_quantile(bounds, 0.5),
        "p99_ms": find_quantile(bounds, 0.99),
        "total": int(sum(count for (name, _), count in now.answers.items() if name == route)),
    }


def find_quantile(bounds: Sequence[tuple[float, float]], share: float) -> float | None:
    """Milliseconds below which a share of the requests lies, as Prometheus' histogram_quantile tells it.

    `bounds`: (seconds, requests that took no longer), ascending, the last one infinite.
    """
    if not bounds or bounds[-1][1] <= 0:
        return None
    wanted = share * bounds[-1][1]
    for (low, below), (high, count) in pairwise([(0.0, 0.0), *bounds]):
        if count >= wanted:
            seconds = low if high == float("inf") else low + (high - low) * (wanted - below) / (count - below)
            return round(seconds * 1000, 2)
    return None
