"""Bad input to `dvc repro`: one line that says what to do, an exit code, and the outs of before still there."""

import pytest

from tests.clone import Clone, list_runs
from tests.sources.api_server import error, raw, serving

pytestmark = pytest.mark.slow

ROW = '<row Id="1" PostTypeId="1" CreationDate="2024-01-01T00:00:00.000" Title="t" Tags="&lt;a&gt;" Body="b" />'


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    return Clone(tmp_path_factory.mktemp("bad") / "clone", twin=small_clone)


def check_refusal(clone, values, messages):
    """`dvc repro` ends with the stage's one line, and the way back runs nothing."""
    clone.set_params(values)
    printed = clone.run("dvc repro validate", code=255)
    clone.run("git checkout -q . && dvc checkout -q --allow-missing")
    assert "Traceback" not in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("fetch: ")] or [printed]
    for message in messages:
        assert message in line
    assert list_runs(clone.run("dvc repro validate")) == []


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        (b"PK\x03\x04 no XML at all", ["posts.xml", "fetch.path"]),
        (f"<posts>{ROW}<row Id=".encode(), ["posts.xml", "1 row", "download"]),
        (f"<users>{ROW}</users>".encode(), ["posts.xml", "users"]),
        (b"", ["posts.xml is empty", "fetch.path"]),
        (f"<posts>{ROW}</posts>".encode(), ["no question was created between", "the source holds 2024-01 to 2024-01"]),
    ],
)
def test_a_file_that_is_no_dump(clone, tmp_path, content, messages):
    path = tmp_path / "posts.xml"
    path.write_bytes(content)
    window = {"from": "2020-01", "to": "2020-12"}
    check_refusal(clone, {"fetch": {"source": "dump", "path": str(path)} | window}, messages)


def test_a_file_that_is_not_there(clone, tmp_path):
    clone.set_params({"fetch": {"source": "dump", "path": f"{tmp_path}/none.7z"}})
    printed = clone.run("dvc repro validate", code=255)
    assert f"No such file or directory: '{tmp_path}/none.7z'" in printed  # DVC's own words
    clone.run("git checkout -q . && dvc checkout -q --allow-missing")
    assert list_runs(clone.run("dvc repro validate")) == []


@pytest.mark.parametrize(
    ("script", "messages"),
    [
        ([error(400, "site is required")], ["error 400", "site is required", "sources.api.site"]),
        ([raw(b"<html>busy</html>")], ["without JSON", "sources.api.base_url"]),
        ([], ["no question was created between fetch.from 2024-01", "widen the window"]),
    ],
)
def test_an_api_that_gives_nothing(clone, script, messages):
    with serving(script=script) as server:
        api = {"api": {"base_url": server.url, "retries": 0}}
        check_refusal(clone, {"fetch": {"source": "api", "from": "2024-01"}, "sources": api}, messages)


def test_an_api_that_cannot_be_reached(clone):
    with serving() as server:
        url = server.url
    api = {"api": {"base_url": url, "retries": 0}}
    check_refusal(clone, {"fetch": {"source": "api"}, "sources": api}, ["ConnectError", "sources.api.base_url"])
