"""What the service was asked, for stage drift: the months that came after those learned from, cleaned as they were."""

from collections.abc import Iterator, Sequence
from functools import partial

from tagger.drift.build import Model
from tagger.drift.params import DriftParams
from tagger.drift.traffic import Asked, find_asked, walk_traffic
from tagger.drift.walk import Step
from tagger.errors import DataError
from tagger.months import month_range
from tagger.splits import Plan
from tagger.text import CleanParams
from tagger.traffic import list_traffic, read_file


def list_asked(plan: Plan, drift: DriftParams) -> list[str]:
    """Every month from the first question to the last, those apart that were learned from. Raises DataError."""
    months = list_traffic(drift.folder)
    if not months:
        raise DataError(
            f"{drift.folder} holds no question: `python -m service.export` writes them; until then set drift.source to "
            "followed"
        )
    return [month for month in month_range(months[0], months[-1]) if month > plan.learned[-1]]


def walk_asked(months: Sequence[str], model: Model, drift: DriftParams) -> Iterator[Step]:
    """Follow the model through them. Raises DataError."""
    read = partial(read_asked, drift=drift, clean=model.tagger.settings.clean)
    return walk_traffic(months, model, read, drift)


def read_asked(month: str, drift: DriftParams, clean: CleanParams) -> Asked:
    """The questions of a month. Raises DataError."""
    return find_asked(read_file(drift.folder / f"{month}.parquet").to_pandas(), clean, drift)
