"""Typed, frozen parameters: an unknown key or value is refused in one line that names the choices."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tagger.errors import ParamsError


class Section(BaseModel):
    """A section of params.yaml; every module declares its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, populate_by_name=True)


S = TypeVar("S", bound=Section)


def parse_section(section: type[S], values: Mapping[str, Any] | None, where: str) -> S:
    """Validate the values found at `where` ("models.logreg"). Raises ParamsError."""
    try:
        return section.model_validate(values or {})
    except ValidationError as error:
        raise ParamsError("; ".join(explain(section, where, problem) for problem in error.errors())) from error


def explain(section: type[Section], where: str, problem: Mapping[str, Any]) -> str:
    """One problem of pydantic's in one sentence, with the full name of the parameter."""
    name = ".".join([where, *(str(part) for part in problem["loc"] if not is_type_label(part))])
    if problem["type"] == "extra_forbidden":
        fields = find_section(section, problem["loc"][:-1]).model_fields
        known = ", ".join(sorted(field.alias or key for key, field in fields.items()))
        return f"params.yaml: {name} is unknown; {name.rpartition('.')[0]} takes {known or 'nothing'}"
    if problem["type"] == "missing":
        return f"params.yaml: {name} is missing; give it a value"
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"params.yaml: {name} is {problem['input']!r}, it {message}"


def find_section(section: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    """The section that lies inside another one at a path of names."""
    for part in path:
        kind = section.model_fields[str(part)].annotation if part in section.model_fields else None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            section = kind
    return section


def is_type_label(part: str | int) -> bool:
    """Whether pydantic put the name of a union's member, not of a field, into an error's location."""
    return isinstance(part, str) and (part in {"int", "float", "str", "bool", "none"} or "[" in part)


def list_choices(package: str) -> list[str]:
    """Names of the modules of a package that can be chosen by a parameter ("base" cannot)."""
    return sorted(module.name for module in iter_modules(import_module(package).__path__) if module.name != "base")


def choose_module(package: str, name: str, where: str) -> ModuleType:
    """Import the module of a package that a parameter names. Raises ParamsError that lists the choices."""
    choices = list_choices(package)
    if name not in choices:
        raise ParamsError(f"params.yaml: {where} is {name!r}; choose one of {', '.join(choices)}")
    return import_module(f"{package}.{name}")
