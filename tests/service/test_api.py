"""What the service answers to those who ask as they should."""

import re
import time

import httpx
import pytest

from service.ids import PATTERN, make_id, mark_version, read_mark, read_time
from tests.service.servers import QUESTION, serving


def test_an_answer_has_the_likeliest_tags_first_and_the_chosen_ones_marked(service, tagger):
    answer = service.ask()
    scores = tagger.score_question(QUESTION["title"], QUESTION["body"])
    chosen = tagger.rule.choose(scores[None]).toarray()[0]
    expected = [
        {"tag": tagger.tags[tag], "probability": float(scores[tag]), "suggested": bool(chosen[tag])}
        for tag in (-scores).argsort(kind="stable")
    ]
    assert answer["tags"] == expected
    assert answer["tags"][0]["tag"] == "sql"
    assert answer["tags"][0]["suggested"]
    assert answer["version"] == service.get("/v1/model").json()["version"]


@pytest.mark.parametrize(
    ("values", "tags"),
    [
        ({"top": 1}, 1),
        ({"top": 50}, 4),
        ({"body": ""}, 4),
        ({"body": "x" * 65_536}, 4),
        ({"title": "\U0001f600 \u202e \ufffd"}, 4),
        ({"title": "t" * 300, "body": "<b>" * 2000}, 4),
    ],
)
def test_what_is_allowed_is_answered(service, values, tags):
    assert len(service.ask(**values)["tags"]) == tags


def test_markdown_and_its_html_get_the_same_scores(service):
    markdown = service.ask(body="I **select**:\n\n    numpy < list\n", format="markdown")
    html = service.ask(body="<p>I <b>select</b>:</p><pre><code>numpy &lt; list\n</code></pre>")
    plain = service.ask(body="I **select**:\n\n    numpy < list\n")
    assert markdown["tags"] == html["tags"] != plain["tags"]


def test_a_batch_is_answered_in_its_order(service):
    titles = ["a numpy list", "the jvm", "select and join"]
    answer = service.client.post("/v1/tags/batch", json={"questions": [{"title": title} for title in titles]})
    alone = [service.ask(title=title, body="", top=5) for title in titles]
    assert [row["tags"] for row in answer.json()["answers"]] == [row["tags"] for row in alone]


def test_the_model_says_what_it_is(model, tmp_path):
    (tmp_path / "test.json").write_text('{"f1_micro": 0.5}')
    (tmp_path / "card.md").write_text("# Card")
    names = {"METRICS": tmp_path / "test.json", "CARD": tmp_path / "card.md", "VERSION": "tagger@v7.0.0"}
    with serving(tmp_path / "state", model, **names) as service:
        told = service.get("/v1/model").json()
        assert service.ask()["version"] == "tagger@v7.0.0"
    assert told["tags"] == ["c++", "java", "python", "sql"]
    found = (told["version"], told["model"], told["metrics"], told["card"])
    assert found == ("tagger@v7.0.0", "linear", {"f1_micro": 0.5}, "# Card")
    assert len(told["sha256"]) == 64


def test_ids_are_new_and_sort_by_time():
    ids = [make_id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert abs(read_time(ids[0]) / 1000 - time.time()) < 10
    assert [read_time(name) for name in ids] == sorted(read_time(name) for name in ids)


def test_a_prediction_bears_the_mark_of_its_version_and_no_other():
    ids = [make_id(mark_version("tagger@v3.0.0")) for _ in range(100)]
    assert len(set(ids)) == 100
    assert all(re.fullmatch(PATTERN, name) for name in ids)
    assert {read_mark(name) for name in ids} == {mark_version("tagger@v3.0.0")} != {mark_version("tagger@v3.1.0")}


def test_feedback_is_counted_by_its_kind_and_by_the_version_that_answered(model, tmp_path):
    with serving(tmp_path, model, VERSION="v7") as service:
        asked = service.ask()["prediction_id"]
        service.say(asked, rating="down")
        service.say(asked, tags=["sql"])
        service.say(make_id(mark_version("another")), rating="up")
        figures = service.read_metrics()
    told = {name.partition("{")[2]: value for name, value in figures.items() if "tagger_feedback_total{" in name}
    assert told == {
        'rating="down",stored="database",version="v7"}': 1,
        'rating="correction",stored="database",version="v7"}': 1,
        'rating="up",stored="database",version="unknown"}': 1,
    }


def test_feedback_is_in_the_database_when_it_is_acknowledged(service):
    asked = service.ask()["prediction_id"]
    given = service.say(asked, tags=["sql", "join", "sql"], caller="a person")
    rated = service.say(asked, rating="down")
    rows = service.select(f"SELECT id, tags, rating, caller FROM feedback WHERE prediction_id = '{asked}' ORDER BY id")
    assert [row[:3] for row in rows] == [
        (given["feedback_id"], '["sql","join"]', None),
        (rated["feedback_id"], None, "down"),
    ]
    assert given["stored"] == "database"
    assert len({row[3] for row in rows}) == 2
    assert not any("person" in row[3] or "127" in row[3] for row in rows)


def test_predictions_reach_the_database(service):
    asked = service.ask()
    statement = f"SELECT title, body, version FROM predictions WHERE id = '{asked['prediction_id']}'"
    service.wait(lambda: service.select(statement))
    assert service.select(statement) == [(QUESTION["title"], QUESTION["body"], asked["version"])]


def test_sql_in_a_question_and_in_a_name_stays_text(service):
    words = "'); DROP TABLE feedback; -- \" ; SELECT 1"
    asked = service.ask(title=words, body=words)["prediction_id"]
    service.say(asked, tags=["';DROP/**/TABLE--"], caller=words)
    service.wait(
        lambda: service.select(f"SELECT title, body FROM predictions WHERE id = '{asked}'") == [(words, words)]
    )
    found = service.select(f"SELECT tags FROM feedback WHERE prediction_id = '{asked}'")
    assert found == [('["\';DROP/**/TABLE--"]',)]


@pytest.mark.parametrize(("trusts", "callers"), [("true", 2), ("false", 1)])
def test_callers_are_told_apart_by_their_names_where_these_are_trusted(model, tmp_path, trusts, callers):
    with serving(tmp_path, model, TRUST_CALLERS=trusts) as service:
        for name in ("one", "other"):
            service.say(make_id(), rating="up", caller=name)
        assert len(service.select("SELECT DISTINCT caller FROM feedback")) == callers


def test_the_database_counts_as_up_before_anything_is_asked(model, tmp_path):
    with serving(tmp_path, model) as service:
        service.wait(lambda: service.read_metrics()["tagger_database_up"] == 1, 2)


@pytest.mark.slow
def test_the_figures_of_several_workers_add_up(model, tmp_path):
    with serving(tmp_path, model, WORKERS=2) as service:
        for _ in range(60):
            # A connection of its own, so that both workers get some.
            assert httpx.post(f"{service.client.base_url}/v1/tags", json=QUESTION).status_code == 200
        service.wait(lambda: service.read_metrics()["tagger_predictions_written_total"] == 60)
        figures, version = service.read_metrics(), service.get("/v1/model").json()["version"]
    version = f'version="{version}"'
    assert figures[f'tagger_requests_total{{route="/v1/tags",status="200",{version}}}'] == 60
    assert figures[f'tagger_request_seconds_count{{route="/v1/tags",{version}}}'] == 60
    assert figures[f"tagger_predictions_total{{{version}}}"] == 60
    assert figures["tagger_predictions_total"] == 60
