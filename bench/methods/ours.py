"""The model `linear` with the parameters of params.yaml."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.sparse import csr_matrix

from bench.method import Score, run
from tagger.engine import Engine
from tagger.models.base import Inputs
from tagger.models.linear import Model, Params
from tagger.params import parse_section


def make_inputs(X: csr_matrix) -> Inputs:
    """Rows of equal weight."""
    return Inputs.of(pd.DataFrame({"weight": np.ones(X.shape[0], np.float32)}), X)


def learn(X: csr_matrix, Y: csr_matrix, jobs: int, folder: Path) -> Score:  # noqa: ARG001
    """All tags in one pass."""
    section = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["models"]["linear"]
    model = Model(parse_section(Params, section, "models.linear"))
    model.fit(make_inputs(X), csr_matrix(Y), Engine(jobs))
    return lambda rows: model.scores(make_inputs(rows))


def compile_kernels() -> None:
    """numba compiles once a machine, which is no part of a training."""
    X = csr_matrix(np.eye(4, dtype=np.float32))
    learn(X, csr_matrix(np.eye(4, dtype=np.uint8)), 1, Path())(X)


if __name__ == "__main__":
    compile_kernels()
    run(learn)
