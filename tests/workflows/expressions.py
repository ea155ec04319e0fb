"""The expressions of GitHub's workflows, as far as ours go; what is not known here is an error, never nothing."""

import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?P<sign>&&|\|\||==|!=|[!(),]))"
)
TEMPLATE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
STATUS = ("always", "success", "failure", "cancelled")
CONSTANTS = {"true": True, "false": False, "null": None}


class ExpressionError(Exception):
    """Not an expression, or one that this evaluator does not know."""


class Open(dict[str, Any]):
    """A context in which a name that is not there is null, as secrets, inputs and outputs are."""


class Expression:
    """A parser that computes as it goes."""

    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> None:
        self.tokens = split(text)
        self.contexts, self.functions = contexts, functions

    def evaluate(self) -> Any:
        value = self.either()
        if self.tokens:
            raise ExpressionError(f"{self.tokens[0]} is left over")
        return value

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.comparison()
        while self.take("&&"):
            other = self.comparison()
            value = value and other
        return value

    def comparison(self) -> Any:
        value = self.one()
        if self.take("=="):
            return value == self.one()
        return value != self.one() if self.take("!=") else value

    def one(self) -> Any:
        if self.take("!"):
            return not self.one()
        if self.take("("):
            value = self.either()
            self.want(")")
            return value
        token = self.tokens.pop(0) if self.tokens else "nothing"
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self.take("("):
            return self.call(token)
        return CONSTANTS[token] if token in CONSTANTS else look_up(token, self.contexts)

    def call(self, name: str) -> Any:
        if name not in self.functions:
            raise ExpressionError(f"the function {name} is not known here")
        given = []
        while not self.take(")"):
            given.append(self.either())
            self.take(",")
        return self.functions[name](*given)

    def take(self, sign: str) -> bool:
        found = self.tokens[:1] == [sign]
        del self.tokens[:found]
        return found

    def want(self, sign: str) -> None:
        if not self.take(sign):
            raise ExpressionError(f"{sign} is missing")


def split(text: str) -> list[str]:
    """The tokens of an expression. Raises ExpressionError."""
    tokens, place, text = [], 0, text.strip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ExpressionError(f"{text[place:]!r} is not known here")
        tokens.append(match[0].strip())
        place = match.end()
    return tokens


def look_up(name: str, contexts: Mapping[str, Any]) -> Any:
    """A value by its dotted name. Raises ExpressionError."""
    value: Any = contexts
    for part in name.split("."):
        if isinstance(value, Open):
            value = value.get(part)
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            raise ExpressionError(f"{name}: {part} is not known here")
    return value


def fill(text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> str:
    """A text with its `${{ }}` replaced."""
    return TEMPLATE.sub(lambda match: show(Expression(match[1], contexts, functions).evaluate()), text)


def show(value: Any) -> str:
    """A value as GitHub writes it into a text."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def decide(text: str | None, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> bool:
    """Whether a step with this `if:` runs: where it names no status, only while all went well."""
    bare = TEMPLATE.sub(r"\1", text or "success()")
    if not any(f"{name}(" in bare for name in STATUS):
        bare = f"success() && ({bare})"
    return bool(Expression(bare, contexts, functions).evaluate())
