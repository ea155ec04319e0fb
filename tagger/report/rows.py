"""The tables of the drift page: alarms, tags that have changed, months."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tagger.report.headline import NONE, is_few, mark_verdict, show_figure

Records = Sequence[Mapping[str, Any]]
Row = dict[str, Any]
# Tags of a kind that are listed.
MOST = 10
KINDS = {"new": ("new_tag",), "rising": ("rising_tag",), "falling": ("falling_tag", "dying_tag")}
LABELS = {
    "new_tag": "new tag",
    "renamed_tag": "renamed tag",
    "dying_tag": "dying tag",
    "rising_tag": "rising tag",
    "falling_tag": "falling tag",
    "vocabulary": "words",
    "questions": "questions",
    "broken": "broken data",
    "scores": "answers",
    "quality": "quality",
}
COUNTED = ("title_tokens", "text_tokens", "code_tokens")


def list_alarms(records: Records) -> list[Row]:
    """The months that were no `ok`, the latest first."""
    return [
        {
            "month": record["month"],
            "verdict": record["verdict"],
            **mark_verdict(record),
            "findings": [show_finding(finding) for finding in record["findings"]],
            "actions": record["actions"],
        }
        for record in reversed(records)
        if record["verdict"] != "ok"
    ]


def show_finding(finding: Mapping[str, Any]) -> Row:
    """One of its reasons."""
    return {
        "kind": LABELS.get(finding["kind"], finding["kind"]),
        "reason": finding["reason"],
        "effect": show_effect(finding),
        "loss": show_figure(finding["loss"]),
        "p": show_chance(finding["p"]),
    }


def show_effect(finding: Mapping[str, Any]) -> str:
    """What it was and is, in its unit."""
    first = next(iter(finding["names"]), "")
    form, unit = "{:.1%}", ""
    if finding["kind"] == "vocabulary":
        form, unit = "{:.2f}", "AUC "
    elif finding["kind"] == "quality":
        form, unit = "{:.3f}", "F1 "
    elif finding["kind"] in {"broken", "questions"} and first in COUNTED:
        form, unit = "{:.1f}", "tokens "
    elif finding["kind"] == "scores" and not first.endswith(" suggested"):
        form, unit = "{:.2f}", "score "
    return f"{unit}{form} → {form}".format(finding["before"], finding["now"])


def show_chance(p: float) -> str:
    """A p, short."""
    return f"{p:.3f}" if p >= 0.001 else f"{p:.0e}".replace("e-0", "e-")


def list_tags(records: Records) -> dict[str, list[Row]]:
    """New, rising and falling tags of the latest month that was judged, those of the largest share first."""
    judged = [record for record in records if record["evidence"]]
    names = {new: old for record in records for new, old in record["tags"].get("renamed", {}).items()}
    return {
        table: [
            show_tag(row, records, names)
            for kind in kinds
            for row in (judged[-1]["tags"] if judged else {}).get(kind, [])
        ][:MOST]
        for table, kinds in KINDS.items()
    }


def show_tag(row: Mapping[str, Any], records: Records, names: Mapping[str, str]) -> Row:
    """A tag: since when it has changed, its share, and its other name where it was renamed."""
    tag = row["name"]
    later = next((new for new, old in names.items() if old == tag), None)
    note = f"was {names[tag]}" if tag in names else f"now called {later}" if later else ""
    first = row.get("first_seen") or find_first(tag, records)
    return {"tag": tag, "note": note, "first": first, "before": f"{row['before']:.1%}", "now": f"{row['now']:.1%}"}


def find_first(tag: str, records: Records) -> str:
    """The month in which a tag's share was first another than by chance."""
    kinds = [kind for group in KINDS.values() for kind in group]
    return next(
        str(record["month"])
        for record in records
        if any(tag == row["name"] for kind in kinds for row in record["tags"].get(kind, []))
    )


def list_months(records: Records, linked: Collection[str]) -> list[Row]:
    """Each month, the latest first; `linked`: those with a page of Evidently beside this one."""
    return [
        {
            "month": record["month"],
            "page": f"{record['month']}.html" if record["month"] in linked else None,
            "verdict": "not judged" if is_few(record) else record["verdict"],
            **mark_verdict(record),
            "questions": f"{record['questions']:,}",
            "measured": show_figure((record["quality"] or {}).get("f1_micro", {}).get("value")),
            "estimated": show_figure(record["estimate"]["f1_micro"]),
            "auc": show_auc(record),
            "new": show_new(record),
            "warnings": record.get("warnings", []),
        }
        for record in reversed(records)
    ]


def show_new(record: Mapping[str, Any]) -> str:
    """The share of the questions with a tag that the reference lacks; without labels nobody knows."""
    share = record["tags"]["new_share"]
    return f"{share:.1%}" if share is not None and record["questions"] else NONE


def show_auc(record: Mapping[str, Any]) -> str:
    """How well a classifier tells the month from the reference."""
    return show_figure(next((row["now"] for row in record["evidence"].get("domain", [])), None))
