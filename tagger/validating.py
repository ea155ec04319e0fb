"""What the folds say: probabilities of questions that a model has not seen, an estimate with its spread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

from tagger.calibration import CalibrationParams, Calibrator
from tagger.metrics import DIGITS, measure
from tagger.thresholds import Rule, ThresholdParams, choose_rule


@dataclass(frozen=True)
class Scored:
    """Held-out questions of some folds: their row numbers, labels and scores (rows x tags)."""

    rows: np.ndarray
    Y: csr_matrix
    scores: np.ndarray


@dataclass(frozen=True)
class Choosing:
    """How scores become probabilities and a choice; `counts`: training questions of each tag."""

    calibration: CalibrationParams
    thresholds: ThresholdParams
    counts: np.ndarray

    def fit(self, scored: Scored) -> tuple[Calibrator, Rule]:
        """Both, on questions that the model has not seen."""
        calibrator = Calibrator().fit(scored.Y, scored.scores, self.counts, self.calibration)
        return calibrator, choose_rule(scored.Y, calibrator.apply(scored.scores), self.thresholds)


@dataclass(frozen=True)
class Judged:
    """Questions as a model that has seen neither them nor their fold's labels would answer them."""

    fold: int
    rows: np.ndarray
    Y: csr_matrix
    probabilities: np.ndarray
    suggested: csr_matrix


def join(parts: Sequence[Scored]) -> Scored:
    """All of some folds."""
    rows = np.concatenate([part.rows for part in parts])
    return Scored(rows, vstack([part.Y for part in parts], "csr"), np.concatenate([part.scores for part in parts]))


def gather(parts: Sequence[Scored], least: int) -> list[Scored]:
    """Folds of fewer than `least` questions (leave-one-out) put together until they have as many."""
    gathered: list[list[Scored]] = []
    for part in parts:
        if not gathered or sum(len(other.rows) for other in gathered[-1]) >= least:
            gathered.append([])
        gathered[-1].append(part)
    return [join(group) for group in gathered]


def judge_folds(parts: Sequence[Scored], choosing: Choosing, in_order: bool) -> list[Judged]:
    """Each fold with the calibration and the thresholds of the others; of the earlier ones where the folds follow each
    other in time, so that the first one is not judged."""
    judged = []
    for number, part in enumerate(parts):
        others = parts[:number] if in_order else [*parts[:number], *parts[number + 1 :]]
        if not others:
            continue
        calibrator, rule = choosing.fit(join(others))
        probabilities = calibrator.apply(part.scores)
        judged.append(Judged(number, part.rows, part.Y, probabilities, rule.choose(probabilities)))
    return judged


def summarize(judged: Sequence[Judged]) -> dict[str, Any]:
    """Micro-F1 over all, its mean, standard deviation and least and largest over the folds, and each fold's metrics
    (as a list, which DVC does not show)."""
    if not judged:
        return dict.fromkeys(("cv_f1_micro", "cv_f1_micro_std"), None) | {"cv_folds": 0, "folds": []}
    figures = [measure(part.Y, part.probabilities, part.suggested) for part in judged]
    found = [figure["f1_micro"] for figure in figures if figure["f1_micro"] is not None]
    spread = round(float(np.std(found, ddof=1)), DIGITS) if len(found) > 1 else None
    folds = [
        {"fold": part.fold + 1, "questions": len(part.rows)} | figure
        for part, figure in zip(judged, figures, strict=True)
    ]
    return {
        "cv_f1_micro": measure_all(judged)["f1_micro"],
        "cv_f1_micro_std": spread,
        "cv_folds": len(judged),
        "folds": folds,
    }


def measure_all(judged: Sequence[Judged]) -> dict[str, float | None]:
    """The metrics over the questions of all folds."""
    Y = vstack([part.Y for part in judged], "csr")
    probabilities = np.concatenate([part.probabilities for part in judged])
    return measure(Y, probabilities, vstack([part.suggested for part in judged], "csr"))


def pack_judged(judged: Sequence[Judged], ids: np.ndarray) -> dict[str, np.ndarray]:
    """Arrays to save; `unpack_judged` reads them. Probabilities become float16."""
    suggested = vstack([part.suggested for part in judged], "csr") if judged else csr_matrix((0, 0))
    rows = np.concatenate([part.rows for part in judged]) if judged else np.empty(0, np.int64)
    probabilities = np.concatenate([part.probabilities for part in judged]) if judged else np.empty((0, 0))
    return {
        "question_id": ids[rows],
        "fold": np.repeat([part.fold for part in judged], [len(part.rows) for part in judged]).astype(np.int32),
        "probabilities": probabilities.astype(np.float16),
        "indptr": suggested.indptr.astype(np.int64),
        "indices": suggested.indices.astype(np.int32),
    }


def unpack_judged(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, csr_matrix]:
    """question_id, probabilities (float32) and suggested tags, row by row."""
    probabilities = arrays["probabilities"].astype(np.float32)
    ones = np.ones(len(arrays["indices"]), np.uint8)
    suggested = csr_matrix((ones, arrays["indices"], arrays["indptr"]), shape=probabilities.shape)
    return arrays["question_id"], probabilities, suggested
