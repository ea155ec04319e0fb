"""Searches as they are run: every method, killed and run again, several processes on one study, a cluster."""

import csv
import shutil
import time
from collections import Counter

import pandas as pd
import psycopg
import pytest

from tagger.errors import ParamsError
from tagger.io import read_json, read_table
from tests.conftest import run_stages, small_params
from tests.imports import ROOT
from tests.searches import PASSWORD, PROGRAMS, Work, cluster, find_port, kill, postgres

pytestmark = pytest.mark.slow

METHODS = ["grid", "random", "halving", "optuna"]
TRIALS = 9
# Of nine, three and one go on.
ROWS = {"grid": 1 + 3**3, "random": 1 + TRIALS, "halving": 1 + 9 + 3 + 1, "optuna": 1 + TRIALS}
# Fits that take long enough to be killed.
LONG = {"epochs": {"low": 20, "high": 60}, "learning_rate": {"low": 0.1, "high": 0.6, "log": True}}
needs_postgres = pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL is not installed: apt-get install postgresql")


def ask(method, space=None, **values):
    """params.yaml with a search."""
    params = small_params(search={"method": method, "trials": TRIALS} | values)
    if space:
        params["spaces"] = {"linear": space}
    return params


def ask_long(method, backend="local", address=None, **values):
    return ask(method, LONG, **values) | {"engine": {"backend": backend, "address": address}}


def read_trials(work):
    with work.trials.open() as file:
        return list(csv.DictReader(file))


def make_work(workspace, folder):
    return Work.copy(workspace[0], folder)


@pytest.fixture
def work(workspace, tmp_path, monkeypatch):
    work = make_work(workspace, tmp_path / "work")
    monkeypatch.setenv("TAGGER_CACHE", str(work.cache))
    return work


@pytest.fixture(scope="module")
def references(workspace, tmp_path_factory):
    """What an undisturbed search leaves, and the scores that it keeps, by method."""
    found = {}
    for method in ("random", "optuna"):
        work = make_work(workspace, tmp_path_factory.mktemp(method) / "work")
        work.train(ask_long(method))
        found[method] = work.read(), set(work.list_scores())
    return found


@pytest.mark.parametrize("method", METHODS)
def test_a_search_is_at_least_as_good_as_the_parameters_it_begins_with_and_the_same_twice(work, method):
    said = run_stages(work.folder, ask(method), "train")["train"]
    trials, model = read_trials(work), work.read()
    assert [int(trial["trial"]) for trial in trials] == list(range(ROWS[method]))
    first, *others = trials
    assert not any(first[name] for name in ("epochs", "learning_rate", "initial_accumulator"))
    complete = [trial for trial in trials if trial["state"] == "complete"]
    best = max(complete, key=lambda trial: float(trial["score"]))
    assert best is not first
    assert float(best["score"]) == float(trials[-1]["best"]) >= float(first["score"])
    assert f"-S models.linear.epochs={best['epochs']} -S models.linear.learning_rate={best['learning_rate']}" in said
    assert f"best of {ROWS[method]} trials: dvc exp run -S model=linear -S strategy=train_val_test" in said
    assert len({tuple(list(trial.values())[-3:]) for trial in others}) == len(others) - 4 * (method == "halving")
    work.cache.rename(work.folder / "other-cache")
    run_stages(work.folder, ask(method), "train", jobs=2)
    assert work.read() == model


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_the_test_month_is_not_read(work, method):
    run_stages(work.folder, ask(method), "train")
    before = work.trials.read_bytes()
    rows = read_table(work.folder / "data/split/rows.parquet")
    tested = rows[rows["role"] == "test"]["question_id"]
    (month,) = [
        path
        for path in (work.folder / "data/clean").glob("*.parquet")
        if tested.iloc[0] in set(pd.read_parquet(path)["question_id"])
    ]
    for folder in ("clean", "features"):
        (work.folder / f"data/{folder}/{month.name}").write_bytes(b"unreadable")
    run_stages(work.folder, ask(method), "train")
    assert work.trials.read_bytes() == before


