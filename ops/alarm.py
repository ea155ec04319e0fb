"""What an operator must know of the latest followed month: `python -m ops.alarm --out alarm.md` writes it as Markdown.

Prints one word: act (train again), broken (act, but on the data), watch, ok, or none where no month is followed.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.markdown import draw_table, escape
from ops.pages import read_records
from tagger.io import write_text
from tagger.report.headline import describe_traffic

Record = Mapping[str, Any]
SHOWN = 12
HEADER = ("month", "verdict", "questions", "micro-F1", "95% interval", "estimated without tags")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m ops.alarm", description="Say what the latest month brought.")
    parser.add_argument("--out", type=Path, default=Path("reports/alarm.md"), help="default: %(default)s")
    records = read_records()
    write_text(parser.parse_args().out, draw_alarm(records))
    print(choose_word(records))


def choose_word(records: Sequence[Record]) -> str:
    """The verdict of the latest month; a change that is still open and asks for training asks as on its first day."""
    if not records:
        return "none"
    latest = records[-1]
    since = {change["since"] for change in latest["open"]}
    if latest["train_again"] or any(record["train_again"] for record in records if record["month"] in since):
        return "act"
    return "broken" if latest["verdict"] == "act" else str(latest["verdict"])


def draw_alarm(records: Sequence[Record]) -> str:
    """The latest month with its reasons, what is open from before, what to do, and the months as a table."""
    if not records:
        return "No month is followed.\n"
    return "\n".join([*draw_latest(records[-1]), draw_months(records[-SHOWN:]), "", HOW]) + "\n"


def draw_latest(latest: Record) -> Iterator[str]:
    """The month that was looked at last."""
    yield f"**{latest['verdict']}** in {latest['month']}, on {latest['questions']:,} questions.\n"
    if traffic := latest.get("traffic"):
        yield f"{describe_traffic(traffic)}\n"
    yield from draw_list("What has changed", latest["reasons"])
    yield from draw_list("Still so", [f"since {change['since']}: {change['reason']}" for change in latest["open"]])
    todo = dict.fromkeys([*latest["actions"], *(change["action"] for change in latest["open"])])
    yield from draw_list("What to do", list(todo))


def draw_list(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A heading and its points; nothing where there are none."""
    if lines:
        yield f"{title}:\n"
        yield from (f"- {escape(line)}" for line in lines)
        yield ""


def draw_months(records: Sequence[Record]) -> str:
    """A row for each month."""
    return draw_table(HEADER, (draw_row(record) for record in records))


def draw_row(record: Record) -> list[str]:
    """The cells of a month; a figure that is not known is a dash."""
    quality = (record["quality"] or {}).get("f1_micro")
    measured = [f"{quality['value']:.3f}", f"{quality['low']:.3f} to {quality['high']:.3f}"] if quality else ["-", "-"]
    estimated = record["estimate"]["f1_micro"]
    shown = "-" if estimated is None else f"{estimated:.3f}"
    return [record["month"], record["verdict"], f"{record['questions']:,}", *measured, shown]


HOW = "`make drift-report` shows the months as a page, docs/drift.md says how they are judged."


if __name__ == "__main__":
    main()
