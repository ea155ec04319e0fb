"""What Prometheus reads: each worker counts in a file of its own, and any of them adds all files up.

The library chooses files or memory when it is imported: by PROMETHEUS_MULTIPROC_DIR, which `python -m service` sets.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.samples import Sample

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
ROUTES = ("/v1/tags", "/v1/tags/batch")
VERDICTS = POSITIVE, NEGATIVE = ("positive", "negative")
BOUNDS = ("low", "mean", "high")
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

requests = Counter("tagger_requests", "Requests answered", ["route", "status", "version"])
seconds = Histogram(
    "tagger_request_seconds", "From a request's headers to its answer", ["route", "version"], buckets=SECONDS
)
predictions = Counter("tagger_predictions", "Questions answered with tags, and to be kept", ["version"])
written = Counter("tagger_predictions_written", "Predictions written to the database")
dropped = Counter("tagger_predictions_dropped", "Predictions not kept: queue full, or refused by the database")
queued = Gauge("tagger_predictions_queued", "Predictions that wait for the database", multiprocess_mode="livesum")
feedback = Counter("tagger_feedback", "Feedback acknowledged, by what holds it", ["stored", "rating", "version"])
drained = Counter("tagger_feedback_drained", "Feedback taken from the journal to the database")
refused = Counter("tagger_feedback_refused", "Feedback that neither database nor journal took")
database_up = Gauge("tagger_database_up", "1 where the database took the last write", multiprocess_mode="livemin")
journal_bytes = Gauge("tagger_journal_bytes", "Feedback in the journal", multiprocess_mode="livemax")
texts_dropped = Counter("tagger_texts_dropped", "Questions whose text was dropped for its age")
model = Gauge("tagger_model", "The model that is served", ["version", "sha256"], multiprocess_mode="livemax")
share = Gauge(
    "tagger_version_share", "Share of the callers that a version answers", ["version"], multiprocess_mode="livemax"
)
behind = Gauge(
    "tagger_versions_behind", "1 where a worker cannot serve what versions.json says", multiprocess_mode="livemax"
)
lead = Gauge(
    "tagger_challenger_lead",
    "Score of the challenger less the champion's, and its interval of 95%; 0 where that cannot be told",
    ["version", "bound"],
    multiprocess_mode="livemostrecent",
)
shadows = Counter("tagger_shadows", "Questions that a challenger is to be asked in the shadow", ["version"])
shadows_written = Counter("tagger_shadows_written", "Answers from the shadow written to the database")
shadows_dropped = Counter("tagger_shadows_dropped", "Questions that no answer from the shadow is kept of")
shadows_failed = Counter("tagger_shadows_failed", "Those of them at which the challenger failed", ["version"])

verdicts = Counter("tagger_verdicts", "Feedback, by what it says of the suggested tags", ["version", "verdict"])
troubled = Gauge(
    "tagger_troubled_calls",
    "Calls that failed or were rated down, the most within five minutes (TAGGER_TROUBLE_SECONDS)",
    multiprocess_mode="livemostrecent",
)

# Of questions that are to be kept: the page asks others while they are typed.
confidence = Histogram("tagger_confidence", "Probability of the likeliest tag", ["version"], buckets=SHARES)
words = Counter("tagger_words", "Words of every 25th question", ["version"])
unknown_words = Counter("tagger_unknown_words", "Those in no vocabulary of the model", ["version"])
suggested = Counter("tagger_suggested", "Suggestions of a common tag, or of any other", ["version", "tag"])
expected = (
    Counter("tagger_expected_true_positives", "Suggested tags that are right, by their probabilities", ["version"]),
    Counter("tagger_expected_false_positives", "Suggested tags that are wrong, by their probabilities", ["version"]),
    Counter("tagger_expected_false_negatives", "Tags that are missed, by their probabilities", ["version"]),
)

MEDIA_TYPE = CONTENT_TYPE_LATEST


def begin(version: str) -> None:
    """Let what may be alarmed about begin with 0: the rise of a series that comes with its first 1 is none."""
    for route in ROUTES:
        for status in (200, 500):
            requests.labels(route, status, version)
    for verdict in VERDICTS:
        verdicts.labels(version, verdict)


def find_registry() -> CollectorRegistry:
    """What adds all workers' figures up."""
    registry = REGISTRY
    if FOLDER in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def render() -> bytes:
    """All workers' figures, in Prometheus' text format."""
    text: bytes = generate_latest(find_registry())
    return text


def read_samples() -> Iterator[Sample]:
    """The same as (name, labels, value)."""
    for family in find_registry().collect():
        yield from family.samples


def forget_own() -> None:
    """Take the gauges of this process out of the sums, where its workers alone have any: its zeros are no news."""
    mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]


def forget_dead() -> None:
    """Take the gauges of workers that were killed out of the sums; their counters stay."""
    for path in Path(os.environ.get(FOLDER, ".")).glob("gauge_live*_*.db"):
        process = path.stem.rpartition("_")[2]
        if not Path(f"/proc/{process}").exists():
            mark_process_dead(int(process))  # type: ignore[no-untyped-call]
