"""The service beside MLflow's and a plain FastAPI of scikit-learn, one after the other: `python -m bench.serve`.

Writes a section of bench/SERVE.md. The questions are those of --data, as they were asked.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from bench.results import format_table, write_section
from bench.serve.load import Load, ask, read_memory, run_wrk, serving, write_script
from tagger.io import read_json

OUT = Path("bench/SERVE.md")
PORT = 8753
QUESTIONS = 500
SECONDS_TO_WARM = 3
PYTHON = sys.executable


@dataclass(frozen=True)
class Server:
    """How a server is started and asked; `wrap` makes its body of a question."""

    name: str
    command: Sequence[str]
    path: str
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)
    wrapped: bool = False


@dataclass(frozen=True)
class Measured:
    """A server's start, its load with each number of connections, its memory before and after."""

    server: Server
    start: float
    loads: Mapping[int, Load]
    memory: tuple[float, float]


def main() -> None:
    args = parse_args()
    tags = len(read_json(args.model / "model.json")["tags"])
    questions = read_questions(args.data)
    with tempfile.TemporaryDirectory(prefix="serve-") as scratch:
        measured = [measure(server, questions, Path(scratch), args) for server in list_servers(args, Path(scratch))]
    lines = [*describe(args, tags, len(questions)), *draw(measured)]
    write_section(args.title, lines, OUT)
    print("\n".join(lines))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.serve")
    parser.add_argument("--model", type=Path, default=Path("models/tagger"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--title", default="The sample's model")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--others", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


def read_questions(data: Path) -> list[dict[str, Any]]:
    """The latest questions, as JSON bodies."""
    raw = pd.read_parquet(max(data.glob("raw/*.parquet")), columns=["title", "body"]).head(QUESTIONS)
    rows: list[dict[str, Any]] = raw.to_dict("records")
    return rows


def list_servers(args: argparse.Namespace, scratch: Path) -> Iterator[Server]:
    """Ours with one and two workers, without scoring, then the others."""
    for workers in (1, 2):
        settings = {"PORT": PORT, "WORKERS": workers, "MODEL": args.model.absolute(), "STATE": scratch / f"{workers}"}
        given = {f"TAGGER_{name}": str(value) for name, value in settings.items()}
        yield Server(f"service, {workers} worker(s)", [PYTHON, "-m", "service"], "/v1/tags", "/readyz", given)
    if args.others:
        name, command = "the same, a model that takes no time", [PYTHON, "-m", "bench.serve.instant"]
        yield Server(name, command, "/v1/tags", "/readyz", given)
        yield make_plain(args, scratch)
        yield make_mlflow(args.model, scratch)


def make_plain(args: argparse.Namespace, scratch: Path) -> Server:
    """Fitted here, on the same questions and tags."""
    path = scratch / "plain.joblib"
    subprocess.run([PYTHON, "-m", "bench.serve.plain", args.data, args.model, path], check=True)
    command = [PYTHON, "-m", "uvicorn", "--factory", "bench.serve.plain:make_app", "--port", str(PORT)]
    return Server("FastAPI + scikit-learn", command, "/tags", "/ready", {"PLAIN_MODEL": str(path)})


def make_mlflow(model: Path, scratch: Path) -> Server:
    """The same model, logged as `tracking.mlflow` logs it."""
    from bench.serve.mlflow_model import save_model

    save_model(model, scratch / "mlflow")
    command = ["mlflow", "models", "serve", "-m", str(scratch / "mlflow"), "--env-manager", "local", "-p", str(PORT)]
    return Server("mlflow models serve", command, "/invocations", "/ping", {"MLFLOW_DISABLE_TELEMETRY": "true"}, True)


def measure(server: Server, questions: list[dict[str, Any]], scratch: Path, args: argparse.Namespace) -> Measured:
    """Start a server, warm it up, load it."""
    bodies = [{"dataframe_records": [question]} for question in questions] if server.wrapped else questions
    script, address = scratch / "wrk.lua", f"http://127.0.0.1:{PORT}"
    write_script(script, bodies)
    with serving(server.command, address + server.ready, server.environment) as (process, start):
        ask(address + server.path, bodies[0])
        run_wrk(address + server.path, script, 2, SECONDS_TO_WARM)
        before = read_memory(process)
        loads = {count: run_wrk(address + server.path, script, count, args.seconds) for count in (1, 16)}
        return Measured(server, start, loads, (before, read_memory(process)))


def describe(args: argparse.Namespace, tags: int, questions: int) -> list[str]:
    """What was measured, and how."""
    return [
        f"`python -m bench.serve --model FOLDER --data FOLDER --seconds {args.seconds:g}`: a `linear` model of",
        f"{tags:,} tags, {questions} questions in turn. wrk has one thread on the same two cores. Start: until the",
        "server says that it is ready. Memory: the proportional set size of all its processes, before the requests",
        "and after.",
        "",
    ]


def draw(measured: Sequence[Measured]) -> list[str]:
    """A row for each server."""
    head = ["server", "start s", "1 connection: requests/s", "median ms", "p99 ms"]
    head += ["16 connections: requests/s", "p99 ms", "requests", "not 2xx", "memory MB"]
    return format_table(head, [draw_row(one) for one in measured])


def draw_row(one: Measured) -> list[str]:
    first, many = one.loads[1], one.loads[16]
    cells = [one.server.name, f"{one.start:.2f}", f"{first.rate:,.0f}", f"{first.median:.2f}", f"{first.p99:.2f}"]
    cells += [f"{many.rate:,.0f}", f"{many.p99:.1f}", f"{first.requests + many.requests:,}"]
    cells += [f"{first.failed + many.failed}"]
    return [*cells, f"{one.memory[0]:.0f} → {one.memory[1]:.0f}"]


if __name__ == "__main__":
    main()
