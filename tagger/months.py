"""Months as text, "2024-05": the unit of files, of splits and of drift."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def check_month(month: str) -> str:
    """Raises ValueError unless `month` is a month."""
    try:
        return datetime.strptime(month, "%Y-%m").strftime("%Y-%m")
    except ValueError:
        raise ValueError("should be a month such as 2024-05") from None


Month = Annotated[str, AfterValidator(check_month)]


def month_of(moment: datetime) -> str:
    """The month that holds a moment."""
    return f"{moment.year:04d}-{moment.month:02d}"


def month_start(month: str) -> datetime:
    """First moment of a month, UTC."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def next_month(month: str) -> str:
    """The month after."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
    return f"{year:04d}-{number + 1:02d}"


def month_range(first: str, last: str) -> Iterator[str]:
    """Every month from `first` to `last`, both included."""
    while first <= last:
        yield first
        first = next_month(first)
