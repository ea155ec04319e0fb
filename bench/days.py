"""A run on recorded questions, followed by days in the place of months: `python -m bench.days CLEAN FOLDER`.

CLEAN is a folder of clean months. What was created before `--start` is learned from, but for the last `--test`
questions, the test, and the last `--validation` before; then periods of `--days` days follow.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from bench.build import read_params
from bench.judge import open_folder, run_stage
from tagger.io import list_months, read_months, write_table
from tagger.tables import CLEAN, make_table

LEARNED = ("0-train", "1-validation", "2-test")


def name_periods(questions: pd.DataFrame, args: argparse.Namespace) -> np.ndarray:
    """The period of each question, of which `created` ascends: LEARNED, then the first day of each."""
    start = pd.Timestamp(args.start, tz="UTC")
    days = (questions["created"] - start).dt.days // args.days * args.days
    names = (start + pd.to_timedelta(days, "D")).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    test = int((questions["created"] < start).sum()) - args.test
    names[: test - args.validation], names[test - args.validation : test] = LEARNED[:2]
    names[test : test + args.test] = LEARNED[2]
    return names


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("clean", type=Path)
    parser.add_argument("folder", type=Path, help="is made, with data/ and models/")
    parser.add_argument("--start", default="2018-04-16", help="the first day that is followed")
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--validation", type=int, default=1000)
    parser.add_argument("--test", type=int, default=2000)
    parser.add_argument("--top", type=int, default=1000, help="tags")
    args = parser.parse_args()
    questions = read_months(args.clean, list_months(args.clean))
    questions = questions.sort_values(["created", "question_id"], ignore_index=True)
    questions["period"] = name_periods(questions, args)
    for name, part in questions.groupby("period"):
        write_table(args.folder / f"periods/{name}.parquet", make_table(part, CLEAN))
    params = read_params()
    params["split"] |= {"validation": 1, "test": 1, "followed": questions["period"].nunique() - len(LEARNED)}
    params["labels"] |= {"top": args.top}
    params["calibration"] |= {"method": "isotonic"}
    open_folder(args.folder, args.folder / "periods", params)
    for stage in ("feedback", "split", "featurize", "train", "evaluate"):
        done = run_stage(stage, args.folder)
        print(done.stdout, done.stderr, sep="", end="")
        if done.returncode:
            raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
