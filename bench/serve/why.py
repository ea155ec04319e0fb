"""What others wait for while somebody asks a slow model why: `python -m bench.serve.why --model FOLDER`.

FOLDER: of a transformer, say. Writes a section of bench/SERVE.md.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.results import format_table, write_section
from bench.serve.__main__ import OUT, PORT, PYTHON, SECONDS_TO_WARM, read_questions
from bench.serve.load import Load, ask, run_wrk, serving, write_script

HEAD = ["who asks why", "answers/s to others", "median ms", "p99 ms", "reasons: median ms"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.serve.why")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--title", default="Why, of a transformer")
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    questions, address = read_questions(args.data), f"http://127.0.0.1:{PORT}/v1/tags"
    with tempfile.TemporaryDirectory(prefix="why-") as scratch:
        settings = {"PORT": PORT, "MODEL": args.model.absolute(), "STATE": Path(scratch, "state")}
        environment = {f"TAGGER_{name}": str(value) for name, value in settings.items()} | {"TAGGER_RATE": "0"}
        write_script(script := Path(scratch, "wrk.lua"), questions)
        with serving([PYTHON, "-m", "service"], f"http://127.0.0.1:{PORT}/readyz", environment):
            run_wrk(address, script, 1, SECONDS_TO_WARM)
            alone = run_wrk(address, script, 1, args.seconds)
            with asking_why(address, questions) as taken:
                beside = run_wrk(address, script, 1, args.seconds)
    rows = [describe("nobody", alone, "-"), describe("one, all the time", beside, f"{median(taken) * 1000:,.0f}")]
    how = (
        f"`python -m bench.serve.why --model FOLDER --data FOLDER --seconds {args.seconds:g}`: one worker; wrk asks for"
    )
    lines = [how, "tags alone over one connection, on the same two cores.", "", *format_table(HEAD, rows)]
    write_section(args.title, lines, OUT)
    print("\n".join(lines))


@contextmanager
def asking_why(address: str, questions: list[dict[str, Any]]) -> Iterator[list[float]]:
    """Somebody who asks for reasons, one question after the other; the seconds that each took."""
    ended, taken = threading.Event(), []

    def run() -> None:
        while not ended.is_set():
            start = time.perf_counter()
            ask(address, questions[len(taken) % len(questions)] | {"why": True})
            taken.append(time.perf_counter() - start)

    caller = threading.Thread(target=run)
    caller.start()
    try:
        yield taken
    finally:
        ended.set()
        caller.join()


def describe(who: str, load: Load, taken: str) -> list[str]:
    """A row."""
    return [who, f"{load.rate:.1f}", f"{load.median:.0f}", f"{load.p99:.0f}", taken]


if __name__ == "__main__":
    main()
