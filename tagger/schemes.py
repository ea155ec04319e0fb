"""How each strategy deals the learned questions into folds: one small function each.

All take the questions (question_id ascending, created, month, tags, group), the strategy's and the split's parameters,
and give folds of row numbers. Random, by groups of near-duplicates, or by time, as `split.fold_by` says.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, TimeSeriesSplit

from tagger.errors import DataError
from tagger.folds import Fold
from tagger.labels import binarize_tags
from tagger.splits import SplitParams
from tagger.strategies import StrategyParams

MINI = 3
# Rarer tags cannot be spread over folds, and stratification takes time with each.
MOST_STRATIFIED = 300

Deal = Callable[[pd.DataFrame, StrategyParams, SplitParams], list[Fold]]


def deal_folds(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """The folds of a strategy. Raises DataError."""
    return SCHEMES[strategy.scheme](questions, strategy, split)


def deal_none(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:  # noqa: ARG001
    """No fold: one training, one answer."""
    return []


def deal_kfold(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """Every question is scored once, by a model that has not seen it."""
    count = len(questions) if split.fold_by != "duplicates" else questions["group"].nunique()
    if count < strategy.folds:
        raise DataError(
            f"{strategy.folds} folds cannot be made of {count} questions: lower folds, or fetch more months"
        )
    if split.fold_by == "time":
        order = np.lexsort((questions["question_id"], questions["created"]))
        return [sort_fold(order[train], order[rest]) for train, rest in KFold(strategy.folds).split(order)]
    if split.fold_by == "duplicates":
        grouped = GroupKFold(strategy.folds, shuffle=True, random_state=split.seed)
        return [sort_fold(*parts) for parts in grouped.split(questions, groups=questions["group"])]
    return [
        sort_fold(*parts) for parts in KFold(strategy.folds, shuffle=True, random_state=split.seed).split(questions)
    ]


def deal_mini(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """Three folds, whatever the strategy says."""
    return deal_kfold(questions, replace_folds(strategy, MINI), split)


def deal_stratified(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """Each fold has its share of every tag: iterative stratification (Sechidis et al., ECML PKDD 2011)."""
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

    if split.fold_by != "random":
        raise DataError(f"stratified_kfold deals by tags, split.fold_by is {split.fold_by}: set it to random")
    counts = questions["tags"].explode().value_counts()
    frequent = sorted(counts[counts >= strategy.folds].sort_index().nlargest(MOST_STRATIFIED).index)
    Y = binarize_tags(questions["tags"], frequent).toarray()
    splitter = MultilabelStratifiedKFold(strategy.folds, shuffle=True, random_state=split.seed)
    return [sort_fold(*parts) for parts in splitter.split(Y, Y)]


def deal_one_by_one(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:  # noqa: ARG001
    """As many folds as questions. Raises DataError before they are made where they are too many."""
    if len(questions) > split.max_folds:
        raise DataError(
            f"leave_one_out makes {len(questions):,} folds of {len(questions):,} questions, a fit each, and "
            f"split.max_folds is {split.max_folds}: raise it, or choose kfold"
        )
    return [Fold(*parts) for parts in LeaveOneOut().split(questions)]


def deal_nested(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """Folds within the training rows of each fold: the search chooses there and is judged outside."""
    within = replace_folds(strategy, strategy.inner_folds)
    return [
        replace(
            fold, inner=tuple(part.within(fold.train) for part in deal_kfold(questions.iloc[fold.train], within, split))
        )
        for fold in deal_kfold(questions, strategy, split)
    ]


def deal_months(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:  # noqa: ARG001
    """An expanding window: each fold scores one month and learns from those before, less a gap."""
    months = np.array(sorted(questions["month"].unique()))
    needed = strategy.folds + strategy.gap + 1
    if len(months) < needed:
        raise DataError(
            f"time_series needs {needed} months before the test ({strategy.folds} folds, a gap of {strategy.gap}, one "
            f"to begin with) and there are {len(months)}: lower folds or gap, or fetch more months"
        )
    splitter = TimeSeriesSplit(strategy.folds, test_size=1, gap=strategy.gap)
    found = questions["month"].to_numpy()
    parts = [[np.flatnonzero(np.isin(found, months[part])) for part in cut] for cut in splitter.split(months)]
    return [Fold(train, scored) for train, scored in parts]


def deal_bootstrap(questions: pd.DataFrame, strategy: StrategyParams, split: SplitParams) -> list[Fold]:
    """Rows drawn with replacement; those never drawn, nor a near-duplicate of them, are scored (Efron 1979)."""
    random = np.random.default_rng(split.seed)
    groups = questions["group"].to_numpy()
    draws = [np.sort(random.integers(0, len(groups), len(groups))) for _ in range(strategy.draws)]
    return [Fold(drawn, np.flatnonzero(~np.isin(groups, groups[drawn]))) for drawn in draws]


def sort_fold(train: np.ndarray, validation: np.ndarray) -> Fold:
    """Row numbers in ascending order."""
    return Fold(np.sort(train), np.sort(validation))


def replace_folds(strategy: StrategyParams, folds: int) -> StrategyParams:
    """The same strategy with another number of folds."""
    return strategy.model_copy(update={"folds": folds})


SCHEMES: Mapping[str, Deal] = {
    "train_test": deal_none,
    "train_val_test": deal_none,
    "kfold": deal_kfold,
    "train_val_test_cv": deal_kfold,
    "train_test_mini_cv": deal_mini,
    "kfold_full": deal_kfold,
    "kfold_holdout": deal_kfold,
    "leave_one_out": deal_one_by_one,
    "stratified_kfold": deal_stratified,
    "nested_cv": deal_nested,
    "time_series": deal_months,
    "bootstrap": deal_bootstrap,
}
