"""What the drift page says first: the latest month in words and a few figures."""

from collections.abc import Mapping, Sequence
from typing import Any

Records = Sequence[Mapping[str, Any]]
NONE = "–"
TITLES = {"ok": "ok, nothing new", "watch": "watch, something has changed", "act": "act, it costs quality"}
# Alarms, too, in quality_chart.ALARMS: circle, triangle, diamond.
SYMBOLS = {"ok": "●", "watch": "▲", "act": "◆", "few": "○"}


def describe_latest(records: Records) -> dict[str, Any]:
    """The latest month as the template wants it."""
    last = records[-1]
    return {
        "month": last["month"],
        "verdict": last["verdict"],
        **mark_verdict(last),
        "title": "not judged, too few questions" if is_few(last) else TITLES[last["verdict"]],
        "quality": describe_quality(last),
        "traffic": describe_traffic(last["traffic"]) if last.get("traffic") else "",
        "reasons": last["reasons"],
        "actions": last["actions"],
        "open": list(last["open"]),
        "tiles": list_tiles(records),
    }


def is_few(record: Mapping[str, Any]) -> bool:
    """Whether the month was not judged: then its only reason says why."""
    return bool(record["verdict"] == "ok" and record["reasons"])


def mark_verdict(record: Mapping[str, Any]) -> dict[str, str]:
    """Colour and symbol of the verdict."""
    tone = "few" if is_few(record) else record["verdict"]
    return {"tone": tone, "symbol": SYMBOLS[tone]}


def describe_quality(record: Mapping[str, Any]) -> str:
    """Quality and its loss in a sentence."""
    loss, before = record["loss"], record["before"]
    if loss is None or not before:
        return "There is no micro-F1 to compare."
    how = "Micro-F1" if record["quality"] else "Without labels, micro-F1 is estimated, and"
    level = ", ".join([show_figure(before["f1_micro"]["value"]), *list_reference(record)])
    if round(loss, 3) == 0:
        return f"{how} is what it was on the reference ({level})."
    return f"{how} is {abs(loss):.3f} {'lower' if loss > 0 else 'higher'} than on the reference ({level})."


def describe_traffic(traffic: Mapping[str, Any]) -> str:
    """What the service was asked, how sure it was, and what callers said."""
    asked = f"Live traffic: asked {traffic['asked']:,} times, {traffic['repeated']:,} of them again"
    sure, before = traffic["confidence"], traffic["before"]["confidence"]
    confidence = (
        "" if sure is None or before is None else f"; mean best score {sure:.3f}, {before:.3f} on the reference"
    )
    return f"{asked}{confidence}; {describe_said(traffic['said'])}."


def describe_said(said: Mapping[str, Any]) -> str:
    """What callers said: of questions that they chose, so that it is no figure of the month."""
    questions = f"callers said what is right of {said['questions']:,}"
    if not said["f1_micro"]:
        return questions
    measured = f"micro-F1 of these {said['f1_micro']['value']:.3f}"
    return f"{questions}: {measured}, {show_figure(said['estimated'])} was to be expected of them"


def list_reference(record: Mapping[str, Any]) -> list[str]:
    """The months of the reference, where the record names them."""
    return [" to ".join(dict.fromkeys(record["reference"]))] if record.get("reference") else []


def list_tiles(records: Records) -> list[dict[str, str]]:
    """A few figures: what it is, how much, and a word on it."""
    last = records[-1]
    measured, estimate = (last["quality"] or {}).get("f1_micro", {}), last["estimate"]
    alarms = sum(record["verdict"] != "ok" for record in records)
    loss = "" if last["loss"] is None else f"{last['loss']:.3f}".replace("-", "−")
    tiles = (
        (
            "micro-F1 measured",
            show_figure(measured.get("value")),
            show_range(measured.get("low"), measured.get("high")),
        ),
        ("micro-F1 estimated", show_figure(estimate["f1_micro"]), show_range(estimate["low"], estimate["high"])),
        ("micro-F1 lost", loss or NONE, "since the reference"),
        ("questions", f"{last['questions']:,}", f"usually {last['usual_questions']:,.0f} a month"),
        ("still open", NONE if is_few(last) else str(len(last["open"])), "changes of earlier months"),
        ("alarms", str(alarms), f"in {len(records)} months" if len(records) > 1 else "in 1 month"),
    )
    return [{"name": name, "value": value, "note": note} for name, value, note in tiles]


def show_figure(value: float | None) -> str:
    """Three digits, or that there is none."""
    return NONE if value is None else f"{value:.3f}"


def show_range(low: float | None, high: float | None) -> str:
    """A 95% interval."""
    return "cannot be told" if low is None or high is None else f"95%: {low:.3f} to {high:.3f}"
