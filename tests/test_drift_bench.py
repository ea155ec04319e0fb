import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from bench.drift.alarms import compare_all, list_alarms, make_watches
from bench.drift.mixes import Mix
from bench.drift.null import measure_null
from bench.drift.pool import Pool, read_period
from bench.drift.power import find_smallest, measure_new_tags
from bench.drift.speed import PHASES, timing
from tagger.dataset import Dataset
from tagger.drift.apart import tell_apart
from tagger.drift.build import answer_questions, view_month, view_reference
from tagger.drift.params import DriftParams
from tagger.drift.watch import Watch
from tagger.io import write_table
from tagger.tables import CLEAN, make_table
from tests.questions import make_questions
from tests.trainings import train

DRIFT = DriftParams(min_questions=50)
QUESTIONS = make_questions(300)


@pytest.fixture(scope="module")
def tagger():
    return train(Dataset.of(make_questions(300, seed=1))).tagger


@pytest.fixture(scope="module")
def pool(tagger):
    return Pool.of(QUESTIONS, tagger)


def test_a_pool_looks_at_questions_as_drift_does(pool, tagger):
    past, now = np.arange(200), np.arange(200, 300)
    wanted = view_reference(lambda: [QUESTIONS[:200]], answer_questions(tagger, QUESTIONS[:200]), DRIFT)
    reference, known = pool.view_reference(past, DRIFT)
    month = pool.view_month(now, known)
    expected = view_month("2024-01", QUESTIONS[200:].reset_index(drop=True), tagger, wanted.known, DRIFT)
    for found, view in ((reference, wanted.view), (month, expected)):
        pd.testing.assert_frame_equal(found.numbers, view.numbers)
        np.testing.assert_array_equal(found.words.terms.keys, view.words.terms.keys)
        np.testing.assert_array_equal(found.answers.scores, view.answers.scores)
        assert list(map(list, found.tags)) == list(map(list, view.tags))


@pytest.mark.parametrize("tag", [None, "python", "sql"])
def test_an_alarm_is_what_a_watch_calls_news(pool, tagger, tag):
    keep = np.array([tag is None or tag in tags for tags in QUESTIONS["tags"][200:]])
    reference, known = pool.view_reference(np.arange(200), DRIFT)
    month = pool.view_month(200 + np.flatnonzero(keep), known)
    watch = make_watches(reference, DRIFT, tagger.tags)["shipped"]
    news = Watch(reference, DRIFT, tagger.tags).look(month).news
    alarms = list_alarms(watch, compare_all(watch, month))
    assert alarms == {name: len(news[name]) > 0 for name in alarms}
    assert any(alarms.values()) == (tag is not None)


def test_a_null_has_a_row_for_each_test(pool, tagger):
    lines = measure_null(pool, tagger.tags, (60, 100), splits=2)
    assert sum(line.startswith("| ") for line in lines) == 2 + 2 + 2 + 7


def test_a_mix_has_its_share_and_no_question_twice(pool, tagger):
    mix = Mix(pool, tagger.tags, base=200, size=100)
    reference, month = mix.draw(0.3, seed=0)
    assert (len(reference), len(month), (month >= 200).sum()) == (100, 100, 30)
    assert len(set(reference) | set(month)) == 200


@pytest.mark.parametrize(
    ("rates", "share"),
    [({0: 0, 0.1: 0.6, 0.2: 1}, 0.15), ({0: 0, 0.1: 0.5}, None), ({0: 0.9, 0.1: 1}, 0)],
)
def test_the_smallest_share_lies_between_those_tried(rates, share):
    assert find_smallest(rates) == (share if share is None else pytest.approx(share))


def test_new_tags_are_named():
    lines = measure_new_tags(QUESTIONS.assign(tags=[[f"tag{row % 40}", "all"] for row in range(300)]), size=100)
    assert lines[-1].startswith("| 1.00% (1 on average) | 0.00")


def test_phases_are_timed_and_put_back():
    before = [getattr(owner, name) for places in PHASES.values() for owner, name in places]
    with timing() as seconds:
        pass
    assert dict(seconds) == {}
    assert before == [getattr(owner, name) for places in PHASES.values() for owner, name in places]


def test_a_small_record_is_read_up_to_the_first_event(tmp_path):
    for month in ("2024-02", "2024-03"):
        write_table(tmp_path / f"{month}.parquet", make_table(make_questions(5, month=month), CLEAN))
    assert read_period(tmp_path)["month"].unique().tolist() == ["2024-02"]


def test_questions_of_one_kind_are_told_apart_as_seldom_as_promised():
    random = np.random.default_rng(0)
    p = []
    for _ in range(60):
        first, second = (csr_matrix((random.random((size, 400)) < 0.05).astype(np.float32)) for size in (300, 150))
        p.append(tell_apart(first, second, 0).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.1
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.15)
