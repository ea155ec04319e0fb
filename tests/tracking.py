"""An MLflow server on loopback, and a fresh process that asks a logged model."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

SECONDS_TO_START = 120
ASK = """
import json, sys
import mlflow, pandas
uri, model, questions = json.load(sys.stdin)
sys.prefix = "no-environment"  # with NLTK's data in it
mlflow.set_tracking_uri(uri)
loaded = mlflow.pyfunc.load_model(model)
answers = loaded.predict(pandas.DataFrame(questions), params={"top": 9})
import tagger
names = {name.partition(".")[0] for name in sys.modules}
json.dump({"answers": answers, "tagger": tagger.__file__, "modules": sorted(names)}, sys.stdout)
"""


def ask_afresh(folder: Path, uri, model, questions):
    """Load a logged model in a Python process that starts in an empty folder, and put questions to it."""
    folder.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "NLTK_DATA", "MLFLOW_TRACKING_URI"}
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=folder,
        env=kept | {"MLFLOW_DISABLE_TELEMETRY": "true"},
        input=json.dumps([uri, model, questions]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def serving(folder: Path):
    """Run `mlflow server` on a free port of loopback; its address. Its whole process group ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = f"{sys.executable} -m mlflow server --host 127.0.0.1 --port {port} --workers 1".split()
    stores = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "kept")]
    settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, *stores], env=os.environ | settings, stdout=log, stderr=log, start_new_session=True
        )
    try:
        wait_for(server, f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def wait_for(server, address, log):
    """Return when it answers."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            if httpx.get(f"{address}/health").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())
