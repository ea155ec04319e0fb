"""The examples of the README, run as they are written, one after the other in a clone.

Blocks marked `bash` are examples; the site they fetch from is played on loopback, and a small dump lies at the path
that the README makes up.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import py7zr
import pytest

from tests.clone import Clone
from tests.imports import ROOT
from tests.sources.api_server import serving

pytestmark = pytest.mark.slow

MADE_UP = "/path/to/"
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
TOPICS = {"c++": "template pointer compiler", "python": "numpy indentation generator", "sql": "join select index"}


def make_posts(year):
    """120 questions, ten a month of a year."""
    for number in range(120):
        tag = sorted(TOPICS)[number % 3]
        body = f"<p>How does {TOPICS[tag]} work?</p><pre><code>{TOPICS[tag].split()[0]}();</code></pre>"
        moment = datetime(year, 1 + number // 10, 1 + number % 10, tzinfo=UTC)
        yield number, moment, f"About {TOPICS[tag]}", body, tag


def ask_all(year):
    """The questions as the API gives them."""
    for number, moment, title, body, tag in make_posts(year):
        counts = {"score": 1, "view_count": 2, "answer_count": 0}
        texts = {"title": title, "body": body, "tags": [tag]}
        yield {"question_id": number, "creation_date": int(moment.timestamp())} | texts | counts


def write_dump(path, year):
    """The questions as a site's dump in a 7z."""
    rows = []
    for number, moment, title, body, tag in make_posts(year):
        escaped = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        rows.append(
            f'<row Id="{number}" PostTypeId="1" CreationDate="{moment:%Y-%m-%dT%H:%M:%S.000}" Score="1" ViewCount="2" '
            f'AnswerCount="0" Title="{title}" Tags="&lt;{tag}&gt;" Body="{escaped}" />'
        )
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr("\n".join(["<posts>", *rows, "</posts>"]), "Posts.xml")


@pytest.fixture(scope="module")
def clone(small_clone, tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("readme") / "clone", twin=small_clone)
    (clone.folder / ".venv").symlink_to(sys.prefix)
    clone.commit("an environment")
    return clone


def test_there_are_examples():
    assert len(EXAMPLES) >= 4
    assert "make repro" in README


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs_as_written(clone, tmp_path, number):
    example = EXAMPLES[number].replace(MADE_UP, f"{tmp_path}/")
    write_dump(tmp_path / "Posts.7z", 2012)
    with serving(ask_all(2024), quota=10_000) as server:
        clone.set_params({"sources": {"api": {"base_url": server.url}}})
        clone.commit("a site on loopback")
        printed = clone.run(f"set -e\n{example}")
    assert "ERROR" not in printed
    assert "Traceback" not in printed
    # An experiment on other months leaves their files in metrics/drift/, which git does not know.
    clone.run("git checkout -q . && git clean -fdq metrics && dvc checkout -q")


def test_what_the_readme_names_is_there():
    for target in re.findall(r"\]\((?!http)([^)#]+)", README):
        assert (Path(ROOT) / target).exists(), target
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z][a-z-]*)", README):
        assert f"\n{target}:" in makefile, target


def test_make_repro_brings_pages_to_a_clone_that_has_the_figures(clone):
    clone.set_params({"drift": {"evidently_rows": 60}})
    clone.run("dvc repro -q")
    clone.commit("with Evidently")
    clone.run("rm -rf reports")
    printed = clone.run("make repro")
    assert "drift report  reports/drift/index.html, with Evidently's pages of 2 months" in printed
    assert "writing them" in printed
    assert "writing them" not in clone.run("make repro")
    assert clone.run("git status --porcelain") == ""