def test_an_empty_space_is_told_in_one_line(work):
    params = ask("random") | {"model": "dummy"}
    with pytest.raises(ParamsError, match=r"^params\.yaml: spaces\.dummy is empty.*set search\.method to none$"):
        run_stages(work.folder, params, "train")


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_a_killed_search_goes_on_where_it_was(work, references, method):
    process = work.start(ask_long(method))
    work.wait_for_scores(5, process)
    kill(process)
    kept = work.list_scores()
    (left, model), scores = references[method][0], references[method][1]
    assert 5 <= len(kept) < len(scores)
    work.train(ask_long(method))
    assert work.read() == (left, model)
    after = work.list_scores()
    assert set(after) == scores
    assert {name: after[name] for name in kept} == kept


def test_hopeless_trials_are_given_up_and_the_best_is_found_all_the_same(work):
    space = {"learning_rate": {"low": 0.0001, "high": 1.0, "log": True}}
    best, states = {}, {}
    for pruning in (True, False):
        run_stages(work.folder, ask("optuna", space, trials=20, pruning=pruning), "train")
        trials = read_trials(work)
        best[pruning], states[pruning] = float(trials[-1]["best"]), Counter(trial["state"] for trial in trials)
    assert states[False] == {"complete": 21}
    assert states[True]["pruned"] >= 4
    assert best[True] >= best[False] - 0.01


def test_a_search_out_of_time_ends_with_what_there_is_and_goes_on_later(work):
    params = ask_long("optuna", trials=50, minutes=0.02)
    printed = work.train(params)
    found = len(read_trials(work))
    assert 1 <= found < 51
    assert f"train: search.minutes (0.02) are over after {found} trials\n" in printed
    work.train(ask_long("optuna", trials=found + 1))
    assert len(read_trials(work)) == found + 2


def test_no_time_at_all_leaves_the_parameters_that_are_there(work):
    for method in METHODS:
        said = run_stages(work.folder, ask(method, minutes=1e-9), "train")["train"]
        assert len(read_trials(work)) == 1
        assert said.endswith(
            "best of 1 trials: dvc exp run -S model=linear -S strategy=train_val_test -S search.method=none"
        )


@pytest.mark.parametrize("method", ["random", "optuna"])
def test_a_cluster_finds_the_same_also_where_a_worker_is_killed(workspace, tmp_path, references, method):
    with cluster(tmp_path, workers=2) as (address, workers, _):
        for disturb in (False, True):
            work = make_work(workspace, tmp_path / f"work-{disturb}")
            process = work.start(ask_long(method, "dask", address))
            if disturb:
                work.wait_for_scores(4, process)
                kill(workers[0])
                assert len(work.list_scores()) < len(references[method][1])
            printed, _ = process.communicate()
            assert process.returncode == 0, printed
            assert "Warning" not in printed, printed
            assert work.read() == references[method][0]


def test_a_cluster_that_is_lost_is_told_in_one_line(work, tmp_path):
    with cluster(tmp_path, workers=2) as (address, _, scheduler):
        process = work.start(ask_long("random", "dask", address))
        work.wait_for_scores(3, process)
        kill(scheduler)
        printed, _ = process.communicate()
    assert process.returncode == 1
    assert "stages/train.py" not in printed  # what its client logs about lost connections is distributed's own
    last = printed.splitlines()[-1]
    assert last.startswith(f"train: the Dask cluster at engine.address {address} was lost (")
    assert last.endswith("start it anew; a search goes on where it was")


def test_a_cluster_that_is_not_there_is_told_in_one_line(work, tmp_path):
    address = f"tcp://127.0.0.1:{find_port()}"
    (line,) = work.train(ask("random") | {"engine": {"backend": "dask", "address": address}}, code=1).splitlines()[-1:]
    assert line.startswith(f"train: params.yaml: engine.address is '{address}' and no Dask scheduler answers there")


