"""The report on a pull request as GitHub-flavoured Markdown: the verdict first, then what it stands on."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ops.compare import SHOWN, draw_metric, draw_tag
from ops.comparison import label
from ops.markdown import draw_table, escape, fold, quote
from ops.pull.changes import ABSENT, find_readers
from ops.pull.data import draw_data, draw_stages
from ops.pull.drift import describe_drift, draw_drift
from ops.pull.facts import Facts
from ops.pull.side import Side
from tagger.comparison import BETTER, WORSE
from tagger.mcnemar import LEAST, LEVEL

# GitHub takes comments of 65,536 characters; CML adds a mark of its own, and writes some signs as two.
LIMIT = 60_000
# More parameters than these are folded, and of more than these the others left out.
OPEN, MOST = 15, 100


def draw_page(facts: Facts, pictures: Mapping[str, str]) -> str:
    """The whole; `pictures`: file names beside the page and what each shows."""
    parts = {
        "": draw_head(facts),
        "Metrics": draw_metrics(facts),
        "Tags": draw_tags(facts),
        "Parameters": draw_params(facts),
        "Cost of training": draw_cost(facts),
        "Data": f"{draw_data(facts)}\n\n{draw_stages(facts)}",
        "Drift": draw_drift(facts),
        "Plots": "\n\n".join(f"{title}:\n\n![{title}]({name})" for name, title in pictures.items())
        or "No figures to draw.",
    }
    return "\n\n".join(f"### {name}\n\n{part}" if name else part for name, part in fit(parts).items()) + "\n"


def fit(parts: dict[str, str]) -> dict[str, str]:
    """Leave the longest parts out until the rest can be posted."""
    while sum(map(len, parts.values())) > LIMIT:
        longest = max(parts, key=lambda name: len(parts[name]))
        parts = parts | {longest: "Too long for a comment: `python -m ops.report --json` has it."}
    return parts


def draw_head(facts: Facts) -> str:
    """The verdict, and which revisions it is of."""
    verdict = facts.verdict
    base, head = map(name_side, facts.sides.values())
    drift = [f"{name} {escape(describe_drift(side))}" for name, side in facts.sides.items()]
    lines = [
        f"## {verdict.word.capitalize()}",
        f"{escape(verdict.reason, 600)}.".replace("..", "."),
        f"Base {base}, head {head}. Drift: {'; '.join(drift)}.",
        *(f"> {escape(note, 600)}" for note in facts.notes),
    ]
    return "\n\n".join(lines)


def name_side(side: Side) -> str:
    """Name and commit."""
    commit = side.source.commit
    return quote(side.source.name) + (f" ({commit[:7]})" if commit else "")


def draw_metrics(facts: Facts) -> str:
    """Every metric with interval and verdict."""
    header = ["metric", *(f"{name} {quote(label(side.source))}" for name, side in facts.sides.items())]
    table = draw_table(
        [*header, "change", "95% interval", "verdict"], map(draw_metric, facts.metrics.to_dict("records"))
    )
    if facts.comparison is None:
        return f"{table}\n\nNo intervals: whether a change is more than chance is not known."
    draws = f"{facts.comparison.draws:,} paired bootstrap draws of {facts.comparison.questions:,} questions"
    return f"{table}\n\n95% intervals of {draws}; each stands for itself. Of `hamming_loss`, less is better."


def draw_tags(facts: Facts) -> str:
    """The tags that gained or lost significantly."""
    if facts.comparison is None:
        return "Not tested."
    tags = facts.comparison.tags
    parts = {word: tags[tags["verdict"] == word] for word in (BETTER, WORSE)}
    counts = ", ".join(f"{len(part):,} {word}" for word, part in parts.items())
    said = (
        f"{int(tags['p_adjusted'].notna().sum()):,} of {len(tags):,} tested (base and head differ on at least {LEAST} "
        f"questions): {counts}, at a false discovery rate of {LEVEL:.0%} (exact McNemar)."
    )
    header = ["tag", "true", "F1 base", "F1 head", "only base right", "only head right", "p adjusted"]
    tables = []
    for word, part in parts.items():
        if len(part):
            rows = part.head(SHOWN).assign(tag=part["tag"].map(quote)).to_dict("records")
            tables.append(
                f"{word.capitalize()}, {len(rows)} of {len(part)}:\n\n{draw_table(header, map(draw_tag, rows))}"
            )
    return "\n\n".join([said, *tables])


def draw_params(facts: Facts) -> str:
    """Old and new of each that changed, first those that a stage ran with."""
    if not facts.params:
        return "None changed."
    readers = find_readers(facts.base, facts.head)
    shown = sorted(facts.params.items(), key=lambda item: item[0] not in readers)[:MOST]
    stages = {name: ", ".join(map(quote, readers.get(name, []))) or "no stage" for name, _ in shown}
    rows = ([quote(name, 80), draw_value(old), draw_value(new), stages[name]] for name, (old, new) in shown)
    table = draw_table(["parameter", "base", "head", "read by"], rows)
    hidden = len(facts.params) - len(shown)
    table += f"\n\n{hidden} more are left out." if hidden else ""
    return table if len(shown) <= OPEN else fold(f"{len(facts.params)} changed", table)


def draw_value(value: Any) -> str:
    """A value as it stands in params.yaml."""
    if value is ABSENT:
        return "not there"
    return quote(
        yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True).removesuffix("\n...\n")
    )


def draw_cost(facts: Facts) -> str:
    """Seconds and memory of the training of both."""
    if not facts.base.cost and not facts.head.cost:
        return "Not measured: git does not keep metrics/cost.json; an experiment does, and the workspace that trained."
    columns = [list(list_cost(side)) for side in facts.sides.values()]
    names = ["model", "training, s", "peak memory, MB", "device"]
    return draw_table(["", "base", "head"], zip(names, *columns, strict=True))


def list_cost(side: Side) -> Iterator[str]:
    """The cells of one side."""
    cost = side.cost
    yield quote(str(side.params.get("model", "-")))
    for value in (cost.get("seconds", {}).get("total"), cost.get("memory_mb"), cost.get("device")):
        yield "not measured" if value is None else escape(str(value), 40)
