"""Check the clean questions against the declared rules: `python -m stages.validate`."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stages.script import run
from tagger.engine import Engine
from tagger.errors import DataError
from tagger.io import read_notes, read_table, write_json
from tagger.params import parse_section
from tagger.rules import Breach, RulesParams, describe_month, find_breaches, find_volume_breaches
from tagger.splits import SplitParams, plan_months


def main(params: dict[str, Any], engine: Engine) -> str:
    rules = parse_section(RulesParams, params.get("validate"), "validate")
    split = parse_section(SplitParams, params.get("split"), "split")
    paths = sorted(Path("data/clean").glob("*.parquet"))
    plan = plan_months([path.stem for path in paths], split)
    figures, breaches, tags = [], list[Breach](), Counter[str]()
    for path in engine.watch(paths, len(paths), "validate"):
        questions = read_table(path)
        breaches += find_breaches(path.stem, questions, rules)
        figures.append(describe_month(path.stem, questions))
        tags.update(tag for names in questions["tags"] for tag in names)
    breaches += find_volume_breaches({month["month"]: month["questions"] for month in figures}, rules)
    metrics = summarize(paths, figures, breaches, tags)
    write_json(Path("metrics/data.json"), metrics)
    stop_at_breach(breaches, plan.followed, metrics["rows"])
    return f"{metrics['rows']:,} questions in {len(paths)} months, {len(breaches)} warnings"


def summarize(
    paths: list[Path], figures: list[dict[str, Any]], breaches: list[Breach], tags: Counter[str]
) -> dict[str, Any]:
    """What metrics/data.json holds: numbers that DVC compares, then lists, which it leaves out."""
    totals: Counter[str] = Counter()
    for path in paths:
        totals.update(read_notes(path))
    rows = sum(month["questions"] for month in figures)
    return {
        "rows_in": totals["rows_in"],
        "rows": rows,
        "duplicate_ids": totals["duplicate_ids"],
        "without_tags": totals["without_tags"],
        "tags": len(tags),
        "tags_per_question": round(tags.total() / max(rows, 1), 6),
        "month_count": len(paths),
        "empty_months": sum(month["questions"] == 0 for month in figures),
        "warning_count": len(breaches),
        "months": figures,
        "warnings": [asdict(breach) for breach in sorted(breaches, key=lambda breach: (breach.month, breach.rule))],
    }


def stop_at_breach(breaches: list[Breach], followed: list[str], rows: int) -> None:
    """Raises DataError where a rule is broken before the followed months; an empty month only warns."""
    if not rows:
        raise DataError(
            "no question is left after clean: fetch more months, or look at metrics/data.json for what went"
        )
    fatal = [breach for breach in breaches if breach.month not in followed and breach.rule != "empty_month"]
    if not fatal:
        return
    first = fatal[0]
    examples = f", such as {', '.join(map(str, first.examples))}" if first.examples else ""
    more = len(fatal) - 1
    others = f"; {more} more {'breaches stand' if more > 1 else 'breach stands'} in metrics/data.json" if more else ""
    raise DataError(f"rule {first.rule}: {first.message}{examples}: {first.remedy}{others}")


if __name__ == "__main__":
    run("validate", main)
