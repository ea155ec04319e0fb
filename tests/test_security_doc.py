"""docs/security.md names tests: each of them exists, and each threat has one."""

import ast
import re

import pytest

from tests.imports import ROOT

TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
THREATS = re.findall(r"^\| (.+)$", TEXT.partition("## Threats")[2], re.MULTILINE)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_is_named_exists(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_threat_has_a_test():
    rows = [row for row in THREATS if not row.startswith(("wants", "---"))]
    assert len(rows) > 25
    assert [row for row in rows if "::test_" not in row] == []
