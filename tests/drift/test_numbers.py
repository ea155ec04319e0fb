import numpy as np
import pandas as pd
import pytest

from tagger.drift.numbers import Known, describe_questions, tell_language
from tagger.features import number_spaces


def ask(*texts, title="", code=""):
    """Questions with these texts, already clean."""
    columns = {"title": title, "text": list(texts), "code": code}
    frame = pd.DataFrame(columns, index=range(len(texts)))
    tokens = {f"{name}_tokens": frame[name].str.lower() for name in columns}
    return frame.assign(**tokens)


def know(questions):
    return Known.of([(number_spaces(questions), questions["text_tokens"].tolist())])


REFERENCE = ask("how to sort a list", "sort a list fast", "pointers are hard")


def describe(questions, known=None, own=False):
    return describe_questions(questions, number_spaces(questions), known or know(REFERENCE), own)


def test_a_word_is_known_that_two_other_questions_have():
    described = describe(ask("sort pointers", "a list", "", "never heard"))
    assert described["unknown_text"].tolist()[:2] == [0.5, 0]
    assert np.isnan(described["unknown_text"][2])
    assert described["unknown_text"][3] == 1


def test_a_question_of_the_reference_does_not_know_by_itself():
    own = describe(REFERENCE, own=True)["unknown_text"]
    # sort, a and list are in two, of which one is the question itself.
    assert own.tolist() == [1, 1, 1]
    three = ask("sort it", "sort this", "sort that")
    assert describe(three, know(three), own=True)["unknown_text"].tolist() == [0.5] * 3


def test_lengths_are_in_tokens_and_code_has_a_share():
    described = describe(ask("sort a list", title="sort", code="list . sort ( )"))
    assert described.loc[0, ["title_tokens", "text_tokens", "code_tokens"]].tolist() == [1, 3, 5]
    assert described["code_share"][0] == pytest.approx(5 / 9)


@pytest.mark.parametrize(
    ("text", "code", "broken"),
    [
        ("", "", True),
        ("", "x = 1", False),
        ("<p>How do I sort</p>", "", True),
        ("How do I write &lt;b&gt;", "", True),
        ("a List<String> of a < b", "", False),
    ],
)
def test_nothing_at_all_and_markup_left_over_are_broken(text, code, broken):
    assert describe(ask(text, code=code))["broken"][0] == broken


def test_the_same_prose_is_a_repeat_here_or_in_the_reference():
    described = describe(ask("pointers are hard", "new", "twice", "twice", "", ""))
    assert described["repeated"].tolist() == [True, False, True, True, False, False]
    assert not describe(REFERENCE, own=True)["repeated"].any()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I sort a list of numbers in my program without a loop?", "en"),
        ("Bonjour, je voudrais trier une liste de nombres dans mon programme", "fr"),
        ("Como puedo ordenar una lista de palabras en mi programa de ordenador", "es"),
        ("", "unknown"),
        ("\x00\x1b\ud83d", "unknown"),
        ("x", "unknown"),
    ],
)
def test_languages_are_told_where_that_is_sure(text, language):
    assert tell_language(text) == language


def test_no_question_is_described_as_none():
    assert describe(REFERENCE.iloc[:0]).empty
