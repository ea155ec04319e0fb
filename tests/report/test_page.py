"""The drift page: what it says of months, and that nothing in it comes through as code."""

import json

import pytest
from bs4 import BeautifulSoup

from tagger.report.page import render_page, write_page
from tests.report.records import (
    F1,
    make_alarm,
    make_asked,
    make_empty,
    make_finding,
    make_record,
    make_shares,
    name_months,
)

EVIL = "<script>window.stolen=1</script>"


def render(records, linked=(), tags=None):
    return render_page(records, make_shares(records) if tags is None else tags, linked)


def parse(html):
    return BeautifulSoup(html, "lxml")


def read_figures(soup):
    return {
        script["id"].removesuffix("-figure"): json.loads(script.string)
        for script in soup.find_all("script", type="application/json")
    }


def test_without_months_it_says_so():
    soup = parse(render([]))
    assert "No month is followed" in soup.text
    assert not soup.find_all("script")


@pytest.mark.parametrize("count", [1, 2, 12, 27])
def test_every_chart_has_every_month(count):
    months = name_months(count)
    soup = parse(render([make_record(month) for month in months]))
    figures = read_figures(soup)
    assert [tag["id"] for tag in soup.select(".plot")] == list(figures)
    assert set(figures) == {
        f"plot-{name}" for name in ("quality", "tags", "domain", "unknown", "distance", "calibration")
    }
    for name, figure in figures.items():
        assert figure["layout"]["xaxis"]["categoryarray"][-count:] == months, name
        assert 1 <= len(figure["layout"]["xaxis"]["ticktext"]) <= 11, name


def test_the_same_records_give_the_same_bytes():
    records = [make_alarm("2024-01", "langchain"), make_record("2024-02")]
    assert render(records) == render(records)


@pytest.mark.parametrize(
    ("record", "title", "tone"),
    [
        (make_record("2024-03"), "2024-03: ok, nothing new", "ok"),
        (make_alarm("2024-03", "react", "watch"), "2024-03: watch, something has changed", "watch"),
        (make_alarm("2024-03", "react"), "2024-03: act, it costs quality", "act"),
        (make_empty("2024-03"), "2024-03: not judged, too few questions", "few"),
    ],
)
def test_the_headline_is_of_the_latest_month(record, title, tone):
    header = parse(render([make_record("2024-02"), record])).header
    assert title in header.h1.text
    assert tone in header["class"]
    for words in [*record["reasons"], *record["actions"]]:
        assert words in header.text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"loss": 0.0364}, "Micro-F1 is 0.036 lower than on the reference (0.800)."),
        ({"loss": -0.02}, "Micro-F1 is 0.020 higher than on the reference (0.800)."),
        ({"loss": 0.0004}, "Micro-F1 is what it was on the reference (0.800)."),
        ({"quality": None}, "Without labels, micro-F1 is estimated, and is 0.010 lower than on the reference (0.800)."),
        (
            {"reference": ["2023-01", "2023-12"]},
            "Micro-F1 is 0.010 lower than on the reference (0.800, 2023-01 to 2023-12).",
        ),
        ({"loss": None, "before": None}, "There is no micro-F1 to compare."),
    ],
)
def test_the_loss_in_words(changes, sentence):
    assert sentence in parse(render([make_record("2024-01", **changes)])).header.text


def test_what_is_open_says_since_when():
    change = {"since": "2024-01"} | make_finding("dying_tag", ["jquery"], 0.05, 0.0, "jquery is dying")
    header = parse(render([make_record("2024-02", open=[change])])).header
    assert "since 2024-01: jquery is dying" in " ".join(header.text.split())


def test_months_without_figures_are_gaps():
    records = [make_record("2024-01"), make_empty("2024-02"), make_record("2024-03")]
    figures = read_figures(parse(render(records)))
    measured = next(trace for trace in figures["plot-quality"]["data"] if trace.get("name") == "measured")
    assert measured["y"] == [0.79, None, 0.79]
    # No band spans a lone month: it has error bars.
    assert measured["error_y"]["array"] == pytest.approx([0.03, 0, 0.03])
    cells = figures["plot-tags"]["data"][0]
    assert [row[2] for row in cells["z"]] == [None, None]


def test_charts_without_any_figure_say_so():
    soup = parse(render([make_empty("2024-01")]))
    assert not read_figures(soup)
    assert soup.text.count("No month has figures for this chart.") == 6


def test_an_alarm_is_marked_with_its_reasons_and_listed():
    soup = parse(render([make_alarm("2024-01", "langchain"), make_record("2024-02")]))
    traces = {trace.get("name"): trace for trace in read_figures(soup)["plot-quality"]["data"]}
    assert traces["act"]["x"] == ["2024-01"]
    assert "2024-01 <b>act</b><br>– langchain is new" in traces["act"]["text"][0]
    assert traces["act"]["marker"]["symbol"] != traces["watch"]["marker"]["symbol"]
    (row,) = soup.select(".alarms tbody tr")
    cells = [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
    assert cells == [
        "2024-01 ◆ act",
        "new tag langchain is new, in 4.0% of the questions",
        "0.0% → 4.0%",
        "0.020",
        "2e-8",
        "add the tag langchain",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "effect"),
    [
        ("vocabulary", "python", "AUC 0.25 → 0.50"),
        ("quality", "f1_micro", "F1 0.250 → 0.500"),
        ("broken", "text_tokens", "tokens 0.2 → 0.5"),
        ("broken", "repeated", "25.0% → 50.0%"),
        ("scores", "best score", "score 0.25 → 0.50"),
        ("scores", "python suggested", "25.0% → 50.0%"),
        ("unheard_of", "", "25.0% → 50.0%"),
    ],
)
def test_an_effect_has_its_unit(kind, name, effect):
    finding = make_finding(kind, [name], 0.25, 0.5, "why")
    record = make_record("2024-01", verdict="watch", reasons=["why"], findings=[finding])
    assert effect in parse(render([record])).select_one(".alarms").text


