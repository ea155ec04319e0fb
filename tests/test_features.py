import numpy as np
import pytest

from tagger.features import SPACES, Tokens, number_spaces, number_tokens, pack_spaces, unpack_spaces
from tests.questions import make_questions


def spell(tokens: Tokens) -> list[str]:
    """The texts that the numbers stand for."""
    parts = np.split(tokens.ids, tokens.indptr[1:-1])
    return [" ".join(tokens.words[number] for number in part) for part in parts]


def test_tokens_are_numbered_as_they_stand():
    tokens = number_tokens(["c++ c# c++", "", ".net c#"])
    assert tokens.words == ["c++", "c#", ".net"]
    assert spell(tokens) == ["c++ c# c++", "", ".net c#"]
    assert len(tokens) == 3


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_texts_without_tokens(texts):
    tokens = number_tokens(texts)
    assert (len(tokens), len(tokens.ids)) == (len(texts), 0)


@pytest.mark.parametrize("rows", [[2, 0], [1], [], [0, 1, 2]])
def test_some_questions_are_taken(rows):
    texts = ["a b b", "", "c a"]
    taken = number_tokens(texts).take(np.array(rows, dtype=int))
    assert len(taken) == len(rows)
    if rows:
        assert spell(taken) == [texts[row] for row in rows]


def test_tokens_survive_being_packed():
    spaces = number_spaces(make_questions(5))
    unpacked = unpack_spaces(pack_spaces(spaces))
    for space in SPACES:
        assert spell(unpacked[space]) == spell(spaces[space])
