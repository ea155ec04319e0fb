"""Two runs in two folders, in processes of their own, leave the same bytes."""

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.conftest import STAGES, small_params

ROOT = Path(__file__).parent.parent.parent


def run_everything(folder, seed):
    """Every stage as dvc runs it; what it leaves, but for the cost, which is no out."""
    (folder / "data/import").mkdir(parents=True)
    (folder / "params.yaml").write_text(yaml.safe_dump(small_params()))
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
    for stage in STAGES:
        subprocess.run([sys.executable, "-m", f"stages.{stage}"], cwd=folder, env=env, check=True, capture_output=True)
    (folder / "metrics/cost.json").unlink()
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] in ("data", "models", "metrics")
    }


def test_outs_are_equal_to_the_byte(tmp_path):
    first, second = (run_everything(tmp_path / name, seed) for name, seed in (("a", "1"), ("deeper/b", "2")))
    assert list(first) == list(second)
    assert [str(path) for path in first if first[path] != second[path]] == []
    assert len(first) > 80
