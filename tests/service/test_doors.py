"""The doors of a running service: who may do what and how often, and that no secret is told."""

import re
import socket
from contextlib import nullcontext

import httpx
import pytest

from service.checks import open_ring
from service.doors.keys import add_key, revoke_key
from service.doors.roles import NEEDED, ROLES
from service.ids import make_id
from service.settings import read_settings
from tagger.errors import ParamsError
from tests.service.servers import OPEN, QUESTION, send, serving
from tests.service.test_settings import run

ANYWHERE = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(("method", "path"), [*NEEDED, ("GET", "/nothing"), ("DELETE", "/v1/model"), ("GET", "/v1/")])
def test_each_role_does_what_it_may_and_nothing_else(keyed, method, path):
    needed = NEEDED.get((method, path), "operate")
    for name, key in keyed.keys.items():
        answer = send(keyed, method, path, key)
        if name in (needed, "all"):
            assert answer.status_code in (200, 201, 307, 404, 405)
        else:
            assert (answer.status_code, list(answer.json())) == (403, ["error"])
            assert f"role {needed}" in answer.json()["error"]


@pytest.mark.parametrize(("method", "path"), [*NEEDED, ("GET", "/nothing"), ("POST", "/v1/tags/"), ("TRACE", "/v1/x")])
def test_without_a_good_key_nothing_is_answered(keyed, method, path):
    for header in (None, "x", "tagger_00000000_" + "A" * 43, keyed.keys["all"][:-1]):
        answer = send(keyed, method, path, header)
        assert answer.status_code == 401
        assert list(answer.json()) == ["error"]
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert ("invalid_token" in answer.headers["www-authenticate"]) == bool(header)


@pytest.mark.parametrize("path", OPEN)
def test_probes_and_pages_need_no_key(keyed, path):
    assert keyed.get(path).status_code == 200


