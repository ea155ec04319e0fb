import numpy as np
from scipy.sparse import csr_matrix

from bench.compare import METHODS, compare
from bench.matrix import Matrix, sample_tags, save_matrix
from bench.one_question import HEAD, format_row, measure
from bench.results import write_section
from tagger.dataset import Dataset
from tests import trainings
from tests.questions import make_questions
from tests.typed import type_questions


def make_matrix(rows: int = 60, tags: int = 4) -> Matrix:
    """A column for each tag."""
    Y = np.eye(tags, dtype=np.uint8)[np.arange(rows) % tags]
    X = csr_matrix(Y.astype(np.float32))
    return Matrix(X, csr_matrix(Y), X, csr_matrix(Y))


def test_methods_stand_side_by_side(tmp_path):
    save_matrix(make_matrix(), tmp_path / "matrix")
    methods = [method for method in METHODS if method.module in ("ours", "linearsvc")]
    rows = [line.split(" | ") for line in compare(tmp_path / "matrix", methods, tmp_path, limit=120)]
    assert [row[0].strip("| ") for row in rows] == ["method", "---", *(method.name for method in methods)]
    assert [row[8] for row in rows[2:]] == ["1.0000", "1.0000"]


def test_a_method_that_is_stopped_is_a_row(tmp_path):
    save_matrix(make_matrix(), tmp_path / "matrix")
    (*_, row) = compare(tmp_path / "matrix", METHODS[:1], tmp_path, limit=0.01)
    assert "stopped after" in row


def test_sampled_tags_lie_over_all_ranks():
    Y = csr_matrix(np.tril(np.ones((8, 8), np.uint8)))
    assert sample_tags(Y, 2).tolist() == [2, 6]
    assert sample_tags(Y, 99).tolist() == list(range(8))


def test_a_section_is_replaced(tmp_path):
    path = tmp_path / "RESULTS.md"
    for title, line in (("A", "1"), ("B", "2"), ("A", "3")):
        write_section(title, [line], path)
    assert path.read_text().split("## ")[1:] == ["A\n\n3\n\n", "B\n\n2\n"]


def test_one_question_at_a_time_is_a_row(tmp_path):
    trainings.train(Dataset.of(make_questions(60))).tagger.save(tmp_path, {})
    figures = measure(tmp_path, type_questions(20))
    assert all(value > 0 for value in figures.values() if not isinstance(value, str))
    assert figures["p50"] <= figures["p99"]
    row = format_row(figures)
    assert (len(row), row[:2]) == (len(HEAD), ["linear", "4"])
