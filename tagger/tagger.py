"""The thing that is trained, saved and served: features, model, tags and threshold as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from tagger.engine import Engine
from tagger.errors import ModelError
from tagger.features import Counts, count_spaces
from tagger.io import read_arrays, read_json, write_arrays, write_json
from tagger.labels import binarize_tags
from tagger.models.base import Inputs, Model
from tagger.params import choose_module, parse_section
from tagger.vectorizer import FeatureParams, Vectorizer

VERSION = 1


@dataclass(frozen=True)
class Settings:
    """What a tagger is made with: a model's name, its section of params.yaml, that of the features, and a seed."""

    model: str
    model_params: Mapping[str, Any]
    features: FeatureParams
    seed: int


class Tagger:
    """Scores questions for `tags`, and suggests those whose score reaches `threshold`."""

    def __init__(self, settings: Settings, tags: list[str]) -> None:
        self.settings = settings
        self.tags = tags
        self.threshold = 0.5
        self.vectorizer = Vectorizer(settings.features)
        self.model = make_model(settings)

    def fit(self, questions: pd.DataFrame, counts: Mapping[str, Counts], engine: Engine) -> Self:
        """Learn from questions (columns of tables.CLEAN) and their counts, row by row. Raises ModelError."""
        X = self.vectorizer.fit(counts).transform(counts)
        self.model.fit(Inputs(questions, X), binarize_tags(questions["tags"], self.tags), engine)
        return self

    def scores(self, questions: pd.DataFrame, counts: Mapping[str, Counts] | None = None) -> np.ndarray:
        """Scores (questions x tags, float32); counts are made from the questions' tokens where they are not given."""
        X = self.vectorizer.transform(count_spaces(questions) if counts is None else counts)
        return self.model.scores(Inputs(questions, X))

    def save(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Write the folder; `facts` (digests, versions) go into model.json beside the settings."""
        write_arrays(folder / "vectorizer.npz", self.vectorizer.as_arrays())
        self.model.save(folder)
        settings = {
            "version": VERSION,
            "model": self.settings.model,
            "model_params": dict(self.settings.model_params),
            "features": self.settings.features.model_dump(),
            "seed": self.settings.seed,
            "threshold": self.threshold,
        }
        write_json(folder / "model.json", settings | dict(facts) | {"tags": self.tags})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; runs no code from it. Raises DataError, ModelError."""
        saved = read_json(folder / "model.json")
        if saved.get("version") != VERSION:
            raise ModelError(
                f"{folder} holds version {saved.get('version')}, this code reads {VERSION}: train it again"
            )
        features = parse_section(FeatureParams, saved["features"], "features")
        tagger = cls(Settings(saved["model"], saved["model_params"], features, saved["seed"]), saved["tags"])
        tagger.threshold = saved["threshold"]
        tagger.vectorizer = Vectorizer.from_arrays(features, read_arrays(folder / "vectorizer.npz"))
        tagger.model.load(folder)
        return tagger


def make_model(settings: Settings) -> Model:
    """An unfitted model by its name. Raises ParamsError."""
    module = choose_module("tagger.models", settings.model, "model")
    params = parse_section(module.Params, settings.model_params, f"models.{settings.model}")
    model: Model = module.Model(params, settings.seed)
    return model
