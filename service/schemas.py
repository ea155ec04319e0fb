"""What requests and answers look like: what is checked, and what /docs shows, are the same."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.config import JsonDict, JsonValue

from service.ids import PATTERN

MOST_TAGS = 50
MOST_QUESTIONS = 32
LONGEST_BODY = 65_536  # Stack Exchange ends a post at 30,000 characters of Markdown

# No store takes NUL.
NO_NUL = r"^[^\u0000]*$"
EXAMPLE_ID = "01a207ea-fa02-7dc4-aba5-f68c5fb7b55f"
EXAMPLE: JsonDict = {
    "title": "How do I merge two dictionaries in Python?",
    "body": "<p>I have two dictionaries:</p><pre><code>a = {1: 2}</code></pre>",
}
EXAMPLE_TAGS: list[JsonValue] = [
    {"tag": "python", "probability": 0.93, "suggested": True},
    {"tag": "dictionary", "probability": 0.41, "suggested": True},
    {"tag": "pandas", "probability": 0.02, "suggested": False},
]
EXAMPLE_ANSWER: JsonDict = {"prediction_id": EXAMPLE_ID, "version": "tagger@v3.0.0", "tags": EXAMPLE_TAGS}


class Request(BaseModel):
    """A body: nothing unknown, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read_whole(value: Any) -> Any:
    """JSON has no integers of its own: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Question(Request):
    """A question as it is typed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    title: str = Field(min_length=1, max_length=300, pattern=NO_NUL, description="Plain text.")
    body: str = Field(default="", max_length=LONGEST_BODY, pattern=NO_NUL, description="At most 2,000 tags of HTML.")
    format: Literal["html", "markdown"] = Field(default="html", description="What `body` is written in.")
    top: Annotated[int, BeforeValidator(read_whole)] = Field(
        default=5, ge=1, le=MOST_TAGS, description="How many tags to answer."
    )
    keep: bool = Field(default=True, description="false: nothing of it is kept; feedback to it teaches nothing.")


Caller = Annotated[
    str | None,
    Field(
        max_length=200,
        pattern=NO_NUL,
        description="Who says so; kept as a digest, to cap what one may say, and to give one always the same version.",
    ),
]


class SingleQuestion(Question):
    """A question by itself, which may ask for reasons."""

    caller: Caller = None
    why: bool = Field(default=False, description="Say for the first 10 tags which words spoke for them.")


class Questions(Request):
    """Several at once."""

    questions: list[Question] = Field(min_length=1, max_length=MOST_QUESTIONS)
    caller: Caller = None


TagName = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^\u0000-\u0020\u007f-\u00a0<>|,]+$")]
PredictionId = Annotated[str, Field(pattern=PATTERN, description="As the answer had it.")]


class Correction(Request):
    """The tags that are right for the question."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"prediction_id": EXAMPLE_ID, "tags": ["python"]}]})

    prediction_id: PredictionId
    tags: list[TagName] = Field(min_length=1, max_length=20)
    caller: Caller = None


class Rating(Request):
    """Whether the suggested tags are right."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"prediction_id": EXAMPLE_ID, "rating": "up"}]})

    prediction_id: PredictionId
    rating: Literal["up", "down"]
    caller: Caller = None


def tell_feedback(values: Any) -> str:
    """Which of the two a body is meant to be."""
    return "rating" if isinstance(values, dict) and "rating" in values else "correction"


Feedback = Annotated[
    Annotated[Correction, Tag("correction")] | Annotated[Rating, Tag("rating")], Discriminator(tell_feedback)
]


class Word(BaseModel):
    """A word or a run of words, where it stands, and what it adds to a tag's score."""

    words: str
    place: Literal["title", "text", "code"]
    contribution: float


class Why(BaseModel):
    """The strongest words first. margin: log-odds, which add up; probability: what the tag loses without the word."""

    unit: Literal["margin", "probability"]
    words: list[Word]


class ScoredTag(BaseModel):
    """A tag with the probability that it is right; `suggested`: the model's threshold is passed.

    `why` is there where it was asked for; null where it is not told: beyond 10 tags, or too many ask at once.
    """

    tag: str
    probability: float
    suggested: bool
    why: Why | None = None


class Answer(BaseModel):
    """The likeliest tags of a question, the likeliest first, and the version of the model that says so."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ANSWER]})

    prediction_id: str
    version: str
    tags: list[ScoredTag]


class Answers(BaseModel):
    """One for each question, in their order."""

    answers: list[Answer]


class Receipt(BaseModel):
    """Feedback that will not be lost. `stored`: in the database, or in the journal from which it will go there."""

    feedback_id: str
    stored: Literal["database", "journal"]


class ModelFacts(BaseModel):
    """The model that answers. `metrics` and `card` are those of its evaluation, where there are any."""

    version: str
    sha256: str
    model: str
    tags: list[str]
    metrics: dict[str, Any]
    card: str | None


class Failure(BaseModel):
    """Why there is no answer, in one line."""

    error: str
