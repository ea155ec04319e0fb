"""Boosted trees of LightGBM, one booster per tag, grown leaf by leaf."""

from typing import Any

import numpy as np
from pydantic import Field

from tagger.boosting import BoostedModel, BoostedParams, Sample
from tagger.trees import Trees, join_trees


class Params(BoostedParams):
    """Section `models.lightgbm`. `min_child_samples`: training questions in a leaf."""

    leaves: int = Field(ge=2)
    min_child_samples: int = Field(ge=1)


class Model(BoostedModel):
    """LightGBM's binary objective, one thread per booster."""

    params: Params

    @staticmethod
    def boost(params: Params, seed: int, train: Sample, held_out: Sample | None) -> tuple[Trees, np.ndarray]:
        import lightgbm

        settings = make_settings(params, seed)
        rows = lightgbm.Dataset(train.X, train.y, weight=train.weight, params=settings)
        losses: dict[str, dict[str, list[float]]] = {}
        watched: dict[str, Any] = {}
        if held_out:
            rest = lightgbm.Dataset(held_out.X, held_out.y, weight=held_out.weight, params=settings, reference=rows)
            watched = {"valid_sets": [rest], "callbacks": [lightgbm.record_evaluation(losses)]}
        booster = lightgbm.train(settings, rows, params.rounds, **watched)
        curve = losses["valid_0"]["binary_logloss"] if held_out else []
        return read_trees(booster.model_to_string()), np.array(curve)


def make_settings(params: Params, seed: int) -> dict[str, Any]:
    """LightGBM's own names; one thread and rows first, so that the same bytes come out."""
    return {
        "objective": "binary",
        "learning_rate": params.learning_rate,
        "num_leaves": params.leaves,
        "min_child_samples": params.min_child_samples,
        "lambda_l2": params.l2,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }


def read_trees(text: str) -> Trees:
    """The trees of LightGBM's model text (a section "Tree=" each); only numbers are split on, none is missing."""
    return join_trees(read_tree(section) for section in text.split("\n\nend of trees")[0].split("\nTree=")[1:])


def read_tree(section: str) -> Trees:
    """One tree. Its text numbers inner nodes and leaves apart, a child below zero is the leaf ~child."""
    lines = dict(line.split("=", 1) for line in section.splitlines() if "=" in line)
    value = np.array(lines["leaf_value"].split(), dtype=np.float64)
    inner = len(value) - 1
    feature, threshold, left, right = (
        np.array(lines.get(name, "").split() if inner else [], dtype=np.float64)
        for name in ("split_feature", "threshold", "left_child", "right_child")
    )
    leaves = np.arange(inner, inner + len(value))
    left, right = (np.concatenate([np.where(side < 0, inner - 1 - side, side), leaves]) for side in (left, right))
    none = np.zeros(len(value))
    return Trees(
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        feature=np.concatenate([feature, none]).astype(np.int32),
        threshold=np.concatenate([threshold, none]),
        value=np.concatenate([np.zeros(inner), value]),
        roots=np.zeros(1, dtype=np.int32),
    )
