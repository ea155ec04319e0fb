"""How the service runs: read once from the environment (TAGGER_*), typed and frozen."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tagger.errors import ParamsError

PREFIX = "TAGGER_"
DATABASES = ("sqlite", "postgresql")


class Settings(BaseSettings):
    """Each field is set by the variable TAGGER_NAME; docs/service.md explains them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # What is served.
    model: Path = Path("models/tagger")
    metrics: Path = Path("metrics/test.json")
    card: Path = Path("reports/model.md")
    drift: Path = Path("metrics/drift")
    version: str | None = None
    # Where it listens.
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    fd: int | None = Field(default=None, ge=3)
    door: Path | None = None
    # What it keeps.
    state: Path = Path("data/service")
    database: SecretStr | None = None
    keep_days: float = Field(default=90, ge=0)
    queue: int = Field(default=10_000, ge=1)
    journal_mb: int = Field(default=16, ge=1, le=1024)
    trust_callers: bool = True
    secret: SecretStr | None = None
    # What it takes.
    max_bytes: int = Field(default=1 << 20, ge=1024)
    body_seconds: float = Field(default=10, gt=0)
    scoring: Literal["auto", "direct", "batched"] = "auto"

    @field_validator("database")
    @classmethod
    def check_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(DATABASES):
            raise ValueError(f"should begin with {' or '.join(DATABASES)}")
        return value

    @property
    def url(self) -> str:
        """The database's, with its password: an SQLite file among the state where none is named."""
        if self.database is None:
            return f"sqlite:///{self.state / 'service.db'}"
        return self.database.get_secret_value()


def read_settings() -> Settings:
    """The settings of this process. Raises ParamsError."""
    try:
        return Settings()
    except ValidationError as error:
        raise ParamsError("; ".join(explain(problem["loc"], problem) for problem in error.errors())) from error


def explain(place: tuple[int | str, ...], problem: object) -> str:
    """One problem of pydantic's in one sentence; a secret's value is not repeated."""
    name = str(place[0])
    found = "" if name in {"database", "secret"} else f" is {problem['input']!r}"  # type: ignore[index]
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ")  # type: ignore[index]
    return f"{PREFIX}{name.upper()}{found}: it {message}"
