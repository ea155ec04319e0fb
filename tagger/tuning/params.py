"""What is searched, how, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from tagger.metrics import METRICS
from tagger.params import Section, parse_section
from tagger.strategies import SearchMethod, StrategyParams

# Points of a range in a grid.
POINTS = 3


class Range(Section):
    """From `low` to `high`, both included; whole numbers where both are; `log`: evenly over the orders of magnitude."""

    low: int | float
    high: int | float
    log: bool = False

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Raises ValueError."""
        if self.low >= self.high:
            raise ValueError(f"should have low below high, not {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"should begin above 0 where log is true, not at {self.low}")
        return self

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)


class SearchParams(Section):
    """Section `search`. `method`: null for the strategy's; `trials` and `minutes`: the budget; `parallel`: trials that
    are begun before the results of the others are known; `pruning`: give hopeless trials up; `storage`: of Optuna's
    study, a URL of SQLAlchemy's."""

    method: SearchMethod | None = None
    trials: int = Field(default=20, ge=1)
    minutes: float | None = Field(default=None, gt=0)
    score: Literal[METRICS] = "f1_micro"  # type: ignore[valid-type]
    parallel: int = Field(default=2, ge=1)
    pruning: bool = True
    storage: str | None = None
    seed: int = 0


Space = Mapping[str, Range | list[Any]]


class Spaces(Section):
    """Section `spaces.NAME`: for a parameter of models.NAME (`linear.epochs` where it lies in a section) a range or a
    list of choices."""

    space: dict[str, Range | list[Any]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """A search as it is made."""

    method: SearchMethod
    params: SearchParams
    space: Space


def read_search(params: Mapping[str, Any], strategy: StrategyParams) -> Search:
    """The search that the sections ask for; a strategy's is left out for a model that has nothing to search. Raises
    ParamsError."""
    section = parse_section(SearchParams, params.get("search"), "search")
    model = params["model"]
    space = read_space((params.get("spaces") or {}).get(model), model)
    return Search(section.method or (strategy.search if space else "none"), section, space)


def read_space(values: Mapping[str, Any] | None, model: str) -> Space:
    """Section `spaces.NAME`. Raises ParamsError."""
    return parse_section(Spaces, {"space": values or {}}, f"spaces.{model}").space


def nest(values: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """A model's parameters with some of them replaced: {"linear.epochs": 3} laid over {"linear": {"epochs": 4}}."""
    merged = dict(params)
    for name, value in values.items():
        head, _, rest = name.partition(".")
        merged[head] = nest({rest: value}, merged.get(head) or {}) if rest else value
    return merged
