"""Questions and small settings that the tests of the neural models share."""

import numpy as np
from scipy.sparse import csr_matrix

from tagger.labels import binarize_tags
from tagger.models.base import Examples, Inputs
from tagger.params import choose_module, parse_section
from tests.params import PARAMS
from tests.questions import WORDS, make_questions

TAGS = list(WORDS)
SMALL = {"vectors": "none", "dimensions": 16, "vocabulary": 500, "epochs": 4, "batch_size": 32}
CNN = SMALL | {"filters": 8, "widths": [1, 2]}
BILSTM = SMALL | {"hidden": 8}
BERT = {"max_tokens": 16, "epochs": 4, "batch_size": 32, "hidden": 0}
SETTINGS = {"cnn": CNN, "bilstm": BILSTM, "bert": BERT}
ODD_TEXTS = {
    "nothing": "",
    "a megabyte": "word " * 200_000,
    "a megabyte without a blank": "x" * 1_000_000,
    "another script": "как соединить таблицы 日本語 العربية",
    "blanks": "   ",
}


def make(name, **values):
    module = choose_module("tagger.models", name, "model")
    settings = PARAMS["models"][name] | SETTINGS[name] | values
    return module.Model(parse_section(module.Params, settings, f"models.{name}"), seed=0)


def make_examples(count, seed=0, **columns):
    questions = make_questions(count, seed).assign(**columns)
    return Examples(make_inputs(questions), binarize_tags(questions["tags"], TAGS))


def make_inputs(questions):
    """None of these models looks at X."""
    return Inputs(questions, csr_matrix((len(questions), 0), dtype=np.float32))


def make_odd_inputs():
    """Every odd text as title, as text and as code of a question."""
    columns = ("title", "text", "code")
    rows = [(column, text) for column in columns for text in ODD_TEXTS.values()]
    questions = make_questions(len(rows))
    for column in columns:
        questions[column] = questions[f"{column}_tokens"] = [text if place == column else "" for place, text in rows]
    return make_inputs(questions)
