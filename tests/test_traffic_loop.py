"""From questions over HTTP to an alarm without labels: the service, the export and DVC itself, as people type it."""

import sqlite3
from contextlib import closing

import pytest

from tagger.io import read_json, read_months
from tests.clone import Clone, list_runs
from tests.service.servers import serving

pytestmark = pytest.mark.slow

BROKEN, QUIET = "2024-11", "2024-12"
ON, OFF = (f"dvc exp run -S drift.source={value}" for value in ("service", "followed"))
AT_ONCE = 32


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("traffic") / "clone", twin=small_clone)


@pytest.fixture(autouse=True)
def restore(clone):
    """Every test begins and ends with what is committed, and without traffic."""
    yield
    clone.run("git checkout -q . && git clean -fdqx data/traffic metrics && dvc checkout -q")


@pytest.fixture(scope="module")
def state(clone, tmp_path_factory):
    """Where a service kept what it was asked: the questions of two months of the sample, each dated into its own."""
    folder = tmp_path_factory.mktemp("state")
    wanted = 0
    with serving(folder, clone.folder / "models/tagger", KEEP_DAYS=36_500) as service:
        for month in (BROKEN, QUIET):
            questions = read_months(clone.folder / "data/raw", [month])[["title", "body"]].to_dict("records")
            wanted += len(questions)
            for start in range(0, len(questions), AT_ONCE):
                answer = service.client.post("/v1/tags/batch", json={"questions": questions[start : start + AT_ONCE]})
                assert answer.status_code == 200
            service.wait(lambda wanted=wanted: count_kept(service) == wanted)
            date_latest(folder / "service.db", f"{month}-15")
    return folder


def count_kept(service):
    return service.select("SELECT count(*) FROM predictions")[0][0]


def date_latest(path, day):
    """Questions of today were asked on a day of 2024."""
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute("UPDATE predictions SET asked = ? || substr(asked, 11) WHERE asked > '2025-01-01'", [day])


def export(clone, state):
    return clone.run(f"TAGGER_STATE={state} python -m service.export --only traffic").strip()


def read_record(clone, month):
    return read_json(clone.folder / f"metrics/drift/{month}.json")[0]


def test_what_was_asked_is_judged_without_labels_by_the_drift_stage_alone(clone, state):
    labelled = read_record(clone, BROKEN)
    assert export(clone, state).endswith("questions in data/traffic/service")
    said = clone.run(ON)
    assert list_runs(said) == ["drift"]
    assert f"drift: 2 months, {BROKEN} act" in said
    broken, quiet = (read_record(clone, month) for month in (BROKEN, QUIET))
    assert (broken["verdict"], quiet["verdict"]) == ("act", "ok")
    assert broken["quality"] is None
    assert broken["estimate"] == labelled["estimate"]
    assert "f1_micro_estimated" in clone.run("dvc metrics show metrics/drift.json")
    assert "asked" in clone.run("dvc metrics diff --targets metrics/drift.json")
    assert "f1_micro_last" in clone.run("dvc metrics diff --targets metrics/drift.json")
    assert clone.run("python -m ops.alarm --out alarm.md").strip() in {"ok", "broken"}
    assert "Live traffic: asked" in (clone.folder / "alarm.md").read_text()
    (clone.folder / "alarm.md").unlink()
    clone.run("BROWSER=true python -m ops.drift_report")
    assert "Live traffic: asked" in (clone.folder / "reports/drift/index.html").read_text()
    clone.run("dvc plots show > plots.out && rm -r plots.out dvc_plots")
    assert list_runs(clone.run(OFF)) == []
    assert read_record(clone, BROKEN) == labelled


def test_traffic_reruns_nothing_while_the_source_is_followed(clone, state):
    export(clone, state)
    assert "Data and pipelines are up to date" in clone.run("dvc status")
    assert list_runs(clone.run("dvc repro")) == []
    assert clone.run("git status --porcelain") == ""


def test_texts_that_the_service_drops_stay_where_they_were_exported(clone, state):
    export(clone, state)
    clone.run(ON)
    with closing(sqlite3.connect(state / "service.db")) as connection:
        kept = connection.execute("SELECT id, title, body FROM predictions").fetchall()
        with connection:
            connection.execute("UPDATE predictions SET title = NULL, body = NULL")
        try:
            assert "export: 0 new of" in export(clone, state)
            assert "left out" not in export(clone, state)
            assert list_runs(clone.run("dvc repro")) == []
            clone.run("rm -r data/traffic/service")
            assert f"0 new of 0 questions in data/traffic/service; {len(kept)} left out" in export(clone, state)
        finally:
            with connection:
                connection.executemany("UPDATE predictions SET title = ?2, body = ?3 WHERE id = ?1", kept)
