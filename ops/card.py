"""Write the model card: `python -m ops.card`, into reports/model.md.

It joins what the model cannot know when it is saved (its metrics, its commit), so it lies beside DVC's folder, not in
it, and git ignores it: a promotion keeps it as the message of the tag that names the version.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from ops.git import git
from ops.promotion.candidate import SPLIT, Candidate, read_candidate
from ops.promotion.card_figures import describe_limits, describe_questions, draw_metrics, draw_slices, find_licence
from ops.promotion.versions import read_history, shorten
from stages.corrections import NAME as CORRECTIONS
from tagger.comparison import observe
from tagger.digest import DIGITS
from tagger.errors import TaggerError
from tagger.io import read_json, read_table, write_text
from tagger.tracking import flatten

OUT = Path("reports/model.md")


def main() -> None:
    try:
        candidate = read_candidate()
        name = read_history(None).versions.get(candidate.commit, "not registered")
        write_card(candidate, name if not git("status", "--porcelain") else "not committed")
    except TaggerError as error:
        sys.stderr.write(f"card: {error}\n")
        sys.exit(error.exit_code)
    print(OUT)


def write_card(candidate: Candidate, version: str) -> str:
    """Write the card and return it."""
    predictions = candidate.revision.predictions
    outcome = observe(predictions, candidate.revision.tags)
    parts = [
        f"# Model card: tagger ({version})",
        describe_model(candidate, version),
        f"## Data\n\n{describe_data(candidate)}",
        f"## Metrics\n\n{describe_questions(candidate)}\n\n{draw_metrics(candidate, outcome)}",
        f"## Slices\n\n{draw_slices(candidate, outcome)}",
        f"## Limits\n\n{describe_limits(candidate)}",
        f"## Licence of the data\n\n{find_licence(candidate)}",
    ]
    card = "\n\n".join(parts) + "\n"
    write_text(OUT, card)
    return card


def describe_model(candidate: Candidate, version: str) -> str:
    """What it is."""
    model = candidate.model
    libraries = ", ".join(f"{name} {release}" for name, release in model["versions"].items())
    facts = {
        "version": version,
        "commit": shorten(candidate.commit),
        "model": model["model"],
        "parameters": ", ".join(f"{name} {value}" for name, value in flatten(model["model_params"]).items()) or "none",
        "strategy": f"{model['strategy']} (level {model['level']}, estimate {model['estimate']})",
        "digest of the model": candidate.digest,
        "libraries": libraries or "none",
    }
    return list_facts(facts)


def describe_data(candidate: Candidate) -> str:
    """Where the questions come from, which months, how many, which tags."""
    plan, rows = read_json(SPLIT / "plan.json"), read_table(SPLIT / "rows.parquet")
    sizes = rows.loc[rows["fold"] == 0, "role"].value_counts()
    corrected = int(((rows["fold"] == 0) & (rows["month"] == CORRECTIONS)).sum())
    months = {role: describe_months(plan[role], int(sizes.get(role, 0))) for role in ("train", "validation", "test")}
    tags = sorted(candidate.counts, key=lambda tag: (-candidate.counts[tag], tag))
    return list_facts(
        {"source": find_source(candidate), "digest of the data": candidate.model["data_sha256"][:DIGITS]}
        | months
        | ({"corrections": f"{corrected:,} of the training questions, from the service"} if corrected else {})
        | {
            "followed since": describe_months(plan["followed"]),
            "tags": f"{len(tags):,}, the most frequent: {', '.join(tags[:5])}",
        }
    )


def find_source(candidate: Candidate) -> str:
    """The source of the questions, with its site where it has one."""
    name = candidate.params["fetch"]["source"]
    site = (candidate.params.get("sources", {}).get(name) or {}).get("site")
    return f"{name}, site {site}" if site else name


def describe_months(months: Sequence[str], questions: int | None = None) -> str:
    """The first and the last, and how many questions."""
    if not months:
        return "none"
    span = months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
    return span if questions is None else f"{span}, {questions:,} questions"


def list_facts(facts: dict[str, str]) -> str:
    """A list."""
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


if __name__ == "__main__":
    main()
