"""What deploy/grafana/dashboard.json shows and asks for."""

import json

from tests.imports import ROOT

DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
# What Grafana puts in their place.
VARIABLES = {"$version": ".*", "$__rate_interval": "5m", "$__range": "6h"}


def list_queries():
    """The panels' PromQL, as Prometheus gets it."""
    queries = []
    for panel in PANELS:
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            queries.append(query)
    return queries
