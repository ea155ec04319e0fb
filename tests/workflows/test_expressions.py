"""Expressions as GitHub documents them, and that the unknown is told."""

import pytest

from tests.workflows.expressions import ExpressionError, Open, decide, fill

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event": {"pull_request": {"head": {"sha": "abc"}}}},
    "steps": {"run": {"outputs": Open(spent="false"), "outcome": "success"}},
    "inputs": Open(),
}
FUNCTIONS = {"success": lambda: True, "always": lambda: True, "failure": lambda: False, "join": lambda *a: "-".join(a)}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("a-${{ github.ref }}-b", "a-refs/heads/main-b"),
        ("${{ github.event.pull_request.head.sha }}", "abc"),
        ("${{ inputs.month }}", ""),
        ("${{ inputs.ref || 'main' }}", "main"),
        ("${{ github.ref == 'refs/heads/main' && 'yes' || 'no' }}", "yes"),
        ("${{ !(github.ref != 'x') }}", "false"),
        ("${{ join('it''s', 'a') }}", "it's-a"),
    ],
)
def test_a_template_is_filled(text, filled):
    assert fill(text, CONTEXTS, FUNCTIONS) == filled


@pytest.mark.parametrize(
    ("text", "runs", "after_failure"),
    [
        (None, True, False),
        ("steps.run.outputs.spent == 'false'", True, False),
        ("steps.run.outputs.spent != 'true'", True, False),
        ("steps.run.outputs.never == 'true'", False, False),
        ("always()", True, True),
        ("always() && steps.run.outcome == 'failure'", False, False),
        ("${{ failure() }}", False, True),
    ],
)
def test_a_step_runs_or_not(text, runs, after_failure):
    assert decide(text, CONTEXTS, FUNCTIONS) is runs
    failed = FUNCTIONS | {"success": lambda: False, "failure": lambda: True}
    assert decide(text, CONTEXTS, failed) is after_failure


@pytest.mark.parametrize(
    "text",
    ["steps.other.outputs.x", "github.actor", "nothing", "fromJSON('1')", "a b", "('x'", "1 < 2", "inputs[0]", ""],
)
def test_what_is_not_known_is_told(text):
    with pytest.raises(ExpressionError):
        fill(f"${{{{ {text} }}}}", CONTEXTS, FUNCTIONS)
