"""A worker that cannot start again: the others go on, and without any the service ends and says why."""

import os
import shutil
import signal
from pathlib import Path

import httpx
import pytest

from tests.service.servers import serving


def list_workers(service):
    """Process ids."""
    return Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()


def kill_one(service, worker):
    os.kill(int(worker), signal.SIGKILL)
    service.wait(lambda: worker not in list_workers(service))


@pytest.mark.slow
def test_a_model_that_breaks_while_it_is_served(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    with serving(tmp_path / "state", folder, WORKERS=2) as service:
        (folder / "linear.npz").write_bytes(b"broken")
        first, second = list_workers(service)
        kill_one(service, first)
        service.wait(lambda: len(list_workers(service)) == 2)
        for _ in range(20):
            # Whichever worker is there.
            assert httpx.get(f"{service.client.base_url}/healthz", timeout=10).status_code == 200
        kill_one(service, second)
        printed = service.process.communicate(timeout=20)[0]
    assert service.process.returncode
    told = [line for line in printed.splitlines() if line.startswith("service: ")]
    assert "linear.npz" in told[0]
    assert told[-1] == "service: no worker could start; a line above says why"
    # Once for each worker that was killed, and not twice a second.
    assert printed.count("Started parent process") == 1
    assert len(told) <= 4
    assert "Traceback" not in printed


@pytest.mark.slow
def test_a_model_that_is_broken_from_the_start_ends_all_workers(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    (folder / "linear.npz").write_bytes(b"broken")
    with pytest.raises(AssertionError, match="no worker could start"), serving(tmp_path, folder, WORKERS=3):
        pass
