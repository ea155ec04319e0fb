"""Make the matrix of the questions of a pipeline run: `python -m bench.build DATA FOLDER`.

Features are fitted to the training questions as the stage `train` does; what is measured on are the validation
questions. The test month is not looked at.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.sparse import csr_matrix, vstack

from bench.matrix import Matrix, save_matrix
from stages.corrections import NAME as CORRECTIONS
from tagger.dataset import Dataset, load_dataset
from tagger.io import read_table
from tagger.labels import binarize_tags
from tagger.params import parse_section
from tagger.vectorizer import FeatureParams, Vectorizer


@dataclass(frozen=True)
class Learned:
    """Questions to learn from and to measure on, and the tags of the run."""

    train: Dataset
    validation: Dataset
    tags: list[str]


def load_learned(data: Path, columns: Sequence[str] = ()) -> Learned:
    """Read a folder with clean, features and split; `columns` of the clean table are read, too. No corrections."""
    rows = read_table(data / "split/rows.parquet")
    rows = rows[(rows["role"] != "test") & (rows["month"] != CORRECTIONS)]
    dataset = load_dataset(data / "clean", data / "features", rows, columns)
    held_out = rows.loc[rows["role"] == "validation", "question_id"]
    mask = dataset.questions["question_id"].isin(held_out).to_numpy()
    tags = read_table(data / "split/tags.parquet")["tag"].tolist()
    return Learned(dataset.take(~mask), dataset.take(mask), tags)


def read_params() -> dict[str, Any]:
    """params.yaml."""
    params: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    return params


def build_matrix(learned: Learned, params: FeatureParams) -> Matrix:
    """Features and labels of both."""
    vectorizer = Vectorizer(params, learned.tags).fit(learned.train.read)
    parts = []
    for dataset in (learned.train, learned.validation):
        X = vstack([vectorizer.transform(spaces) for spaces in dataset.read()], format="csr", dtype=np.float32)
        parts += [X, csr_matrix(binarize_tags(dataset.questions["tags"], learned.tags))]
    return Matrix(*parts)


def main() -> None:
    data, folder = map(Path, sys.argv[1:])
    params = parse_section(FeatureParams, read_params()["features"], "features")
    save_matrix(build_matrix(load_learned(data), params), folder)


if __name__ == "__main__":
    main()
