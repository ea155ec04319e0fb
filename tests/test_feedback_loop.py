"""From exported votes to a model that has learned a new tag from them: DVC itself, in a clone, as people type it."""

import shutil

import pytest

from tagger.io import read_json, read_table
from tagger.tagger import Tagger
from tagger.votes import write_votes
from tests.clone import Clone, list_runs, run_queue
from tests.service.servers import serving
from tests.votes import ask_about_quarkus, make_frame, make_vote, teach_quarkus

pytestmark = pytest.mark.slow

VOTES = "data/feedback/enabled-true"
ON, OFF = (f"dvc exp run -S feedback.enabled={value}" for value in ("true", "false"))
LEARNING = ["feedback", "split", "featurize", "train", "evaluate", "drift"]


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("feedback") / "clone", twin=small_clone)


@pytest.fixture(autouse=True)
def restore(clone):
    """Every test begins and ends with what is committed, and without votes."""
    yield
    clone.run("git checkout -q . && git clean -fdqx data/feedback && dvc checkout -q")


def score(clone, name):
    """The least probability of a tag over questions about the new topic that were not corrected."""
    tagger = Tagger.load(clone.folder / "models/tagger")
    if name not in tagger.tags:
        return 0.0
    asked = [tagger.score_question(*ask_about_quarkus(number)) for number in range(100, 130)]
    return min(float(scores[tagger.tags.index(name)]) for scores in asked)


def test_thirty_corrections_of_three_callers_teach_a_new_tag_and_the_way_back_runs_nothing(clone):
    lock = (clone.folder / "dvc.lock").read_bytes()
    f1 = read_json(clone.folder / "metrics/test.json")["f1_micro"]
    assert score(clone, "quarkus") == 0
    write_votes(clone.folder / VOTES, teach_quarkus(30, 3))
    said = clone.run(ON)
    assert list_runs(said) == LEARNING
    assert "feedback: 30 questions from 30 corrections in 30 votes of 3 callers" in said
    assert score(clone, "quarkus") > 0.5
    assert read_json(clone.folder / "metrics/test.json")["f1_micro"] == pytest.approx(f1, abs=0.03)
    corrected = read_table(clone.folder / "data/corrections.parquet", ["question_id"])["question_id"]
    assert not read_table(clone.folder / "data/predictions.parquet")["question_id"].isin(corrected).any()
    assert list_runs(clone.run(ON)) == []
    assert list_runs(clone.run(OFF)) == []
    assert (clone.folder / "dvc.lock").read_bytes() == lock
    assert clone.run("git status --porcelain dvc.lock metrics data") == ""
    assert score(clone, "quarkus") == 0


def suggest(service, number):
    """The tags that are suggested for a question about the new topic, with the answer's id."""
    title, body = ask_about_quarkus(number)
    answer = service.ask(title=title, body=body, top=20)
    return answer["prediction_id"], {entry["tag"] for entry in answer["tags"] if entry["suggested"]}


def test_what_callers_correct_the_service_suggests_after_the_next_run(clone, tmp_path):
    model = clone.folder / "models/tagger"
    with serving(tmp_path, model) as service:
        for number in range(30):
            prediction, tags = suggest(service, number)
            assert "quarkus" not in tags
            service.say(prediction, tags=["java", "quarkus"], caller=f"caller {number % 3}")
        service.wait(lambda: service.read_metrics()["tagger_predictions_queued"] == 0)
    said = clone.run(f"TAGGER_STATE={tmp_path} python -m service.export")
    assert "30 new of 30 votes in data/feedback/enabled-true" in said
    clone.run(ON)
    with serving(tmp_path, model) as service:
        assert all("quarkus" in suggest(service, number)[1] for number in range(100, 110))


def test_votes_rerun_nothing_while_feedback_is_off(clone):
    for count in (5, 30):
        write_votes(clone.folder / VOTES, teach_quarkus(count, 3))
        assert "Data and pipelines are up to date" in clone.run("dvc status")
        assert list_runs(clone.run("dvc repro")) == []
    assert clone.run("git status --porcelain") == ""


def test_more_votes_rerun_what_they_change_and_no_more(clone):
    write_votes(clone.folder / VOTES, teach_quarkus(30, 3))
    clone.run(ON)
    title, body = ask_about_quarkus(3)
    agreed = make_vote("eve", tags=("java", "quarkus"), title=title, body=body, minute=900)
    write_votes(clone.folder / VOTES, make_frame(agreed, make_vote("dan", tags=None, rating="down", minute=901)))
    assert list_runs(clone.run("dvc repro")) == LEARNING[:1]
    write_votes(clone.folder / VOTES, make_frame(make_vote("caller 1", tags=("java", "quarkus"), minute=902)))
    assert list_runs(clone.run("dvc repro")) == LEARNING
    assert list_runs(clone.run("dvc repro")) == []


def test_votes_that_dvc_keeps_come_to_another_clone(clone, tmp_path):
    clone.run("git checkout -q -b kept")
    write_votes(clone.folder / VOTES, teach_quarkus(30, 3))
    clone.run(f"dvc add -q {VOTES} && {ON}")
    clone.commit("votes and what was learned")
    other = Clone(tmp_path / "other", origin=clone.folder)
    other.run(f"dvc cache dir --local {clone.folder}/.dvc/cache && dvc checkout -q")
    assert list_runs(other.run("dvc repro")) == []
    assert score(other, "quarkus") > 0.5
    clone.run("git checkout -q main && dvc checkout -q")


def test_a_queued_experiment_takes_votes_from_an_absolute_folder(clone, tmp_path):
    write_votes(tmp_path / "enabled-true", teach_quarkus(30, 3))
    clone.run(f"{ON.replace('run', 'run --queue --name queued')} -S feedback.path={tmp_path}")
    assert "Success" in run_queue(clone, 1), clone.run("dvc queue logs queued")
    clone.run("dvc exp apply -q queued")
    assert score(clone, "quarkus") > 0.5
    shutil.rmtree(tmp_path / "enabled-true")
