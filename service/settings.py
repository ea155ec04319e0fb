"""How the service runs: read once from the environment (TAGGER_*), typed and frozen."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.doors.sites import ANY, LOCAL, find_host, is_local
from service.telemetry.logs import Style
from tagger.errors import ParamsError

PREFIX = "TAGGER_"
# Names a folder in which a file tagger_database holds what TAGGER_DATABASE would, as containers are given secrets.
SECRETS_FOLDER = "TAGGER_SECRETS"
DATABASES = ("sqlite", "postgresql")
SECRETS = frozenset({"database", "secret"})
RATE = 50.0


def split_names(value: Any) -> Any:
    """Names as a variable has them, with commas between."""
    return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_names)]


class Settings(BaseSettings):
    """Each field is set by the variable TAGGER_NAME; docs/service.md explains them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

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
    # Whom it lets in.
    keys: Path | None = None
    open: bool = False
    hosts: Names = ()
    origins: Names = ()
    rate: float | None = Field(default=None, ge=0, le=1_000_000)
    burst: int = Field(default=100, ge=1, le=1_000_000)
    hsts: int = Field(default=0, ge=0)
    # What it keeps.
    state: Path = Path("data/service")
    database: SecretStr | None = None
    keep_days: float = Field(default=90, ge=0)
    queue: int = Field(default=10_000, ge=1)
    journal_mb: int = Field(default=16, ge=1, le=1024)
    trust_callers: bool = True
    trouble_seconds: float = Field(default=300, gt=0)
    secret: SecretStr | None = None
    # What it takes.
    max_bytes: int = Field(default=1 << 20, ge=1024)
    body_seconds: float = Field(default=10, gt=0)
    scoring: Literal["auto", "direct", "batched"] = "auto"
    # What it says.
    log_format: Style = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: float = Field(default=0, ge=0, le=1)

    @field_validator("database")
    @classmethod
    def check_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(DATABASES):
            raise ValueError(f"should begin with {' or '.join(DATABASES)}")
        return value

    @property
    def keys_file(self) -> Path:
        """Where the keys' digests are, or would be."""
        return self.keys or self.state / "keys.json"

    @property
    def is_local(self) -> bool:
        """Whether this machine alone reaches it: by the socket that it was given, where it was given one."""
        return is_local(self.host if self.fd is None else find_host(self.fd, self.host))

    @property
    def served_hosts(self) -> frozenset[str]:
        """The names by which it may be asked: on loopback those of loopback, elsewhere any, unless some are named."""
        named = frozenset(name.lower() for name in self.hosts)
        if self.hosts or not self.is_local:
            return named or frozenset({ANY})
        return frozenset({*LOCAL, self.host})

    @property
    def limits_all(self) -> bool:
        """Whether a rate holds without keys as well: where it was set, or where others can reach the service."""
        return self.rate is not None or not self.is_local

    @property
    def tokens(self) -> float:
        """Requests a second, 0 for no limit."""
        return RATE if self.rate is None else self.rate

    @property
    def url(self) -> str:
        """The database's, with its password: an SQLite file among the state where none is named."""
        if self.database is None:
            return f"sqlite:///{self.state / 'service.db'}"
        return self.database.get_secret_value()


def read_settings() -> Settings:
    """The settings of this process. Raises ParamsError."""
    try:
        return Settings(_secrets_dir=os.environ.get(SECRETS_FOLDER))
    except ValidationError as error:
        raise ParamsError("; ".join(explain(problem) for problem in error.errors())) from error


def explain(problem: ErrorDetails) -> str:
    """One problem of pydantic's in one sentence; a secret's value is not repeated."""
    name = str(problem["loc"][0])
    found = "" if name in SECRETS else f" is {problem['input']!r}"
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{PREFIX}{name.upper()}{found}: it {message}"
