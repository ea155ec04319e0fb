"""What every stage script does around its work: parameters in, one line out, a person's errors without a traceback."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from tagger.engine import Engine, count_cores
from tagger.errors import ParamsError, TaggerError

SECONDS_BETWEEN_LINES = 10


def run(stage: str, main: Callable[[dict[str, Any], Engine], str]) -> None:
    """Call `main` with the parameters and an engine; it returns its counts in words."""
    logging.basicConfig(format=f"{stage}: %(message)s", level=logging.WARNING, stream=sys.stderr)
    logging.captureWarnings(True)
    start = time.perf_counter()
    try:
        counts = main(read_params(Path("params.yaml")), Engine(count_cores(), watch))
    except TaggerError as error:
        sys.stderr.write(f"{stage}: {error}\n")
        sys.exit(error.exit_code)
    print(f"{stage}: {counts} ({time.perf_counter() - start:.1f} s)", flush=True)


def read_params(path: Path) -> dict[str, Any]:
    """Read params.yaml. Raises ParamsError."""
    try:
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ParamsError(f"{path} cannot be read ({' '.join(str(error).split())})") from error
    if not isinstance(params, dict):
        raise ParamsError(f"{path} holds no sections; `git checkout {path}` brings the default back")
    return params


def watch(items: Iterable[Any], total: int | None, what: str) -> Iterator[Any]:
    """A progress bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(items, total=total, desc=what, leave=False)
        return
    last = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if time.monotonic() - last > SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            print(f"{what}: {done}{f' of {total}' if total else ''}", flush=True)
