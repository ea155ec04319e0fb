"""Boosted trees of XGBoost, one booster per tag, grown level by level."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import Field

from tagger.boosting import BoostedModel, BoostedParams, Sample
from tagger.trees import Trees, join_trees


class Params(BoostedParams):
    """Section `models.xgboost`. `min_child_weight`: sum of p (1 - p) over the questions of a leaf."""

    max_depth: int = Field(ge=1)
    min_child_weight: float = Field(ge=0)


class Model(BoostedModel):
    """XGBoost's logistic objective with histograms, one thread per booster.

    Not multi_strategy="multi_output_tree", one tree for all tags a round: on the bundled sample's 166 tags 20 rounds of
    it took nine times the seconds of 100 rounds per tag and gave a micro-F1 of .54 instead of .74.
    """

    params: Params

    @staticmethod
    def boost(params: Params, seed: int, train: Sample, held_out: Sample | None) -> tuple[Trees, np.ndarray]:
        import xgboost

        rows = xgboost.QuantileDMatrix(train.X, train.y, weight=train.weight, nthread=1)
        losses: dict[str, dict[str, list[float]]] = {}
        watched: dict[str, Any] = {}
        if held_out:
            rest = xgboost.QuantileDMatrix(held_out.X, held_out.y, weight=held_out.weight, nthread=1, ref=rows)
            watched = {"evals": [(rest, "rest")], "evals_result": losses, "verbose_eval": False}
        booster = xgboost.train(make_settings(params, seed), rows, params.rounds, **watched)
        return read_trees(booster.save_raw("json")), np.array(losses["rest"]["logloss"] if held_out else [])


def make_settings(params: Params, seed: int) -> dict[str, Any]:
    """XGBoost's own names."""
    return {
        "objective": "binary:logistic",
        "eval_metric": "logloss",
        "tree_method": "hist",
        "learning_rate": params.learning_rate,
        "max_depth": params.max_depth,
        "min_child_weight": params.min_child_weight,
        "lambda": params.l2,
        "seed": seed,
        "nthread": 1,
        "verbosity": 0,
    }


def read_trees(saved: bytearray) -> Trees:
    """The trees of XGBoost's JSON; the first one takes the base score, a probability there, as a logit."""
    learner = json.loads(saved)["learner"]
    trees = [read_tree(tree) for tree in learner["gradient_booster"]["model"]["trees"]]
    base = float(learner["learner_model_param"]["base_score"].strip("[]"))
    first = trees[0]
    is_leaf = first.left == np.arange(len(first.left))
    trees[0] = replace(first, value=first.value + np.where(is_leaf, np.log(base / (1 - base)), 0))
    return join_trees(trees)


def read_tree(tree: dict[str, Any]) -> Trees:
    """One tree. XGBoost goes left below the threshold, Trees at it: the float32 just below is the same."""
    left, right = (np.array(tree[name], dtype=np.int32) for name in ("left_children", "right_children"))
    condition = np.array(tree["split_conditions"], dtype=np.float32)
    is_leaf = left < 0
    nodes = np.arange(len(left), dtype=np.int32)
    return Trees(
        left=np.where(is_leaf, nodes, left),
        right=np.where(is_leaf, nodes, right),
        feature=np.where(is_leaf, 0, np.array(tree["split_indices"], dtype=np.int32)).astype(np.int32),
        threshold=np.where(is_leaf, 0, np.nextafter(condition, np.float32(-np.inf))).astype(np.float64),
        value=np.where(is_leaf, condition, 0).astype(np.float64),
        roots=np.zeros(1, dtype=np.int32),
    )
