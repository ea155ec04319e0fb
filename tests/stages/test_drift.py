"""The sample's built-in drift through the stage, and Evidently's pages."""

import pytest

from tagger.io import read_json
from tagger.sample.drift import BORN, BROKEN, DRIFT, DYING, RENAMED, VOCABULARY
from tests.conftest import STAGES, run_stages
from tests.params import PARAMS

WITHOUT_EVIDENTLY = PARAMS | {"drift": PARAMS["drift"] | {"evidently_rows": 0}}
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


def read_records(folder):
    return {path.stem: read_json(path)[0] for path in sorted((folder / "metrics/drift").iterdir())}


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
def test_new_models_on_the_way_are_alarmed_by_the_same_months(sample, scheme):
    before = read_records(sample)
    run_stages(sample, WITHOUT_EVIDENTLY | {"drift": WITHOUT_EVIDENTLY["drift"] | scheme}, "drift")
    after = read_records(sample)
    run_stages(sample, WITHOUT_EVIDENTLY, "drift")
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
