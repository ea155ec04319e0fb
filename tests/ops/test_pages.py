import pytest

from ops import pages, summary
from tagger.io import write_json, write_text

FIGURES = {"months": 2, "drifted_months": 0, "warnings": 0, "f1_micro_mean": 0.6}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_json(pages.SUMMARY, FIGURES)
    return tmp_path


@pytest.mark.parametrize(
    ("written", "figures", "current"),
    [
        (FIGURES, FIGURES, True),
        (FIGURES | {"f1_micro_mean": 0.7}, FIGURES, False),
        (None, FIGURES, False),
        (None, FIGURES | {"months": 0}, True),
    ],
)
def test_pages_are_those_of_the_figures_or_written_anew(monkeypatch, written, figures, current):
    commands = []
    monkeypatch.setattr("subprocess.run", lambda command, check: commands.append(command))
    write_json(pages.SUMMARY, figures)
    if written:
        write_json(pages.PAGES / "drift.json", written)
    pages.main()
    assert [command[-1] for command in commands] == ([] if current else ["drift"])


def test_the_summary_says_where_the_pages_are():
    assert "python -m ops.pages" in summary.describe_pages()
    for month in ("2024-01", "2024-02"):
        write_text(pages.PAGES / f"{month}.html", "<html>")
    write_json(pages.PAGES / "drift.json", FIGURES)
    assert summary.describe_pages() == "reports/drift/2024-01.html to 2024-02.html, one page a month"
