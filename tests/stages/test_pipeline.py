"""The stages after validate, each on the small sample: what it writes, and what it refuses."""

import json
import shutil

import pandas as pd
import pytest

from tagger.errors import DataError, ParamsError
from tagger.io import read_json, read_months, read_table
from tagger.metrics import METRICS
from tests.conftest import run_stages, small_params


@pytest.fixture
def copied(workspace, tmp_path):
    """A copy of the workspace that a test may change."""
    shutil.copytree(workspace[0], tmp_path / "copy")
    return tmp_path / "copy"


def test_every_stage_says_its_counts(workspace):
    said = workspace[1]
    assert "questions in 24 of 24 months from sample" in said["fetch"]
    assert "12 months followed" in said["split"]
    assert said["train"].startswith("linear on cpu: ")
    assert "micro-F1" in said["evaluate"]
    assert said["drift"].startswith("12 months, ")


def test_split_looks_at_no_followed_month(workspace):
    rows = read_table(workspace[0] / "data/split/rows.parquet")
    plan = read_json(workspace[0] / "data/split/plan.json")
    assert set(rows["month"]) == {*plan["train"], *plan["validation"], *plan["test"]}
    assert not set(rows["month"]) & set(plan["followed"])
    assert sorted(path.stem for path in (workspace[0] / "data/features").iterdir()) == sorted(set(rows["month"]))


def test_tags_are_chosen_among_training_questions_alone(workspace):
    tags = read_table(workspace[0] / "data/split/tags.parquet")
    train = read_months(
        workspace[0] / "data/clean", read_json(workspace[0] / "data/split/plan.json")["train"], ["tags"]
    )
    counts = train["tags"].explode().value_counts()
    assert tags["tag"].is_monotonic_increasing
    assert tags["count"].tolist() == counts[tags["tag"]].tolist()
    assert counts[tags["tag"]].sum() >= 0.9 * counts.sum()


def test_nothing_learned_depends_on_the_test_month(copied):
    learned = {path.name: path.read_bytes() for path in (copied / "models/tagger").iterdir()}
    tested = read_json(copied / "data/split/plan.json")["test"][0]
    path = copied / f"data/clean/{tested}.parquet"
    table = pd.read_parquet(path).assign(text_tokens="leaked leaked", tags=[["leaked"]] * len(pd.read_parquet(path)))
    table.to_parquet(path)
    run_stages(copied, small_params(), "split", "featurize", "train")
    again = {path.name: path.read_bytes() for path in (copied / "models/tagger").iterdir()}
    assert set(again) == set(learned)
    assert [name for name in learned if learned[name] != again[name]] == ["model.json"]
    before, after = json.loads(learned["model.json"]), json.loads(again["model.json"])
    # Tags, rule, calibration, parameters that validation settled, digests of vocabulary and weights: all the same.
    # These two are of the modules that this process has imported, whichever test did.
    changed = {name for name in before if before[name] != after[name]} - {"sources_sha256", "versions"}
    assert changed == {"data_sha256", "sha256"}


def test_evaluate_writes_the_metrics_and_what_was_suggested(workspace):
    folder = workspace[0]
    metrics = read_json(folder / "metrics/test.json")
    assert metrics.pop("estimate") == "test"
    assert list(metrics) == list(METRICS)
    assert 0.4 < metrics["f1_micro"] < 0.9
    predictions = read_table(folder / "data/predictions.parquet")
    hits = sum(len({*row.tags} & {*row.suggested}) for row in predictions.itertuples())
    assert hits / predictions["suggested"].map(len).sum() == pytest.approx(metrics["precision_micro"], abs=1e-6)
    assert all(scores == sorted(scores, reverse=True) for scores in map(list, predictions["scores"]))
    table = pd.read_csv(folder / "metrics/plots/test/tags.csv")
    assert table["f1"].mean() == pytest.approx(metrics["f1_macro"], abs=1e-5)
    assert pd.read_csv(folder / "metrics/plots/test/thresholds.csv")["f1"].max() >= metrics["f1_micro"] - 0.02


