"""Whatever the OpenAPI document allows, and what it forbids, is answered as the document says."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.doors.keys import add_key
from service.doors.roles import ROLES
from tests.service.servers import serving


def test_every_answer_is_documented_with_an_example_or_a_schema(service):
    document = service.get("/openapi.json").json()
    expected = {
        "/v1/tags",
        "/v1/tags/batch",
        "/v1/feedback",
        "/v1/model",
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/operator",
        "/v1/versions",
    }
    assert set(document["paths"]) == expected
    for path in ("/v1/tags", "/v1/tags/batch", "/v1/feedback"):
        answers = document["paths"][path]["post"]["responses"]
        failures = {status: answer for status, answer in answers.items() if status[0] in "45"}
        assert set(failures) >= {"400", "408", "413", "415", "422"}
        for answer in failures.values():
            assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Failure"}
    for name in ("Question", "Correction", "Rating", "Answer"):
        assert document["components"]["schemas"][name]["examples"]


@pytest.mark.slow
@pytest.mark.parametrize("keys", [False, True])
def test_schemathesis_finds_nothing(model, tmp_path, keys):
    """With keys, it also tries each operation without one and with others."""
    key = add_key(tmp_path / "state/keys.json", "all", ROLES) if keys else ""
    with serving(tmp_path / "state", model, RATE=0) as service:
        service.keys["all"] = key
        command = [Path(sys.executable).with_name("schemathesis"), "run", f"{service.client.base_url}/openapi.json"]
        command += ["--header", f"Authorization: Bearer {key}"] if keys else []
        options = ["--checks", "all", "--max-examples", "40", "--seed", "1", "--generation-database", "none"]
        done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        assert service.count_failed() == 0
        assert any('status="401"' in name for name in service.read_metrics()) == keys
