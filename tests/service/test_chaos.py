"""A round of mishaps, or two; the ten minutes are tests/service/chaos.py."""

import subprocess

import pytest

from tests.service.chaos import run_chaos


@pytest.mark.slow
def test_mishaps_lose_nothing_that_was_acknowledged(model, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    try:
        counted = run_chaos(folder, model, 20)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
    assert counted["failures"] == counted["feedback lost"] == 0
    assert counted["feedback acknowledged"] > 100
    assert len(counted["mishaps"]) == 5
    # What was kept although its answer broke off was under way in a client when the service was killed.
    assert counted["feedback kept, its answer broken off"] <= counted["connections broken"]
    assert counted["since the last start: predictions"] == counted["since the last start: written and dropped"]
    # Whatever is missing waited when the service was killed.
    assert counted["predictions kept"] > 0.5 * counted["questions answered"]