def test_new_and_falling_tags_say_since_when():
    alarm = make_alarm("2024-01", "react")
    row = {"name": "reactjs", "before": 0.05, "now": 0.0, "share": 0.05, "p": 1e-9, "q": 1e-7}
    tags = alarm["tags"] | {"renamed": {"react": "reactjs"}, "dying_tag": [row]}
    soup = parse(render([make_record("2024-01", tags=tags), make_record("2024-02", tags=tags), make_empty("2024-03")]))
    new, rising, falling = (card.get_text(" ", strip=True) for card in soup.select(".triple .card"))
    assert new.endswith("react was reactjs 0.0% 4.0% 2024-01")
    assert "None" in rising
    assert falling.endswith("reactjs now called react 5.0% 0.0% 2024-01")


def test_only_months_with_a_page_are_linked():
    records = [make_record("2024-01"), make_record("2024-02")]
    assert [link["href"] for link in parse(render(records, ["2024-02", "2023-01"])).select("main a")] == [
        "2024-02.html"
    ]
    bare = parse(render(records))
    assert not bare.select("main a")
    assert "python -m ops.pages" in bare.text


def test_warnings_are_told_with_their_remedy_and_may_be_missing():
    warned = make_record("2024-01", warnings=[{"message": "9% are empty", "remedy": "look at the source"}])
    assert "2024-01: 9% are empty look at the source" in " ".join(parse(render([warned])).text.split())
    old = make_record("2024-01")
    del old["warnings"]
    assert "Data warnings" not in render([old])


def test_names_are_text_wherever_they_stand():
    alarm = make_alarm("2024-01", EVIL) | {"warnings": [{"message": EVIL, "remedy": EVIL}]}
    html = render([alarm, make_record("2024-02")], tags=make_shares([alarm], ["python", EVIL]))
    assert EVIL not in html
    assert "<script>window" not in html
    soup = parse(html)
    assert EVIL in soup.select_one(".alarms").text
    figures = read_figures(soup)
    # Plotly takes labels for HTML.
    assert "<script" not in json.dumps(figures)
    assert "&lt;script&gt;" in json.dumps(figures["plot-tags"])


def test_risers_stand_above_fallers_and_the_quiet_are_left_out():
    records = [make_record("2024-01")]
    tags = make_shares(records, [f"tag{number}" for number in range(40)])
    tags["share"] = 0.05
    tags.loc[(tags["month"] == "2024-01") & (tags["tag"] == "tag7"), "share"] = 0.0
    tags.loc[(tags["month"] == "2024-01") & (tags["tag"] == "tag9"), "share"] = 0.2
    names = read_figures(parse(render(records, tags=tags)))["plot-tags"]["layout"]["yaxis"]["ticktext"]
    assert (names[0], names[-1]) == ("tag9", "tag7")
    assert len(names) == 24


def test_it_is_written_with_plotly_beside_it_and_asks_for_nothing_else(tmp_path):
    records = [make_record("2024-01")]
    path = write_page(tmp_path, records, make_shares(records), [])
    assert path == tmp_path / "index.html"
    soup = parse(path.read_text(encoding="utf-8"))
    assert [script["src"] for script in soup.find_all("script", src=True)] == ["plotly.min.js"]
    assert (tmp_path / "plotly.min.js").stat().st_size > 1_000_000
    assert "http" not in path.read_text(encoding="utf-8")


def test_months_of_live_traffic_say_what_was_asked_and_show_no_figure_that_needs_labels():
    records = [
        make_asked("2025-01"),
        make_asked("2025-02", {"questions": 60, "f1_micro": F1["f1_micro"], "estimated": 0.79}),
    ]
    soup = parse(render(records))
    assert "Without labels, micro-F1 is estimated" in soup.text
    assert "Live traffic: asked 312 times, 62 of them again; mean best score 0.880, 0.920 on the" in soup.text
    assert "right of 60: micro-F1 of these 0.800, 0.790 was to be expected of them." in soup.text
    (row, _) = [[cell.text for cell in row.find_all("td")] for row in soup.find_all("tr") if "2025-0" in row.text]
    assert row == ["2025-02", "● ok", "250", "–", "0.790", "0.600", "–"]
    assert "estimated" in {trace.get("name") for trace in read_figures(soup)["plot-quality"]["data"]}


def test_what_nobody_said_is_no_figure():
    assert "callers said what is right of 0." in parse(render([make_asked("2025-01")])).text