def test_a_cluster_without_workers_is_told_in_one_line(work, tmp_path):
    with cluster(tmp_path, workers=0) as (address, *_):
        params = ask("random") | {"engine": {"backend": "dask", "address": address}}
        (line,) = work.train(params, code=1).splitlines()[-1:]
    assert line.startswith(f"train: params.yaml: the Dask scheduler at engine.address {address} has no worker: start")


@pytest.mark.parametrize("code", [None, "# edited"])
def test_workers_without_this_code_are_told_in_one_line(work, tmp_path, code):
    checkout = tmp_path / "checkout"
    for package in ("tagger", "stages") if code else ():
        shutil.copytree(ROOT / package, checkout / package)
        (checkout / package / "errors.py").write_text(code)
    checkout.mkdir(exist_ok=True)
    with cluster(tmp_path, 1, checkout) as (address, *_):
        params = ask("random") | {"engine": {"backend": "dask", "address": address}}
        (line,) = work.train(params, code=1).splitlines()[-1:]
    assert f"workers of the Dask scheduler at engine.address {address} do not have the code that is here (tcp" in line
    assert line.endswith(f"in a checkout as this one is (python -m dask worker {address} --nthreads 1)")


@pytest.fixture(scope="module")
def database():
    with postgres() as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield url


def count_rows(url, query):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(query).fetchall()


@needs_postgres
def test_two_processes_share_one_study(workspace, tmp_path, database):
    params = ask_long("optuna", storage=database, pruning=False)
    works = [make_work(workspace, tmp_path / name) for name in ("one", "two")]
    processes = [work.start(params) for work in works]
    printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], printed
    assert works[0].read() == works[1].read()
    assert len(read_trials(works[0])) == 1 + TRIALS
    scores = [set(work.list_scores()) for work in works]
    (first,) = scores[0] & scores[1]  # that of params.yaml's own parameters
    assert len(scores[0] | scores[1] - {first}) == 1 + TRIALS
    assert min(map(len, scores)) > 1
    assert PASSWORD not in "".join(printed)


@needs_postgres
def test_what_a_killed_machine_was_at_is_taken_up_by_another(workspace, tmp_path, database, references):
    params = ask_long("optuna", storage=database)
    one, two = (make_work(workspace, tmp_path / name) for name in ("one", "two"))
    process = one.start(params)
    one.wait_for_scores(6, process)
    kill(process)
    assert count_rows(database, "UPDATE trial_heartbeats SET heartbeat = heartbeat - interval '1 hour' RETURNING 1")
    two.train(params)
    assert two.read() == references["optuna"][0]


@needs_postgres
@pytest.mark.parametrize("wrong", ["password", "port", "database", "driver", "url"])
def test_a_database_that_cannot_be_used_is_told_in_one_line(work, database, monkeypatch, wrong):
    port = database.rpartition(":")[2].partition("/")[0]
    url = {
        "port": database.replace(port, str(find_port())),
        "database": f"{database}-none",
        "driver": database.replace("psycopg", "none"),
        "url": "a-database",
    }.get(wrong, database)
    if wrong == "password":
        monkeypatch.setenv("PGPASSWORD", "also-not-to-be-shown")
    start = time.monotonic()
    with pytest.raises(ParamsError) as caught:
        run_stages(work.folder, ask("optuna", storage=url), "train")
    assert str(caught.value).startswith(f"params.yaml: search.storage {url} cannot be used (")
    assert "\n" not in str(caught.value)
    assert "to-be-shown" not in str(caught.value)
    assert time.monotonic() - start < 20


def test_a_password_in_the_url_is_refused_and_not_shown(work):
    for url in ("postgresql+psycopg://me:se@cr/et@host/db", "postgresql+psycopg://host/db?password=secret"):
        with pytest.raises(ParamsError, match="holds a password, which git would keep") as caught:
            run_stages(work.folder, ask("optuna", storage=url), "train")
        assert "cr" not in str(caught.value).replace("secret ", "")


def test_the_summary_of_the_folds_names_the_best(work):
    run_stages(work.folder, ask("random"), "train")
    (search,) = read_json(work.folder / "metrics/validation.json")["search"]
    assert (search["method"], search["trials"]) == ("random", 1 + TRIALS)
