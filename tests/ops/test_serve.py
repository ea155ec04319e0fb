"""A promoted version is brought to a folder of its own and served from there, whatever the workspace holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops import serve
from ops.git import git
from ops.promotion.versions import NewTag, set_tags
from ops.revisions import RevisionError, Source
from service.versions.__main__ import make_parser
from tagger.dataset import Dataset
from tagger.tagger import Tagger
from tests import trainings
from tests.questions import make_questions


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "tagger"
    trainings.train(Dataset.of(make_questions(200))).tagger.save(folder, {"data_sha256": "0"})
    return folder


def make_source(files):
    def read(path):
        try:
            return files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return Source("tagger@v1.0.0", "abc", read)


def test_a_model_that_is_copied_loads(model, tmp_path):
    files = {f"models/tagger/{path.name}": path.read_bytes() for path in model.iterdir()}
    serve.copy_model(make_source(files), tmp_path / "tagger")
    assert Tagger.load(tmp_path / "tagger").tags == Tagger.load(model).tags


def test_a_model_that_is_not_to_be_had_is_told_and_leaves_none(model, tmp_path):
    files = {"models/tagger/model.json": (model / "model.json").read_bytes()}
    with pytest.raises(RevisionError, match=r"tagger@v1.0.0 cannot be had \(models/tagger/.*npz\)"):
        serve.copy_model(make_source(files), tmp_path / "tagger")
    assert not (tmp_path / "tagger/model.json").exists()


def test_a_version_brings_its_figures_and_its_card(model, repository, tmp_path, monkeypatch):
    files = {f"models/tagger/{path.name}": path.read_bytes() for path in model.iterdir()}
    source = make_source(files | {"metrics/test.json": json.dumps({"f1_micro": 0.5}).encode()})
    monkeypatch.setattr(serve, "open_revision", lambda name: source)
    set_tags([NewTag("tagger@v1.0.0", repository[2], "Register it\n\n# Card\n\nText")], None, 0)
    settings = serve.fetch_version("tagger@v1.0.0")
    assert settings["TAGGER_VERSION"] == "tagger@v1.0.0"
    assert Path(settings["TAGGER_CARD"]).read_text() == "# Card\n\nText\n"
    assert json.loads(Path(settings["TAGGER_METRICS"]).read_text()) == {"f1_micro": 0.5}
    assert Tagger.load(Path(settings["TAGGER_MODEL"]))


def test_a_stage_is_the_version_that_is_in_it(repository):
    with pytest.raises(RevisionError, match="nothing is in prod"):
        serve.find_version("prod")
    git("tag", "--annotate", "tagger@v2.0.0", repository[1], "--message", "Register it")
    git("tag", "--annotate", "tagger#prod#1", repository[1], "--message", "Promote it")
    assert serve.find_version("prod") == "tagger@v2.0.0"
    assert serve.find_version("HEAD~1") == "HEAD~1"


def test_a_challenger_is_brought_as_the_command_wants_it():
    settings = {"TAGGER_MODEL": "m", "TAGGER_METRICS": "t.json", "TAGGER_CARD": "c.md", "TAGGER_VERSION": "tagger@v1"}
    command, environment = serve.make_command(settings, ["--challenge", "--share", "20%"])
    assert not set(settings) & set(environment)
    given = make_parser().parse_args(command[1:])
    assert (given.model, given.metrics, given.card) == (Path("m"), Path("t.json"), Path("c.md"))
    assert (given.version, given.share, given.shadow) == ("tagger@v1", "20%", False)
    assert command[0] == "service.versions"
    assert serve.make_command(settings, [])[0] == ["service"]


@pytest.mark.parametrize("arguments", [[], ["prod", "--share", "10%"]])
def test_without_a_version_it_says_how(arguments):
    done = subprocess.run([sys.executable, "-m", "ops.serve", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert "usage" in done.stderr
