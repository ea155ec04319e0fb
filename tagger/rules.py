"""What a month of clean questions must be like: the declared schema, the rules, and what breaks them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import Field

from tagger.errors import DataError
from tagger.params import Section

if TYPE_CHECKING:
    import pandera.pandas as pa

TOKENS = ("title_tokens", "text_tokens", "code_tokens")
EXAMPLES = 3

# How each rule is broken, and what to do then.
RULES = {
    "unique_ids": ("share their id with another", "run `dvc repro --force clean`"),
    "created_in_month": ("were created in another month", "run `dvc repro --force fetch`"),
    "has_tags": ("have no tag", "run `dvc repro --force clean`"),
    "max_tags": ("have more than {} tags", "raise validate.max_tags"),
    "empty_titles": ("have no title, more than a share of {}", "raise validate.empty_titles"),
    "empty_bodies": ("have neither prose nor code, more than a share of {}", "raise validate.empty_bodies"),
    "min_volume": ("are fewer than {} of the median of the months before", "lower validate.min_volume"),
    "max_volume": ("are more than {} times the median of the months before", "raise validate.max_volume"),
    "empty_month": ("came", "look whether the source has gaps"),
}


class RulesParams(Section):
    """Section `validate`: the limits of the rules; null lifts one."""

    max_tags: int | None = Field(5, ge=1)
    empty_titles: float | None = Field(0.01, ge=0, le=1)
    empty_bodies: float | None = Field(0.05, ge=0, le=1)
    min_volume: float | None = Field(0.05, ge=0, le=1)
    max_volume: float | None = Field(None, ge=1)


@dataclass(frozen=True)
class Breach:
    """A rule that a month breaks: how many questions do, and the ids of some."""

    month: str
    rule: str
    count: int
    examples: tuple[int, ...]
    message: str
    remedy: str


def find_breaches(month: str, questions: pd.DataFrame, params: RulesParams) -> Iterator[Breach]:
    """Check one month's rows of the clean table. Raises DataError where the table itself is not as declared."""
    if questions.empty:
        yield describe_breach(month, "empty_month", 0)
        return
    ids = questions["question_id"]
    for rule, rows in find_broken_rows(month, questions, params).items():
        yield describe_breach(month, rule, len(rows), ids[rows], params.max_tags)
    empty_titles = questions["title"] == ""
    for rule, empty in (("empty_titles", empty_titles), ("empty_bodies", find_empty_bodies(questions))):
        limit = getattr(params, rule)
        if limit is not None and empty.mean() > limit:
            yield describe_breach(month, rule, int(empty.sum()), ids[empty], limit)


def find_empty_bodies(questions: pd.DataFrame) -> pd.Series:
    """Where there is neither prose nor code."""
    return (questions["text"] == "") & (questions["code"] == "")


def find_broken_rows(month: str, questions: pd.DataFrame, params: RulesParams) -> dict[str, list[int]]:
    """The rows that break each rule. Raises DataError for columns that lack or are of another type."""
    from pandera.errors import SchemaErrors

    try:
        declare_schema(month, params).validate(questions, lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases.replace({"check": {"field_uniqueness": "unique_ids"}})
        undeclared = failures[~failures["check"].isin(list(RULES))]
        if len(undeclared):
            columns = ", ".join(sorted(set(undeclared["column"].fillna(undeclared["failure_case"]))))
            raise DataError(
                f"clean questions of {month} are not as declared ({columns}): run `dvc repro --force clean`"
            ) from error
        return {str(rule): sorted(set(rows)) for rule, rows in failures.groupby("check")["index"]}
    return {}


def declare_schema(month: str, params: RulesParams) -> "pa.DataFrameSchema":
    """The clean table in pandera's words. Its import takes two seconds, so it is not at the top."""
    import pandera.pandas as pa

    in_month = pa.Check(lambda created: created.dt.strftime("%Y-%m") == month, name="created_in_month")
    tag_checks = [pa.Check(lambda tags: tags.map(len) > 0, name="has_tags")]
    if params.max_tags is not None:
        tag_checks.append(pa.Check(lambda tags: tags.map(len) <= params.max_tags, name="max_tags"))
    columns = {
        "question_id": pa.Column("int64", unique=True),
        "created": pa.Column(pd.DatetimeTZDtype("ms", "UTC"), in_month),
        "tags": pa.Column(object, tag_checks),
        "weight": pa.Column("float32", pa.Check.ge(0)),
        **{name: pa.Column(str) for name in ("title", "text", "code", *TOKENS)},
    }
    return pa.DataFrameSchema(columns, strict=True)


def find_volume_breaches(counts: Mapping[str, int], params: RulesParams) -> Iterator[Breach]:
    """Compare each month that has questions with the median of those before; growth is allowed unless limited."""
    before: list[int] = []
    for month, count in sorted(counts.items()):
        usual = median(before) if before else count
        if count and params.min_volume is not None and count < params.min_volume * usual:
            yield describe_breach(month, "min_volume", count, detail=params.min_volume)
        if params.max_volume is not None and count > params.max_volume * usual:
            yield describe_breach(month, "max_volume", count, detail=params.max_volume)
        if count:
            before.append(count)


def describe_breach(
    month: str, rule: str, count: int, ids: pd.Series | tuple[int, ...] = (), detail: Any = None
) -> Breach:
    """Put a breach into words."""
    what, remedy = RULES[rule]
    examples = tuple(int(number) for number in ids[:EXAMPLES])
    return Breach(month, rule, count, examples, f"{count} questions of {month} {what.format(detail)}", remedy)


def describe_month(month: str, questions: pd.DataFrame) -> dict[str, Any]:
    """The figures of one month, for metrics/data.json."""
    means = {f"mean_{name}": round_mean(count_tokens(questions[name])) for name in TOKENS}
    tags = round_mean(questions["tags"].map(len))
    return {
        "month": month,
        "questions": len(questions),
        "empty_bodies": int(find_empty_bodies(questions).sum()),
        "mean_tags": tags,
        **means,
    }


def count_tokens(texts: pd.Series) -> pd.Series:
    """Tokens of each text; they are joined by one blank."""
    return texts.str.count(" ") + (texts != "")


def round_mean(values: pd.Series) -> float:
    """The mean, to six digits; 0 where there is none."""
    return round(float(values.mean()), 6) if len(values) else 0.0
