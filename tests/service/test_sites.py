"""Names that lead here and pages of other sites: who may ask from where."""

import pytest

from service.doors.keys import add_key
from service.ids import make_id
from tests.service.servers import send, serving


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8000", 200),
        ("rebound.example.org", 421),
        ("127.0.0.1.example.org", 421),
        ("localhost.example.org:8000", 421),
        ("x@localhost", 421),
        ("[::2]", 421),
        ("[", 421),
        ("localhost:x", 421),
        ("localhost/x", 421),
        ("", 421),
    ],
)
def test_a_name_that_leads_here_and_is_not_ours_is_refused(service, host, status):
    answer = service.client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert status == 200 or "TAGGER_HOSTS" in answer.json()["error"]


NAMED = ("tags.example.org:1", "x")


def test_names_are_set(model, tmp_path):
    with serving(tmp_path, model, HOSTS="Tags.example.org, 127.0.0.1") as service:
        found = [
            service.client.get("/healthz", headers={"Host": host}).status_code for host in ("tags.example.org:1", "x")
        ]
    assert found == [200, 421]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "OWN"}, 201),
        ({"Origin": "OWN", "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "https://evil.example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_page_of_another_site_sends_no_feedback(service, headers, status):
    """A browser sends a body without a type, which is taken as JSON, to any site without asking it before."""
    own = str(service.client.base_url).rstrip("/")
    given = {name: value.replace("OWN", own) for name, value in headers.items()}
    body = b'{"prediction_id": "%s", "rating": "up"}' % make_id().encode()
    answer = service.client.post("/v1/feedback", content=body, headers=given)
    assert answer.status_code == status
    assert status == 201 or "TAGGER_ORIGINS" in answer.json()["error"]


def test_other_sites_read_nothing_unless_they_are_let_in(model, service, tmp_path):
    asked = {"Origin": "https://app.example.org"}
    wishes = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    assert not [name for name in service.client.get("/healthz", headers=asked).headers if "access-control" in name]
    assert service.client.options("/v1/tags", headers=asked | wishes).status_code == 405
    key = add_key(tmp_path / "keys.json", "mine", ["ask"])
    with serving(tmp_path, model, ORIGINS="https://app.example.org") as let_in:
        before = let_in.client.options("/v1/tags", headers=asked | wishes)
        answer = send(let_in, "POST", "/v1/tags", key, **asked)
        refused = send(let_in, "POST", "/v1/tags", None, **asked)
        foreign = send(let_in, "POST", "/v1/tags", key, Origin="https://evil.example.org")
    assert (before.status_code, answer.status_code, refused.status_code, foreign.status_code) == (200, 200, 401, 403)
    for response in (before, answer, refused):
        assert response.headers["access-control-allow-origin"] == "https://app.example.org"
        assert "access-control-allow-credentials" not in response.headers
    assert "access-control-allow-origin" not in foreign.headers
