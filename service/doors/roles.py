"""Who may do what: the one table of it, which the door asks and the OpenAPI document repeats."""

from typing import Any, Literal, get_args

from service.schemas import Failure

Role = Literal["ask", "correct", "operate"]
ROLES: tuple[Role, ...] = get_args(Role)
SCHEME = "key"

# What is not listed, an unknown path as well, is for `operate`: a new route is closed until somebody opens it here.
NEEDED: dict[tuple[str, str], Role] = {
    ("POST", "/v1/tags"): "ask",
    ("POST", "/v1/tags/batch"): "ask",
    ("GET", "/v1/model"): "ask",
    ("POST", "/v1/feedback"): "correct",
    ("GET", "/v1/operator"): "operate",
    ("GET", "/v1/versions"): "operate",
    ("GET", "/metrics"): "operate",
}
# For whoever watches over the process: no key, no limit.
PROBES = frozenset({"/healthz", "/readyz"})
# Files that hold nothing of anybody's; what they show is asked for with a key.
PAGES = frozenset({"/", "/operator", "/docs", "/openapi.json"})
FILES = "/static/"

FAILURES = {
    "401": "No key was shown, or one that is not good",
    "403": "The key may not do this, or another site's page asks",
    "421": "The name in Host is not served",
    "429": "Too many requests: Retry-After says when to come again",
}


def find_role(method: str, path: str) -> Role | None:
    """What a request needs; None for what is open."""
    if path in PROBES or path in PAGES or path.startswith(FILES):
        return None
    return NEEDED.get((method, path), "operate")


def document_doors(document: dict[str, Any], closed: bool) -> None:
    """Add to an OpenAPI document what each operation needs, and the failures that come of it."""
    schema = {"$ref": f"#/components/schemas/{Failure.__name__}"}
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).setdefault(Failure.__name__, Failure.model_json_schema())
    described = "Where the service has keys. `python -m service.keys add NAME --roles ask,correct` makes one."
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer", "description": described}}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            role = find_role(method.upper(), path)
            # {}: without a key as well.
            operation["security"] = [{SCHEME: [role]}, *([] if closed else [{}])] if role else []
            for status, reason in FAILURES.items():
                if status == "421" or role:
                    content = {"application/json": {"schema": schema}}
                    operation["responses"].setdefault(status, {"description": reason, "content": content})
