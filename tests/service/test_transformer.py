"""A transformer is served, too: what comes at once is answered, each question with its own tags."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tagger.dataset import Dataset
from tests import trainings
from tests.questions import WORDS, make_questions
from tests.service.servers import serving

TITLES = [f"how to {word} a {other}" for word in WORDS["sql"] for other in (*WORDS["python"], *WORDS["c++"])]


@pytest.mark.slow
def test_many_questions_at_once_are_answered_by_a_transformer(tmp_path):
    tagger = trainings.train(Dataset.of(make_questions(80)), held_out=20, model="bert").tagger
    tagger.save(tmp_path / "tagger", {"data_sha256": "0"})
    with serving(tmp_path / "state", tmp_path / "tagger") as service, ThreadPoolExecutor(len(TITLES)) as pool:
        answers = list(pool.map(lambda title: service.ask(title=title, body="")["tags"], TITLES))
    for title, tags in zip(TITLES, answers, strict=True):
        expected = tagger.score_question(title, "")
        found = [next(one["probability"] for one in tags if one["tag"] == tag) for tag in tagger.tags]
        # A network's last bits depend on what is scored beside.
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
