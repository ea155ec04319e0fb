from stages.journal import OUT, Journal
from tagger.io import read_json
from tagger.tuning.trials import FAILED, Trial


def test_trials_and_epochs_are_logged_by_step(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Journal() as journal:
        for number, trial in enumerate([Trial({}, 0.5), Trial({"C": 1}, None, None, FAILED), Trial({"C": 2}, 0.7)]):
            journal.log_trial(number, trial)
        journal.log("fit/loss", 2.5, 1)
    assert (OUT / "plots/metrics/search/score.tsv").read_text() == "step\tscore\n0\t0.5\n2\t0.7\n"
    assert (OUT / "plots/metrics/fit/loss.tsv").read_text() == "step\tloss\n1\t2.5\n"
    assert read_json(OUT / "metrics.json")["fit"]["loss"] == 2.5
    assert [path.name for path in tmp_path.iterdir()] == ["metrics"]


def test_a_training_that_logs_nothing_leaves_a_folder_that_git_keeps(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Journal():
        pass
    assert [path.name for path in OUT.iterdir()] == ["metrics.json"]
