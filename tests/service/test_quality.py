"""What is counted of answers before anybody has tagged a question, and of feedback when somebody has."""

import numpy as np
import pytest

from service.answers.quality import count_words, expect, find_common
from service.ids import make_id
from service.state.verdicts import judge
from tagger.thresholds import Rule
from tests.service.servers import QUESTION, serving

NAMES = ("true_positives", "false_positives", "false_negatives")


@pytest.mark.parametrize(
    ("scores", "chosen", "expected"),
    [
        ([0.75, 0.5, 0.25], [True, True, False], (1.25, 0.75, 0.25)),
        ([0.75, 0.5], [False, False], (0, 0, 1.25)),
        ([1, 1], [True, True], (2, 0, 0)),
        ([], [], (0, 0, 0)),
    ],
)
def test_expected_hits_and_misses(scores, chosen, expected):
    found = expect(np.array(scores, np.float32), np.array(chosen, bool))
    assert found == pytest.approx(expected)
    assert min(found) >= 0


@pytest.mark.parametrize(
    ("title", "body", "words", "unknown"),
    [
        ("select zzz", "<p>numpy qqq</p>", 4, 2),
        ("select join", "", 2, 0),
        ("", "", 0, 0),
        ("zzz", "<pre><code>vvv</code></pre>", 2, 2),
    ],
)
def test_words_that_no_vocabulary_has(tagger, title, body, words, unknown):
    assert count_words(tagger, title, body) == (words, unknown)


def test_a_model_that_reads_otherwise_has_no_words(tagger):
    class Reader:
        single = None

    assert count_words(Reader(), "a", "b") is None


def test_common_tags_are_those_that_are_likely_of_nothing(tagger):
    assert sorted(find_common(tagger)) == tagger.tags


@pytest.mark.parametrize(
    ("rating", "tags", "expected"),
    [
        ("up", None, "positive"),
        ("down", None, "negative"),
        (None, ["a", "b"], "positive"),
        (None, ["a", "b", "c"], "positive"),
        (None, ["a"], "negative"),
        (None, ["c"], "negative"),
    ],
)
def test_feedback_that_takes_a_suggestion_away_is_negative(rating, tags, expected):
    assert judge({"rating": rating, "tags": tags}, ["a", "b"]) == expected


def test_answers_are_counted_by_version(model, tagger, tmp_path):
    with serving(tmp_path, model, VERSION="tagger@v1.0.0") as service:
        before = service.read_metrics()
        for _ in range(3):
            service.ask()
        service.ask(keep=False)
        after = service.read_metrics()
    scores = tagger.score_question(QUESTION["title"], QUESTION["body"])
    chosen = tagger.rule.choose(scores[None]).toarray()[0].astype(bool)
    words = count_words(tagger, QUESTION["title"], QUESTION["body"])
    version = 'version="tagger@v1.0.0"'
    expected = {
        f"tagger_confidence_sum{{{version}}}": scores.max(),
        f"tagger_confidence_count{{{version}}}": 1,
        # Of one in WORDS_OF_EVERY, the first one included.
        f"tagger_words_total{{{version}}}": words.all / 3,
        f"tagger_unknown_words_total{{{version}}}": words.unknown / 3,
    }
    for name, value in zip(NAMES, expect(scores, chosen), strict=True):
        expected[f"tagger_expected_{name}_total{{{version}}}"] = value
    for tag in np.flatnonzero(chosen):
        expected[f'tagger_suggested_total{{tag="{tagger.tags[tag]}",{version}}}'] = 1
    # All of them are there, as 0, before the first question.
    assert {name: after[name] - before[name] for name in expected} == pytest.approx(
        {name: 3 * value for name, value in expected.items()}
    )


def test_a_rare_tag_counts_as_another(tagger, monkeypatch):
    from service import metrics
    from service.answers import quality

    monkeypatch.setattr(quality, "MOST_TAGS", 2)
    counted = quality.Quality(tagger, "rare")
    common = set(find_common(tagger))
    rare = next(number for number, tag in enumerate(tagger.tags) if tag not in common)
    scores = np.zeros(len(tagger.tags), np.float32)
    scores[rare] = 1
    monkeypatch.setattr(tagger, "rule", Rule(0.5))
    counted.observe("a", "", scores)
    told = {sample.labels["tag"]: sample.value for sample in metrics.read_samples() if is_rare(sample)}
    assert told == dict.fromkeys(common, 0) | {"other": 1}


def is_rare(sample):
    return sample.name == "tagger_suggested_total" and sample.labels["version"] == "rare"


def test_feedback_counts_for_the_version_that_is_meant(model, tmp_path):
    def read(service, version, verdict):
        return service.read_metrics().get(f'tagger_verdicts_total{{verdict="{verdict}",version="{version}"}}')

    with serving(tmp_path, model, VERSION="one") as service:
        assert read(service, "one", "negative") == 0
        asked = service.ask()["prediction_id"]
        service.say(asked, rating="up")
        service.wait(lambda: read(service, "one", "positive") == 1)
        service.stop()
    with serving(tmp_path, model, VERSION="two") as service:
        service.say(asked, tags=["none-of-them"])
        service.wait(lambda: read(service, "one", "negative") == 1)
        # Nobody knows what was suggested: it counts once it is clear that nobody will.
        service.say(make_id(), rating="down")
        service.wait(lambda: read(service, "unknown", "negative") == 1)
        assert read(service, "two", "negative") == 0