def test_drift_follows_every_month(workspace):
    folder = workspace[0]
    followed = read_json(folder / "data/split/plan.json")["followed"]
    assert sorted(path.stem for path in (folder / "metrics/drift").iterdir()) == followed
    table = pd.read_csv(folder / "metrics/plots/drift/months.csv")
    assert table["month"].tolist() == followed
    summary = read_json(folder / "metrics/drift.json")
    assert (summary["month"], summary["verdict"]) == (followed[-1], table["verdict"].iloc[-1])
    assert summary["f1_micro_last"] == pytest.approx(table["f1_micro"].iloc[-1], abs=1e-5)
    assert summary["alarms"] == (table["verdict"] != "ok").sum()
    ((record,),) = (read_json(folder / f"metrics/drift/{month}.json") for month in followed[:1])
    assert record["questions"] == table["questions"][0]
    assert set(record["evidence"]) == {"numbers", "unknown", "domain", "words", "scores", "tags", "quality"}
    shares = pd.read_csv(folder / "metrics/plots/drift/tags.csv")
    assert shares["month"].unique().tolist() == ["reference", *followed]


def test_a_rule_broken_in_a_followed_month_is_a_warning_that_drift_reports(workspace):
    warnings = read_json(workspace[0] / "metrics/data.json")["warnings"]
    assert [warning["rule"] for warning in warnings] == ["empty_bodies"]
    ((record,),) = (read_json(workspace[0] / f"metrics/drift/{warning['month']}.json") for warning in warnings)
    assert record["warnings"] == warnings
    assert read_json(workspace[0] / "metrics/drift.json")["warnings"] == 1


def test_without_followed_months_drift_says_so(copied):
    shutil.rmtree(copied / "metrics/drift")
    said = run_stages(copied, small_params(split={"followed": 0}), "split", "drift")
    assert "no month is followed" in said["drift"]
    assert [read_json(path) for path in (copied / "metrics/drift").iterdir()] == [[]]
    assert read_json(copied / "metrics/drift.json") == {"months": 0, "alarms": 0, "warnings": 0}


def test_an_empty_followed_month_is_followed_without_figures(copied):
    month = read_json(copied / "data/split/plan.json")["followed"][3]
    path = copied / f"data/clean/{month}.parquet"
    pd.read_parquet(path).iloc[:0].to_parquet(path)
    run_stages(copied, small_params(), "drift")
    (record,) = read_json(copied / f"metrics/drift/{month}.json")
    assert (record["questions"], record["verdict"], record["quality"]) == (0, "ok", None)
    assert record["reasons"] == ["0 questions are too few to judge: drift.min_questions is 20"]


@pytest.mark.parametrize(
    ("sections", "stage", "error", "message"),
    [
        ({"model": "brt"}, "train", ParamsError, "model is 'brt'; choose one of bert, bilstm"),
        ({"model": None}, "train", ParamsError, "model is None"),
        (
            {"model": "logreg", "models": {"logreg": {"C": 0}}},
            "train",
            ParamsError,
            "models.logreg.C is 0, it should be greater than 0",
        ),
        ({"features": {"colour": 1}}, "train", ParamsError, "features.colour is unknown; features takes code"),
        ({"labels": {"coverage": 0.0001}}, "split", DataError, "raise labels.coverage"),
        ({"fetch": {"source": "usenet"}}, "fetch", ParamsError, "fetch.source is 'usenet'; choose one of api"),
        ({"fetch": {"from": "2024-02", "to": "2024-01"}}, "fetch", ParamsError, "2024-02 is after 2024-01: swap them"),
        ({"fetch": {"from": "May"}}, "fetch", ParamsError, "fetch.from is 'May', it should be a month"),
        ({"drift": {"level": 2}}, "drift", ParamsError, "drift.level is 2"),
    ],
)
def test_bad_parameters_are_refused_and_outs_left_alone(copied, sections, stage, error, message):
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()}
    with pytest.raises(error) as refused:
        run_stages(copied, small_params(**sections), stage)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()} == before
