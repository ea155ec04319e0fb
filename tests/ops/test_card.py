"""The model card of a small run: what stands in it is what the run left."""

import dataclasses

import pytest
import yaml

from ops import card
from ops.git import git
from ops.promotion.candidate import read_candidate
from ops.promotion.card_figures import find_licence, list_limits
from tagger.io import read_json
from tests.conftest import small_params


@pytest.fixture
def here(workspace, tmp_path, monkeypatch):
    """A repository whose data, model and metrics are those of the shared run."""
    for name in ("data", "models", "metrics"):
        (tmp_path / name).symlink_to(workspace[0] / name)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(small_params(), sort_keys=False))
    (tmp_path / ".gitignore").write_text("/data\n/models\n/metrics\n/reports/\n")
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message", "small")
    return tmp_path


def read_table(text):
    """The cells of every table's rows, by their first."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    return {name: cells for name, *cells in rows}


def test_it_says_what_the_run_left(here, capsys):
    card.main()
    text = (here / capsys.readouterr().out.strip()).read_text()
    assert text.startswith("# Model card: tagger (not registered)\n")
    rows, metrics = read_table(text), read_json(here / "metrics/test.json")
    low, high = map(float, rows["f1_micro"][1].split(" to "))
    assert rows["f1_micro"][0] == f"{metrics['f1_micro']:.3f}"
    assert low < metrics["f1_micro"] < high
    assert [rows[name][1] for name in ("roc_auc_micro", "f1_macro")] == ["-", "-"]
    model, plan = read_json(here / "models/tagger/model.json"), read_json(here / "data/split/plan.json")
    for line in (
        f"- digest of the data: {model['data_sha256'][:12]}",
        f"- commit: {git('rev-parse', '--short=7', 'HEAD')}",
        "- source: sample",
        f"- test: {plan['test'][0]}, ",
        "- strategy: train_val_test (level standard, estimate test)",
    ):
        assert line in text
    assert rows[f"month {plan['test'][0]}"][1] == rows["f1_micro"][0]
    assert rows["code alone"] == ["0", "-", "-"]
    assert text.rstrip().endswith("nobody's rights are touched.")


def test_what_is_not_committed_is_no_version(here):
    (here / "new.txt").write_text("x")
    card.main()
    assert (here / card.OUT).read_text().startswith("# Model card: tagger (not committed)\n")


@pytest.mark.parametrize(
    ("source", "words"),
    [("sample", "made up"), ("csv", "That of the table"), ("api", "CC BY-SA 4.0"), ("dump", "share under the same")],
)
def test_the_licence_is_that_of_the_source(here, source, words):
    candidate = read_candidate()
    candidate.params["fetch"]["source"] = source
    assert words in find_licence(candidate)


def test_limits_have_their_figures(here):
    candidate = read_candidate()
    cv = dataclasses.replace(candidate, model=candidate.model | {"estimate": "cv"}, drift={"verdict": None})
    assert "the latest, 2024-12, says" in " ".join(list_limits(candidate))
    assert "No month was held out" in " ".join(list_limits(cv))
    assert f"It knows {len(candidate.counts)} tags" in next(list_limits(cv))
