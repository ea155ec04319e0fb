"""The sample's built-in drift through the stage, with labels and as traffic without, and Evidently's pages."""

import shutil

import pandas as pd
import pytest

from tagger.errors import DataError
from tagger.io import read_json, read_months
from tagger.sample.drift import BORN, BROKEN, DRIFT, DYING, RENAMED, VOCABULARY
from tagger.traffic import add_traffic
from tests.conftest import STAGES, run_stages
from tests.params import PARAMS
from tests.traffic import ask_raw

WITHOUT_EVIDENTLY = PARAMS | {"drift": PARAMS["drift"] | {"evidently_rows": 0}}
OF_TRAFFIC = PARAMS | {"drift": PARAMS["drift"] | {"evidently_rows": 0, "source": "service"}}
NAMED = {
    BORN: ("new_tag", {"langchain"}),
    RENAMED: ("renamed_tag", {"reactjs", "react"}),
    VOCABULARY: ("vocabulary", {"android"}),
    DYING: ("dying_tag", {"jquery"}),
    BROKEN: ("broken", {"broken"}),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A folder in which the default pipeline has run, Evidently apart."""
    folder = tmp_path_factory.mktemp("sample")
    run_stages(folder, WITHOUT_EVIDENTLY, *STAGES)
    return folder


@pytest.fixture
def kept(sample):
    """The sample; what a test has drift write instead is taken back."""
    before = {path: path.read_bytes() for path in (sample / "metrics").rglob("*") if path.is_file()}
    yield sample
    shutil.rmtree(sample / "metrics/drift")
    for path, content in before.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def read_records(folder):
    return {path.stem: read_json(path)[0] for path in sorted((folder / "metrics/drift").glob("2*.json"))}


def test_each_built_in_change_is_named_in_its_month_and_no_other_month_is_alarmed(sample):
    records = read_records(sample)
    for drift, (kind, names) in NAMED.items():
        found = {finding["kind"]: finding["names"] for finding in records[drift.month]["findings"]}
        assert kind in found
        assert names <= set(found[kind])
    alarmed = {month for month, record in records.items() if record["verdict"] != "ok"}
    assert alarmed == {drift.month for drift in DRIFT}


def test_what_costs_is_to_be_acted_on_and_what_is_open_stays_listed(sample):
    records = read_records(sample)
    assert records[RENAMED.month]["actions"][0].startswith("call reactjs react")
    assert records[BROKEN.month]["actions"] == ["look at the data: how the questions come in"]
    since = {entry["since"] for entry in records["2024-12"]["open"]}
    assert since == {"2024-03", "2024-05", "2024-07", "2024-09"}


@pytest.mark.parametrize("scheme", [{"scheme": "rolling", "every": 6}, {"scheme": "alarm"}])
def test_new_models_on_the_way_are_alarmed_by_the_same_months(kept, scheme):
    before = read_records(kept)
    run_stages(kept, WITHOUT_EVIDENTLY | {"drift": WITHOUT_EVIDENTLY["drift"] | scheme}, "drift")
    after = read_records(kept)
    assert {record["reference"][1] for record in before.values()} == {"2023-12"}
    assert len({record["reference"][1] for record in after.values()}) > 1
    assert {m for m, r in after.items() if r["verdict"] != "ok"} == {
        m for m, r in before.items() if r["verdict"] != "ok"
    }
    assert after["2024-12"]["f1_all"] > before["2024-12"]["f1_all"]


def test_evidently_has_a_page_for_each_month_with_enough_questions(sample, evidently):
    params = PARAMS | {"drift": PARAMS["drift"] | {"months": 1, "evidently_rows": 100}}
    run_stages(sample, params, "drift")
    assert [path.name for path in (sample / "reports/drift").glob("20*.html")] == ["2024-01.html"]
    assert read_json(sample / "metrics/drift/2024-01.json")[0]["evidently"]


def ask(folder, *months):
    """The questions of some months as traffic of these months."""
    for month in months:
        asked = ask_raw(read_months(folder / "data/raw", [month]))
        add_traffic(folder / f"data/traffic/service/{month}.parquet", asked, {})


@pytest.fixture
def asked(kept):
    """The sample after whose test nothing was asked."""
    yield kept
    shutil.rmtree(kept / "data/traffic", ignore_errors=True)


def follow_traffic(folder):
    shutil.rmtree(folder / "metrics/drift")
    said = run_stages(folder, OF_TRAFFIC, "drift")["drift"]
    return said, read_records(folder)


def test_a_broken_month_of_traffic_is_alarmed_without_labels_and_a_quiet_one_is_not(asked):
    labelled = read_records(asked)
    ask(asked, "2023-12", "2024-02", BORN.month, BROKEN.month)
    said, records = follow_traffic(asked)
    # What was learned from is left out, and a month in between without a question is told.
    assert list(records) == [f"2024-{number:02d}" for number in range(1, 12)]
    assert said == "11 months, 2024-03 watch, 2024-11 act"
    assert [records[f"2024-{number:02d}"]["questions"] for number in (1, *range(4, 11))] == [0] * 8
    broken = records[BROKEN.month]
    assert broken["actions"] == ["look at the data: how the questions come in"]
    assert broken["loss"] > PARAMS["drift"]["min_loss"]
    assert broken["quality"] is None
    # The same questions, cleaned by the same code, have the same estimate.
    assert broken["estimate"] == labelled[BROKEN.month]["estimate"]
    assert broken["evidence"]["numbers"] == labelled[BROKEN.month]["evidence"]["numbers"]
    summary = read_json(asked / "metrics/drift.json")
    assert (summary["f1_micro_last"], summary["f1_micro_estimated"]) == (None, broken["estimate"]["f1_micro"])
    assert (summary["asked"], summary["warnings"]) == (broken["questions"], 0)
    shares = pd.read_csv(asked / "metrics/plots/drift/tags.csv")
    assert set(shares["month"]) == {"reference", *records}
    assert shares["share"].between(0, 1).all()


def test_who_asks_the_same_all_day_raises_no_alarm(asked):
    ask(asked, "2024-02")
    one = read_months(asked / "data/raw", ["2024-01"]).iloc[[3] * 500]
    busy = ask_raw(one, body=[f"{body} <p>Run {number}.</p>" for number, body in enumerate(one["body"])])
    busy["prediction_id"] = [f"busy {number}" for number in range(500)]
    add_traffic(asked / "data/traffic/service/2024-02.parquet", busy, {})
    said, records = follow_traffic(asked)
    assert said == "1 months, no alarm"
    month = read_months(asked / "data/raw", ["2024-02"])
    assert records["2024-02"]["questions"] == len(month) + 1
    assert records["2024-02"]["traffic"]["repeated"] == 499


def test_no_traffic_is_refused_and_only_what_was_learned_from_is_told(asked):
    with pytest.raises(DataError, match=r"data/traffic/service holds no question: `python -m service\.export` writes"):
        follow_traffic(asked)
    ask(asked, "2023-11")
    (asked / "metrics/drift").mkdir()
    said, records = follow_traffic(asked)
    assert said == "no month is followed: all that the service was asked is of months that were learned from"
    assert list(records) == []
    assert read_json(asked / "metrics/drift.json") == {"months": 0, "alarms": 0, "warnings": 0}
