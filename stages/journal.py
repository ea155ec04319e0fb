"""What dvclive shows while a training runs: the trials of a search, the epochs of a neural model."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tagger.tuning.trials import Trial

OUT = Path("metrics/live")


class Journal:
    """A dvclive log. It edits neither dvc.yaml nor the experiment, both of which DVC has in hand."""

    def __enter__(self) -> Self:
        from dvclive import Live

        self.live: Any = Live(str(OUT), dvcyaml=None, save_dvc_exp=False, monitor_system=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.end()

    def log_trial(self, number: int, trial: Trial) -> None:
        """One trial of a search."""
        if trial.score is not None:
            self.log("search/score", trial.score, number)

    def log(self, name: str, value: float, step: int) -> None:
        """A figure at a step."""
        self.live.step = step
        self.live.log_metric(name, value)
        self.live.make_summary()
