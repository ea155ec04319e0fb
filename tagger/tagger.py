"""The thing that is trained, saved and served: features, model, tags, calibration and the rule of choice as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from tagger.blocks import write_blocks
from tagger.calibration import Calibrator
from tagger.cleaning import Cleaned, clean_question
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.features import SPACES, Spaces, number_spaces, number_tokens
from tagger.io import read_arrays, write_arrays
from tagger.labels import binarize_tags
from tagger.models.base import Examples, Inputs, Model
from tagger.params import choose_module, parse_section
from tagger.seal import read_sealed, write_sealed
from tagger.text import CleanParams
from tagger.thresholds import Rule
from tagger.vectorizer import FeatureParams, Vectorizer

VERSION = 2
# One question for a model that reads none of its texts.
NO_TEXTS = pd.DataFrame(index=range(1))


@dataclass(frozen=True)
class Settings:
    """What a tagger is made with: a model's name, its section of params.yaml, those of features and clean, a seed."""

    model: str
    model_params: Mapping[str, Any]
    features: FeatureParams
    clean: CleanParams
    seed: int


class Tagger:
    """Gives every one of `tags` a probability for a question, and suggests those that `rule` chooses."""

    def __init__(self, settings: Settings, tags: Sequence[str]) -> None:
        self.settings = settings
        self.tags = list(tags)
        self.vectorizer = Vectorizer(settings.features, tags)
        self.model = make_model(settings, tags)
        self.calibrator = Calibrator()
        self.rule = Rule(0.5)

    def fit(self, dataset: Dataset, engine: Engine, held_out: Dataset | None = None) -> Self:
        """Learn from questions; `held_out` may say when to stop. Raises ModelError."""
        if self.model.weighs:
            self.vectorizer.fit(dataset.read)
        with TemporaryDirectory(prefix="tagger-") as scratch:
            inputs = self.prepare(dataset, Path(scratch, "train"))
            validation = None
            if held_out is not None:
                Y = binarize_tags(held_out.questions["tags"], self.tags)
                validation = Examples(self.prepare(held_out, Path(scratch, "validation")), Y)
            self.model.fit(inputs, binarize_tags(dataset.questions["tags"], self.tags), engine, validation)
        return self

    def prepare(self, dataset: Dataset, folder: Path) -> Inputs:
        """What the model may look at, features in files below `folder`."""
        if not self.model.weighs:
            return Inputs.of(dataset.questions, csr_matrix((len(dataset.questions), 0), dtype=np.float32))
        parts = (self.vectorizer.transform(spaces) for spaces in dataset.read())
        return Inputs(dataset.questions, write_blocks(parts, self.vectorizer.columns, folder))

    def score_dataset(self, dataset: Dataset) -> np.ndarray:
        """The model's own scores (questions x tags, float32), not calibrated."""
        with TemporaryDirectory(prefix="tagger-") as scratch:
            return self.model.scores(self.prepare(dataset, Path(scratch)))

    def scores(self, questions: pd.DataFrame, spaces: Spaces | None = None) -> np.ndarray:
        """Probabilities (questions x tags, float32); `questions` has the columns of tables.CLEAN."""
        X = csr_matrix((len(questions), 0), dtype=np.float32)
        if self.model.weighs:
            X = self.vectorizer.transform(number_spaces(questions) if spaces is None else spaces)
        return self.calibrator.apply(self.model.scores(Inputs.of(questions, X)))

    def score_question(self, title: str, body: str) -> np.ndarray:
        """The probability of each tag (float32) for a question as it is typed: plain title, HTML body."""
        cleaned = clean_question(title, body, self.settings.clean)
        spaces = {space: number_tokens([getattr(cleaned, f"{space}_tokens")]) for space in SPACES}
        # A frame takes longer to make than most models to score.
        questions = pd.DataFrame([cleaned], columns=list(Cleaned._fields)) if self.model.reads else NO_TEXTS
        scores: np.ndarray = self.scores(questions, spaces)[0]
        return scores

    def suggest(self, title: str, body: str, top: int) -> list[tuple[str, float]]:
        """The `top` likeliest tags of a question as it is typed, with their probabilities."""
        scores = self.score_question(title, body)
        return [(self.tags[tag], float(scores[tag])) for tag in np.argsort(-scores, kind="stable")[:top]]

    def save(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Write the folder; `facts` (digests, versions) go into model.json beside the settings."""
        if self.model.weighs:
            write_arrays(folder / "vectorizer.npz", self.vectorizer.as_arrays())
        self.model.save(folder)
        settings = {
            "model": self.settings.model,
            "model_params": dict(self.settings.model_params),
            "features": self.settings.features.model_dump(),
            "clean": self.settings.clean.model_dump(),
            "seed": self.settings.seed,
            "rule": self.rule.as_dict(),
            "calibration": self.calibrator.as_dict(),
        }
        write_sealed(folder, VERSION, settings | dict(facts) | {"tags": self.tags})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; runs no code from it. Raises DataError, ModelError."""
        saved = read_sealed(folder, VERSION)
        features = parse_section(FeatureParams, saved["features"], "features")
        clean = parse_section(CleanParams, saved["clean"], "clean")
        settings = Settings(saved["model"], saved["model_params"], features, clean, saved["seed"])
        tagger = cls(settings, saved["tags"])
        if tagger.model.weighs:
            tagger.vectorizer = Vectorizer.from_arrays(features, tagger.tags, read_arrays(folder / "vectorizer.npz"))
        tagger.model.load(folder)
        tagger.calibrator = Calibrator.from_dict(saved["calibration"])
        tagger.rule = Rule(**saved["rule"])
        return tagger


def make_model(settings: Settings, tags: Sequence[str]) -> Model:
    """An unfitted model by its name. Raises ParamsError."""
    module = choose_module("tagger.models", settings.model, "model")
    params = parse_section(module.Params, settings.model_params, f"models.{settings.model}")
    model: Model = module.Model(params, settings.seed, tags)
    return model
