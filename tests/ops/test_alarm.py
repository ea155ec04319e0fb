"""What an operator is told of the latest month, and the word that decides what happens."""

import json

import pytest

from ops import alarm
from ops.alarm import choose_word, draw_alarm
from tests.report.records import make_asked


def make_record(month, verdict="ok", train_again=False, since=(), reasons=(), **more):
    opened = [{"since": day, "reason": f"<b>{day}</b>", "action": "train again"} for day in since]
    return {
        "month": month,
        "verdict": verdict,
        "train_again": train_again,
        "open": opened,
        "questions": 1250,
        "reasons": list(reasons),
        "actions": ["train again"] * train_again,
        "quality": {"f1_micro": {"value": 0.75, "low": 0.7, "high": 0.8}},
        "estimate": {"f1_micro": 0.76},
    } | more


BORN = make_record("2024-03", "act", train_again=True, reasons=["langchain is new"])


@pytest.mark.parametrize(
    ("records", "word"),
    [
        ([], "none"),
        ([make_record("2024-03")], "ok"),
        ([make_record("2024-03", "watch")], "watch"),
        ([BORN], "act"),
        # still so a month later, and over a month later
        ([BORN, make_record("2024-04", since=["2024-03"])], "act"),
        ([BORN, make_record("2024-04")], "ok"),
        ([make_record("2024-03", "watch"), make_record("2024-04", since=["2024-03"])], "ok"),
        ([make_record("2024-03", "act")], "broken"),
    ],
)
def test_the_word(records, word):
    assert choose_word(records) == word


def test_the_page_has_reasons_actions_and_the_months(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics/drift").mkdir(parents=True)
    for record in (BORN, make_record("2024-04", since=["2024-03"], quality=None)):
        (tmp_path / f"metrics/drift/{record['month']}.json").write_text(json.dumps([record]))
    (tmp_path / "metrics/drift/none.json").write_text("[]")
    monkeypatch.setattr("sys.argv", ["alarm", "--out", "told/alarm.md"])
    alarm.main()
    assert capsys.readouterr().out == "act\n"
    page = (tmp_path / "told/alarm.md").read_text()
    assert page.startswith("**ok** in 2024-04, on 1,250 questions.")
    assert r"- since 2024-03: \<b\>2024-03\</b\>" in page
    assert page.count("- train again") == 1
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| 2024")]
    assert rows == [
        ["2024-03", "act", "1,250", "0.750", "0.700 to 0.800", "0.760"],
        ["2024-04", "ok", "1,250", "-", "-", "0.760"],
    ]


def test_a_month_of_live_traffic_says_what_was_asked():
    page = draw_alarm([make_asked("2025-01", verdict="watch", train_again=False)])
    assert "**watch** in 2025-01, on 250 questions.\n\nLive traffic: asked 312 times, 62 of them again;" in page
    (row,) = [line for line in page.splitlines() if line.startswith("| 2025-01")]
    assert [cell.strip() for cell in row.split("|")[1:-1]] == ["2025-01", "watch", "250", "-", "-", "0.790"]


def test_without_months_it_says_so():
    assert draw_alarm([]) == "No month is followed.\n"
