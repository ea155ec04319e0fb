"""What telemetry costs: the service with each of its ways to tell: `python -m bench.serve.telemetry`.

Writes a section of bench/SERVE.md.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from bench.results import format_table, write_section
from bench.serve.__main__ import OUT, PORT, PYTHON, SECONDS_TO_WARM, read_questions
from bench.serve.load import ask, read_memory, run_wrk, serving, write_script

SINK = 8754
OTLP = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{SINK}"}
KEY = "InstrumentationKey=11111111-2222-3333-4444-555555555555"
AZURE = {"APPLICATIONINSIGHTS_CONNECTION_STRING": f"{KEY};IngestionEndpoint=http://127.0.0.1:{SINK}/"}
TENTH = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.1"}
WAYS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a line for each request": {"TAGGER_ACCESS_LOG": "1"},
    "OTLP": OTLP,
    "OTLP, a tenth of the traces": OTLP | TENTH,
    "OTLP, no traces": OTLP | {"OTEL_TRACES_EXPORTER": "none"},
    "Application Insights": AZURE,
    "Application Insights, a tenth of the traces": AZURE | TENTH,
}
HEAD = ["what is told", "start s", "CPU ms a request", "requests/s", "p99 ms", "memory MB"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.serve.telemetry")
    parser.add_argument("--model", type=Path, default=Path("models/tagger"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--title", default="Telemetry")
    parser.add_argument("--seconds", type=float, default=10)
    args = parser.parse_args()
    sink = [PYTHON, "-m", "uvicorn", "bench.serve.sink:take", "--port", str(SINK), "--no-access-log"]
    with tempfile.TemporaryDirectory(prefix="telemetry-") as scratch, serving(sink, f"http://127.0.0.1:{SINK}/", {}):
        questions = read_questions(args.data)
        rows = [measure(way, questions, Path(scratch), args) for way in WAYS]
    lines = [*describe(args.seconds), *format_table(HEAD, rows)]
    write_section(args.title, lines, OUT)
    print("\n".join(lines))


def measure(way: str, questions: list[dict[str, Any]], scratch: Path, args: argparse.Namespace) -> list[str]:
    """A row: start the service, warm it up, load it by one connection."""
    settings = {"PORT": PORT, "MODEL": args.model.absolute(), "STATE": scratch / "state"}
    environment = {f"TAGGER_{name}": str(value) for name, value in settings.items()} | WAYS[way]
    script, address = scratch / "wrk.lua", f"http://127.0.0.1:{PORT}"
    write_script(script, questions)
    with serving([PYTHON, "-m", "service"], f"{address}/readyz", environment) as (process, start):
        ask(f"{address}/v1/tags", questions[0])
        run_wrk(f"{address}/v1/tags", script, 1, SECONDS_TO_WARM)
        before = read_cpu(process)
        load = run_wrk(f"{address}/v1/tags", script, 1, args.seconds)
        cost = (read_cpu(process) - before) / (load.rate * args.seconds)
        cells = [way, f"{start:.2f}", f"{cost * 1000:.2f}", f"{load.rate:,.0f}", f"{load.p99:.1f}"]
        return [*cells, f"{read_memory(process):.0f}"]


def read_cpu(process: int) -> float:
    """Seconds of CPU that a process and its threads have taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def describe(seconds: float) -> list[str]:
    """What was measured, and how."""
    return [
        f"`python -m bench.serve.telemetry --model FOLDER --data FOLDER --seconds {seconds:g}`: one worker, one",
        "connection. CPU: all threads of the service, exporters among them. Memory: its proportional set size. What",
        "takes the telemetry runs on the same two cores, as wrk does.",
        "",
    ]


if __name__ == "__main__":
    main()
