import webbrowser

import pytest
from bs4 import BeautifulSoup

from ops import drift_report, pages, summary
from tagger.io import write_csv, write_json, write_text
from tests.report.records import make_alarm, make_record, make_shares

FIGURES = {
    "months": 2,
    "alarms": 1,
    "month": "2024-02",
    "verdict": "ok",
    "open": 1,
    "f1_micro_last": 0.79,
    "f1_micro_estimated": 0.78,
    "f1_micro_loss": 0.01,
    "auc": 0.6,
    "new_tag_share": 0.04,
}
NO_MONTHS = {"months": 0, "alarms": 0}
RECORDS = [make_alarm("2024-01", "null"), make_record("2024-02")]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A clone: metrics and nothing else."""
    monkeypatch.chdir(tmp_path)
    write_json(pages.SUMMARY, FIGURES)
    for record in RECORDS:
        write_json(pages.RECORDS / f"{record['month']}.json", [record])
    write_csv(pages.TAGS, make_shares(RECORDS, ["python", "null"]))
    return tmp_path


def write_evidently(figures):
    """Pages as the drift stage leaves them."""
    for record in RECORDS:
        write_text(pages.PAGES / f"{record['month']}.html", "<html>")
    write_json(pages.PAGES / "drift.json", figures)


def read_index():
    return BeautifulSoup(pages.INDEX.read_text(encoding="utf-8"), "lxml")


@pytest.mark.parametrize(
    ("written", "figures", "current"),
    [
        (FIGURES, FIGURES, True),
        (FIGURES | {"f1_micro_last": 0.7}, FIGURES, False),
        (None, FIGURES, False),
        (None, NO_MONTHS, True),
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
    assert pages.INDEX.is_file()


def test_the_index_reads_months_and_tags_as_they_are():
    pages.write_index()
    index = read_index()
    assert [row.td.text for row in index.select("table")[-1].tbody.find_all("tr")] == ["2024-02", "2024-01"]
    assert '"null"' in index.find(id="plot-tags-figure").string


@pytest.mark.parametrize(
    ("written", "links"),
    [(FIGURES, ["2024-02.html", "2024-01.html"]), (FIGURES | {"open": 2}, []), (None, [])],
)
def test_the_index_links_pages_of_the_same_figures_alone(written, links):
    if written:
        write_evidently(written)
    pages.write_index()
    assert [link["href"] for link in read_index().select("main a")] == links


def test_without_months_there_is_an_index_too(folder):
    for path in pages.RECORDS.iterdir():
        path.unlink()
    pages.TAGS.unlink()
    write_json(pages.SUMMARY, NO_MONTHS)
    pages.write_index()
    assert "No month is followed" in read_index().text


@pytest.mark.parametrize(
    ("platform", "screen", "opened"), [("linux", "", 0), ("linux", ":0", 1), ("darwin", "", 1), ("win32", "", 1)]
)
def test_the_report_is_opened_where_there_is_a_screen(folder, monkeypatch, capsys, platform, screen, opened):
    addresses = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    monkeypatch.setattr("sys.platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", screen)
    drift_report.main()
    assert capsys.readouterr().out == "reports/drift/index.html\n"
    assert addresses == [(folder / "reports/drift/index.html").as_uri()] * opened


def test_the_summary_says_where_the_pages_are():
    assert "make drift-report" in summary.describe_pages()
    write_evidently(FIGURES)
    pages.write_index()
    assert summary.describe_pages() == (
        "reports/drift/index.html, with Evidently's pages of 2 months; `make drift-report` opens it"
    )


UNLABELLED = FIGURES | {"f1_micro_last": None, "f1_micro_estimated": 0.78}


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (FIGURES, "2 months followed, 1 alarms; 2024-02: ok, 1 changes open, micro-F1 0.790"),
        (UNLABELLED, "2 months followed, 1 alarms; 2024-02: ok, 1 changes open, micro-F1 0.780 by estimate"),
        (UNLABELLED | {"f1_micro_estimated": None}, "2 months followed, 1 alarms; 2024-02: ok, 1 changes open"),
        (NO_MONTHS, "no month is followed"),
    ],
)
def test_the_summary_tells_the_latest_month(figures, words):
    assert summary.describe_drift(figures) == words
