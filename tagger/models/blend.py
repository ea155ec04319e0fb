"""The scores of several models, stacked: the likeliest tags are ranked anew by what else is known of them."""

from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger import neighbors, one_pass
from tagger.calibration import CalibrationParams, Calibrator
from tagger.candidates import TagFacts, describe_candidates, stack_columns
from tagger.engine import Engine
from tagger.errors import DataError
from tagger.features import number_spaces
from tagger.io import read_arrays, read_json, write_arrays, write_json, write_text
from tagger.metrics import rank_tags
from tagger.models.base import Examples, Inputs
from tagger.models.base import Model as BaseModel
from tagger.names import Names
from tagger.params import Section

# What a tag that is no candidate keeps of its first probability.
REST = np.float32(0.1)


class Params(Section):
    """Section `models.blend`. `folds`: of the out-of-fold scores that the ranking learns from; `candidates`: a
    question; the others are LightGBM's."""

    linear: one_pass.Params
    neighbors: neighbors.Params
    folds: int = Field(ge=2)
    candidates: int = Field(ge=2)
    rounds: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    leaves: int = Field(ge=2)
    min_child: int = Field(ge=1)
    threads: int = Field(default=2, ge=1)


class Model(BaseModel):
    """Members score, a LightGBM ranks the best `candidates` of them anew; scores are its probabilities.

    The ranking learns from members that have not seen the question (K folds), and is then used on members that have
    learned from all (Wolpert 1992, stacked generalization).
    """

    params: Params
    reads = ("title_tokens", "text_tokens", "code_tokens")
    members_: list[BaseModel]
    facts_: TagFacts
    names_: Names
    calibrator_: Calibrator
    booster_: Any

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:  # noqa: ARG002
        self.names_ = Names(self.tags)
        fold = np.random.default_rng(self.seed).permutation(np.arange(Y.shape[0]) % self.params.folds)
        X, quiet = inputs.X, Engine(engine.jobs)
        unseen = [np.empty(Y.shape, np.float32) for _ in self.make_members()]
        facts = []
        for number in engine.watch(range(self.params.folds + 1), self.params.folds + 1, "folds and all rows"):
            left = fold == number
            self.fit_members(Inputs.of(inputs.questions[~left], X[~left]), Y[~left], quiet)
            facts.append(self.facts_)
            for scores, member in zip(unseen, self.members_ if left.any() else [], strict=False):
                scores[left] = member.scores(Inputs.of(inputs.questions[left], X[left]))
        self.calibrator_ = Calibrator().fit(Y, unseen[0], self.facts_.counts, CalibrationParams())
        self.booster_ = self.rank(*self.label_candidates(inputs, Y, unseen, fold, facts))
        return self

    def label_candidates(
        self, inputs: Inputs, Y: csr_matrix, unseen: list[np.ndarray], fold: np.ndarray, facts: list[TagFacts]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The table of all candidates, which of them are right, and their weights, fold by fold."""
        parts = []
        for number in range(self.params.folds):
            rows = np.flatnonzero(fold == number)
            tags, _, table = self.describe(
                inputs.questions.iloc[rows], [scores[rows] for scores in unseen], facts[number]
            )
            hits = np.asarray(Y[np.repeat(rows, tags.shape[1]), tags.ravel()]).ravel()
            parts.append((table, hits, np.repeat(inputs.weight[rows], tags.shape[1])))
        table, hits, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
        return table, hits, weight

    def fit_members(self, inputs: Inputs, Y: csr_matrix, engine: Engine) -> None:
        """Fit every member, and what is known of the tags."""
        self.members_ = self.make_members()
        for member in self.members_:
            member.fit(inputs, Y, engine)
        self.facts_ = TagFacts.of(Y)

    def make_members(self) -> list[BaseModel]:
        """Unfitted members; the first one chooses the candidates."""
        return [
            one_pass.Model(self.params.linear, self.seed),
            neighbors.Model(self.params.neighbors, self.seed),
        ]

    def describe(
        self, questions: pd.DataFrame, scores: list[np.ndarray], facts: TagFacts
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Candidates (questions x candidates), the first member's probabilities, and the table."""
        first = self.calibrator_.apply(scores[0])
        tags = rank_tags(first, self.params.candidates)
        found = [self.names_.find(tokens) for tokens in number_spaces(questions).values()]
        named = [half for matrix in found for half in (matrix[:, : len(self.tags)], matrix[:, len(self.tags) :])]
        return tags, first, stack_columns(describe_candidates(tags, first, scores[1:], named, facts))

    def rank(self, table: np.ndarray, hits: np.ndarray, weight: np.ndarray) -> Any:
        """A LightGBM that tells right candidates from wrong ones."""
        import lightgbm

        settings = {
            "objective": "binary",
            "learning_rate": self.params.learning_rate,
            "num_leaves": self.params.leaves,
            "min_data_in_leaf": min(self.params.min_child, max(1, len(hits) // 20)),
            "feature_fraction": 0.7,
            "seed": self.seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": self.params.threads,
            "verbosity": -1,
        }
        return lightgbm.train(settings, lightgbm.Dataset(table, hits, weight=weight), self.params.rounds)

    def scores(self, inputs: Inputs) -> np.ndarray:
        members = [member.scores(inputs) for member in self.members_]
        tags, first, table = self.describe(inputs.questions, members, self.facts_)
        ranked = self.booster_.predict(table, num_threads=self.params.threads).astype(np.float32)
        scores: np.ndarray = first * REST
        np.put_along_axis(scores, tags, ranked.reshape(tags.shape), axis=1)
        return scores

    def save(self, folder: Path) -> None:
        for number, member in enumerate(self.members_):
            member.save(folder / str(number))
        counts, together = self.facts_.counts, csr_matrix(self.facts_.together)
        arrays = {"counts": counts, "data": together.data, "indices": together.indices, "indptr": together.indptr}
        write_arrays(folder / "facts.npz", arrays)
        write_json(folder / "calibration.json", self.calibrator_.as_dict())
        write_text(folder / "ranking.txt", self.booster_.model_to_string())

    def load(self, folder: Path) -> Self:
        import lightgbm

        self.members_ = [member.load(folder / str(number)) for number, member in enumerate(self.make_members())]
        arrays = read_arrays(folder / "facts.npz")
        parts = tuple(arrays[name] for name in ("data", "indices", "indptr"))
        tags = len(arrays["counts"])
        self.facts_ = TagFacts(arrays["counts"], csr_matrix(parts, shape=(tags, tags)).toarray())
        self.calibrator_ = Calibrator.from_dict(read_json(folder / "calibration.json"))
        self.names_ = Names(self.tags)
        try:
            self.booster_ = lightgbm.Booster(model_str=(folder / "ranking.txt").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, lightgbm.basic.LightGBMError) as error:
            raise DataError(f"{folder / 'ranking.txt'} cannot be read ({error}): train it again") from error
        return self
