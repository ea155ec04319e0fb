"""The files of the pages, as they are sent."""

import re

import pytest

from service.routes.pages import FOLDER, KINDS, POLICY

FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in KINDS)
PAGES = {"/": "ask.html", "/operator": "operator.html", "/docs": "docs.html"}
PATHS = PAGES | {f"/static/{name}": name for name in FILES}


@pytest.mark.parametrize("path", PATHS)
def test_a_file_is_sent_once_and_then_told_to_be_the_same(service, path):
    answer = service.get(path)
    data = (FOLDER / PATHS[path]).read_bytes()
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == KINDS[FOLDER.joinpath(PATHS[path]).suffix]
    assert answer.headers["content-security-policy"] == POLICY
    assert "set-cookie" not in answer.headers
    again = service.client.get(path, headers={"If-None-Match": f'"other", W/{answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert service.client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", ["none.js", "..%2fapp.py", "%2e%2e/app.py", "__init__.py", "ask.js%00"])
def test_nothing_else_is_sent(service, name):
    answer = service.get(f"/static/{name}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".html")])
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(name):
    html = (FOLDER / name).read_text(encoding="utf-8")
    assert "<noscript>" in html
    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?://", html) == []


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_no_text_becomes_html(name):
    script = (FOLDER / name).read_text(encoding="utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|cookie", script) == []
