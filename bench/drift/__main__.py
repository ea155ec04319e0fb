"""What drift finds and what it does not, measured into bench/DRIFT.md: `python -m bench.drift [null|power|speed]`."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from bench.drift.events import measure_events
from bench.drift.null import measure_null
from bench.drift.pool import make_pool, read_all, read_period
from bench.drift.power import measure_mix, measure_new_tags
from bench.drift.speed import measure_speed
from bench.results import write_section

DRIFT = Path("bench/DRIFT.md")
SAMPLE = "the bundled sample"
NULL = (
    "One period's questions drawn at random into a reference and a month, in which therefore nothing has changed; the",
    "tagger (200 tags) learned from another 40% of the period. As shipped: 5% of false alarms over 12 months and 7",
    "tests together, so .4% of the months. 95%: the exact interval of Clopper and Pearson.",
)
MIX = (
    "A share of a month is replaced by questions of another topic; in the cells the share of months that alarm: ours",
    "20 times, by the tests that read the texts (numbers, unknown, domain, words) and by all seven; as shipped, so",
    "with .4% of false alarms a month, and with all 5% on the one month. Evidently 0.7.23, `ValueDrift` on title,",
    "prose and code as one text, 10 times: as it comes, and had it been held against the highest of its scores at 0.",
)


def write(title: str, name: str, about: Sequence[str], lines: Sequence[str], args: argparse.Namespace) -> None:
    """One section, which says its command."""
    data = "" if args.title == SAMPLE else ' --data FOLDER --title "..."'
    data += " --other FOLDER" if args.other and name == "power" else ""
    write_section(f"{title}: {args.title}", [f"`python -m bench.drift {name}{data}`.", *about, "", *lines], DRIFT)


def write_null(args: argparse.Namespace) -> None:
    """Section A."""
    pool, tags = make_pool(args.data / "clean")
    sizes = (300, 3000) if len(pool) > 9000 else (60, 300)
    write("False alarms", "null", NULL, measure_null(pool, tags, sizes, args.splits), args)


def write_power(args: argparse.Namespace) -> None:
    """Sections B."""
    questions = read_period(args.data / "clean")
    size = 3000 if len(questions) > 9000 else 300
    has = questions["tags"].map(lambda tags: args.tag in tags).to_numpy(bool)
    topics = {f"questions tagged {args.tag}": (questions[~has], questions[has])}
    if args.other:
        topics["questions of another site"] = questions, read_all(args.other / "clean")
    for name, (usual, foreign) in topics.items():
        write(f"Another topic: {name}", "power", MIX, measure_mix(usual, foreign, size), args)
    write("A new tag", "power", (), measure_new_tags(questions, size), args)
    write_section("The sample's built-in changes", ["`python -m bench.drift power`.", *measure_events(range(5))], DRIFT)


def write_speed(args: argparse.Namespace) -> None:
    """Section C."""
    write("Speed", "speed", (), measure_speed(args.data / "clean", 3000), args)


PARTS = {"null": write_null, "power": write_power, "speed": write_speed}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", help="null, power, speed; all where nothing is named")
    parser.add_argument("--data", type=Path, default=Path("data"), help="of a run: clean")
    parser.add_argument("--title", default=SAMPLE, help="what the data is")
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--tag", default="android", help="whose questions are another topic")
    parser.add_argument("--other", type=Path, help="of a run on another site")
    args = parser.parse_args()
    with threadpool_limits(1):
        for name in args.what or PARTS:
            PARTS[name](args)


if __name__ == "__main__":
    main()
