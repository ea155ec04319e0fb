import pytest

from tagger.dataset import Dataset
from tagger.errors import ModelError
from tests import trainings
from tests.questions import WORDS, make_questions
from tests.typed import type_questions

BODY = "<p>How do I join? numpy</p><pre><code>select list</code></pre>"


@pytest.fixture(scope="module")
def taggers():
    dataset = Dataset.of(make_questions(200))
    names = ("linear", "linearsvc", "logreg", "lightgbm", "dummy")
    return {name: trainings.train(dataset, model=name).tagger for name in names}


@pytest.mark.parametrize("model", ["linear", "linearsvc", "logreg"])
@pytest.mark.parametrize("most", [3, 10_000])
def test_contributions_and_intercept_are_the_score(taggers, model, most):
    tagger = taggers[model]
    for title, body in type_questions(20):
        for reason in tagger.explain(title, body, list(WORDS), most):
            assert len(reason.terms) <= most
            total = reason.base + sum(term.contribution for term in reason.terms) + reason.rest
            assert reason.score == pytest.approx(total, abs=1e-5)


def test_the_words_that_a_tag_was_learned_from_spoke_for_it(taggers):
    (reason,) = taggers["linear"].explain("table", BODY, ["sql"])
    assert reason.unit == "margin"
    found = {(term.words, term.place) for term in reason.terms}
    assert {("table", "title"), ("join", "text")} <= found
    assert not {words for words, _ in found} & {"numpy", "list"}
    assert [term.contribution for term in reason.terms] == sorted(term.contribution for term in reason.terms)[::-1]
    assert all(term.contribution > 0 for term in reason.terms)


def test_a_run_of_words_is_shown_as_one(taggers):
    reason = taggers["linear"].explain("", "<p>select table</p>", ["sql"], most=100)[0]
    assert ("select table", "text") in {(term.words, term.place) for term in reason.terms}


@pytest.mark.parametrize("model", ["lightgbm", "dummy"])
def test_any_model_is_explained_by_leaving_words_out(taggers, model):
    body = "<p>how join table</p>"
    (reason,) = taggers[model].explain("join", body, ["sql"])
    assert reason.unit == "probability"
    assert reason.score == pytest.approx(dict(taggers[model].suggest("join", body, 4))["sql"])
    losses = {(term.words, term.place): term.contribution for term in reason.terms}
    assert bool(losses) == (model != "dummy")
    for (words, place), loss in losses.items():
        typed = ("", body) if place == "title" else ("join", body.replace(words, ""))
        assert loss == pytest.approx(reason.score - dict(taggers[model].suggest(*typed, 4))["sql"], abs=1e-6)


def test_the_cost_is_bounded(taggers, monkeypatch):
    tagger = taggers["lightgbm"]
    asked = []
    score = tagger.scores
    monkeypatch.setattr(tagger, "scores", lambda questions: asked.append(len(questions)) or score(questions))
    tagger.explain("join", "<p>" + " ".join(f"word{number}" for number in range(5000)) + "</p>", ["sql"])
    assert asked == [41]


def test_a_tag_that_is_not_learned_is_named(taggers):
    with pytest.raises(ModelError, match="tag 'cobol' is none of the 4"):
        taggers["linear"].explain("join", "", ["sql", "cobol"])
