"""Without an export, what learns from the service or watches it says what to do, and the way back runs nothing."""

import pytest
import yaml

from tests.clone import Clone, list_runs

pytestmark = pytest.mark.slow

# What needs an export, what does not, the folder, and what is said of an empty one.
CASES = [
    ("feedback.enabled=true", "feedback.enabled=false", "data/feedback/enabled-true", "holds no vote"),
    ("drift.source=service", "drift.source=followed", "data/traffic/service", "holds no question"),
]
NAMES = [case[2] for case in CASES]


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("nothing") / "clone", twin=small_clone)


@pytest.fixture(autouse=True)
def restore(clone):
    """Every test ends with what is committed, and without a folder."""
    yield
    clone.run("git checkout -q . && git clean -fdqx data/feedback data/traffic metrics && dvc checkout -q")


@pytest.mark.parametrize("there", [False, True], ids=["no folder", "an empty one"])
@pytest.mark.parametrize(("on", "off", "folder", "empty"), CASES, ids=NAMES)
def test_a_run_says_so_and_keeps_the_outs(clone, on, off, folder, empty, there):
    if there:
        (clone.folder / folder).mkdir()
    said = clone.run(f"dvc exp run -S {on}", code=255)
    assert (f"{folder} {empty}: `python -m service.export" if there else "No such file or directory") in said
    assert folder in said
    assert "Traceback" not in said
    assert list_runs(clone.run(f"dvc exp run -S {off}")) == []


@pytest.mark.parametrize(("on", "off", "folder", "empty"), CASES, ids=NAMES)
def test_the_check_before_a_run_names_the_command(clone, on, off, folder, empty):
    name, _, value = on.partition("=")
    section, field = name.split(".")
    clone.set_params({section: {field: yaml.safe_load(value)}})
    assert f"{folder} is not there: `python -m service.export`" in clone.run("python -m ops.check", code=1)
