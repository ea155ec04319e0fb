"""The thing that is trained, saved and served: features, model, tags, calibration and the rule of choice as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import csr_matrix

from tagger.blocks import write_blocks
from tagger.calibration import Calibrator
from tagger.cleaning import Cleaned, Texts, clean_texts, read_texts
from tagger.dataset import Dataset
from tagger.engine import Engine
from tagger.errors import ModelError
from tagger.explaining import Explanation, explain_losses, explain_sums
from tagger.features import SPACES, Spaces, number_spaces, number_tokens
from tagger.io import read_arrays, write_arrays
from tagger.labels import binarize_tags
from tagger.models.base import Examples, Inputs, LinearModel, Model
from tagger.params import choose_module, parse_section
from tagger.seal import read_sealed, write_sealed
from tagger.single import Single
from tagger.text import CleanParams
from tagger.thresholds import Rule
from tagger.vectorizer import FeatureParams, Vectorizer

if TYPE_CHECKING:
    import pandas as pd

VERSION = 2


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
        self.__dict__.pop("single", None)
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

    @cached_property
    def single(self) -> Single | None:
        """The vectorizer for one question at a time, where it can be had."""
        if self.model.weighs and Single.serves(self.vectorizer):
            return Single(self.vectorizer, self.settings.clean)
        return None

    def score_question(self, title: str, body: str) -> np.ndarray:
        """The probability of each tag (float32) for a question as it is typed: plain title, HTML body.

        To the bit what `scores` gives the same question among others. Threads may call it at the same time.
        """
        texts = read_texts(title, body)
        if self.single and isinstance(self.model, LinearModel):
            row = self.model.score_row(*self.single.transform(texts)[:2])
            probabilities: np.ndarray = self.calibrator.apply(row[np.newaxis])[0]
            return probabilities
        return self.score_whole(texts)

    def score_whole(self, texts: Texts) -> np.ndarray:
        """The same by a model that asks for more than the features' weights: its inputs are those of a batch."""
        import pandas as pd

        question = clean_texts(texts, self.settings.clean)
        # A frame takes longer to make than most models to score.
        questions = pd.DataFrame([question], columns=list(Cleaned._fields)) if self.model.reads else pd.DataFrame([0])
        spaces = {space: number_tokens([getattr(question, f"{space}_tokens")]) for space in SPACES}
        scores: np.ndarray = self.scores(questions, spaces)[0]
        return scores

    def suggest(self, title: str, body: str, top: int) -> list[tuple[str, float]]:
        """The `top` likeliest tags of a question as it is typed, with their probabilities."""
        scores = self.score_question(title, body)
        return [(self.tags[tag], float(scores[tag])) for tag in find_best(scores, top).tolist()]

    def explain(self, title: str, body: str, tags: Sequence[str], most: int = 10) -> list[Explanation]:
        """The `most` terms that spoke for each of some tags. Raises ModelError for a tag that is not learned."""
        unknown = [tag for tag in tags if tag not in self.numbers]
        if unknown:
            raise ModelError(f"tag {unknown[0]!r} is none of the {len(self.tags)} that were learned: leave it out")
        texts, asked = read_texts(title, body), {tag: self.numbers[tag] for tag in tags}
        if self.single and isinstance(self.model, LinearModel):
            question = clean_texts(texts, self.settings.clean)
            return explain_sums(self.single, self.model.weights_, question, asked, most)
        return explain_losses(self.scores, texts, self.settings.clean, asked, most)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The column of each tag."""
        return {tag: number for number, tag in enumerate(self.tags)}

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


def find_best(scores: np.ndarray, top: int) -> np.ndarray:
    """The numbers of the `top` highest scores, best first; of equal ones the first."""
    top = min(top, len(scores))
    if top < 1:
        return np.empty(0, np.int64)
    among = np.flatnonzero(scores >= np.partition(scores, -top)[-top])
    best: np.ndarray = among[np.argsort(-scores[among], kind="stable")[:top]]
    return best