@pytest.mark.parametrize(("name", "without"), [("keyed", []), ("service", [{}])])
def test_every_documented_operation_says_what_it_needs(request, name, without):
    document = request.getfixturevalue(name).get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    found = {
        (method.upper(), path): operation["security"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    closed = {place: [{"key": [role]}, *without] for place, role in NEEDED.items() if place in found}
    assert found == closed | {("GET", path): [] for path in ("/healthz", "/readyz")}
    answers = document["paths"]["/metrics"]["get"]["responses"]
    assert {"401", "403", "421", "429"} <= set(answers)


def test_a_key_is_good_and_revoked_while_the_service_runs(model, tmp_path):
    with serving(tmp_path, model) as service:
        assert service.ask()["tags"]
        keys = tmp_path / "keys.json"
        mine = add_key(keys, "mine", ["ask"])
        service.wait(lambda: send(service, "POST", "/v1/tags").status_code == 401, 2)
        assert send(service, "POST", "/v1/tags", mine).status_code == 200
        add_key(keys, "other", ["ask"])
        revoke_key(keys, "mine")
        service.wait(lambda: send(service, "POST", "/v1/tags", mine).status_code == 401, 2)
        service.kill()
        service.start()
        assert send(service, "POST", "/v1/tags", mine).status_code == 401


@pytest.mark.parametrize(("trusts", "callers"), [("true", 3), ("false", 2)])
def test_the_caller_is_the_key_and_the_name_it_gives(model, tmp_path, trusts, callers):
    keys = [add_key(tmp_path / "keys.json", name, ["correct"]) for name in ("one", "two")]
    with serving(tmp_path, model, TRUST_CALLERS=trusts) as service:
        for key, caller in zip([keys[0], keys[0], keys[1]], ["a", "b", "a"], strict=True):
            body = {"prediction_id": make_id(), "rating": "up", "caller": caller}
            answer = service.client.post("/v1/feedback", json=body, headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == 201
        found = service.select("SELECT DISTINCT caller FROM feedback")
    assert len(found) == callers
    assert not any("one" in row[0] or "two" in row[0] for row in found)


@pytest.mark.parametrize("host", [ANYWHERE, "::", "example.org"])
def test_without_keys_it_listens_where_others_reach_it_only_when_told_so(model, tmp_path, host):
    settings = {"TAGGER_HOST": host, "TAGGER_MODEL": str(model), "TAGGER_STATE": str(tmp_path)}
    for workers in "12":
        done = run("-m", "service", **settings, TAGGER_PORT="0", TAGGER_WORKERS=workers)
        assert done.returncode
        assert "Traceback" not in done.stderr
        assert re.search(r"^service: TAGGER_HOST is .*python -m service.keys add.*TAGGER_OPEN", done.stderr, re.M)


@pytest.mark.parametrize(("host", "local"), [(ANYWHERE, False), ("127.0.0.1", True)])
def test_a_socket_that_was_given_tells_who_can_reach_it(monkeypatch, tmp_path, host, local):
    with socket.create_server((host, 0)) as listener:
        monkeypatch.setenv("TAGGER_FD", str(listener.fileno()))
        monkeypatch.setenv("TAGGER_STATE", str(tmp_path))
        settings = read_settings()
        assert (settings.is_local, settings.limits_all) == (local, not local)
        with nullcontext() if local else pytest.raises(ParamsError, match="TAGGER_FD others can reach"):
            open_ring(settings)


@pytest.mark.parametrize("way", ["OPEN", "keys"])
def test_with_keys_or_when_told_so_others_may_reach_it(model, tmp_path, way):
    key = add_key(tmp_path / "keys.json", "mine", ["ask"]) if way == "keys" else None
    settings = {"HOST": ANYWHERE, "OPEN": way == "OPEN"}
    with serving(tmp_path, model, **settings) as service:
        assert send(service, "POST", "/v1/tags", key, Host="tagger.example.org").status_code == 200
        assert send(service, "POST", "/v1/tags", key, Host="[").status_code == 421


def test_who_asks_too_often_is_told_when_to_come_again(model, tmp_path):
    keys = [add_key(tmp_path / "keys.json", name, ["ask"]) for name in ("one", "two")]
    with serving(tmp_path, model, RATE=0.1, BURST=6) as service:
        found = [send(service, "POST", "/v1/tags", keys[0]).status_code for _ in range(7)]
        refused = send(service, "POST", "/v1/tags", keys[0])
        assert found == [200] * 6 + [429]
        assert list(refused.json()) == ["error"]
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert send(service, "POST", "/v1/tags/batch", keys[1]).status_code == 200
        assert [send(service, "POST", "/v1/tags", keys[1]).status_code for _ in range(5)] == [200] * 4 + [429]
        # Keys that are tried cost the address; probes cost nobody.
        assert [send(service, "POST", "/v1/tags", "x").status_code for _ in range(7)] == [401] * 6 + [429]
        assert {service.get("/healthz").status_code for _ in range(20)} == {200}


def test_behind_a_proxy_on_this_machine_each_client_has_its_own_bucket(model, tmp_path):
    with serving(tmp_path, model, RATE=0.1, BURST=1) as service:
        clients = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1", "2001:db8::2"]
        found = [service.client.get("/v1/model", headers={"X-Forwarded-For": client}).status_code for client in clients]
    assert found == [200, 200, 429, 200, 429]


@pytest.mark.slow
def test_workers_share_the_buckets(model, tmp_path):
    with serving(tmp_path, model, RATE=0.1, BURST=20, WORKERS=2) as service:
        # A connection of its own each, so that both workers get some.
        found = [httpx.post(f"{service.client.base_url}/v1/tags", json=QUESTION).status_code for _ in range(40)]
    assert found.count(200) in (20, 21)


def test_without_keys_on_loopback_nothing_is_limited_unless_a_rate_is_set(monkeypatch):
    assert not read_settings().limits_all
    for name, value in (("HOST", ANYWHERE), ("RATE", "5")):
        with monkeypatch.context() as patch:
            patch.setenv(f"TAGGER_{name}", value)
            assert read_settings().limits_all


def test_no_secret_is_told(model, tmp_path):
    """Neither in the log, nor in an answer, nor in a file; the database is away, so that its URL is spoken of."""
    secrets = {
        "SECRET": "verborgen-secret-of-digests",
        "DATABASE": "postgresql+psycopg://tagger:verborgen-password@127.0.0.1:1/x",
    }
    key = add_key(tmp_path / "keys.json", "all", ROLES)
    with serving(tmp_path, model, **secrets) as service:
        answers = [send(service, method, path, key).text for method, path in NEEDED]
        answers += [service.get(path).text for path in OPEN]
        answers += [send(service, "GET", "/metrics", key[:-1]).text]
        log = service.stop()
    files = [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()]
    told = "\n".join([log, *answers, *files])
    assert "the database is away" in log
    for secret in (*secrets.values(), "verborgen", key, key[16:], key[:-1]):
        assert secret not in told
