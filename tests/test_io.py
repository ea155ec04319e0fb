import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tagger.errors import DataError
from tagger.io import (
    list_months,
    read_arrays,
    read_json,
    read_months,
    read_notes,
    read_table,
    replacing,
    write_arrays,
    write_csv,
    write_json,
    write_table,
)


def test_what_is_written_is_read_back(tmp_path):
    write_table(tmp_path / "a/2024-01.parquet", pa.table({"x": [1, 2]}), {"rows_in": 3})
    write_json(tmp_path / "a.json", {"b": [1.5, None]})
    write_arrays(tmp_path / "a.npz", {"x": np.arange(3)})
    assert read_table(tmp_path / "a/2024-01.parquet")["x"].tolist() == [1, 2]
    assert read_notes(tmp_path / "a/2024-01.parquet") == {"rows_in": 3}
    assert read_json(tmp_path / "a.json") == {"b": [1.5, None]}
    assert read_arrays(tmp_path / "a.npz")["x"].tolist() == [0, 1, 2]


def test_months_are_listed_in_order_and_read_with_their_name(tmp_path):
    for month, value in (("2024-02", 2), ("2023-12", 1)):
        write_table(tmp_path / f"{month}.parquet", pa.table({"x": [value], "y": ["a"]}))
    (tmp_path / ".2024-03.parquet.17").write_text("left by a killed run")
    assert list_months(tmp_path) == ["2023-12", "2024-02"]
    expected = pd.DataFrame({"x": [1, 2], "month": ["2023-12", "2024-02"]})
    pd.testing.assert_frame_equal(read_months(tmp_path, ["2023-12", "2024-02"], ["x"]), expected)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    write_json(tmp_path / "a.json", 1)

    def stop_halfway():
        with replacing(tmp_path / "a.json") as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stop_halfway()
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert read_json(tmp_path / "a.json") == 1


def test_what_is_not_a_number_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="nan"):
        write_json(tmp_path / "a.json", float("nan"))


def test_csv_has_six_digits(tmp_path):
    write_csv(tmp_path / "a.csv", pd.DataFrame({"x": [1 / 3, None], "y": ["a", "b"]}))
    assert (tmp_path / "a.csv").read_text() == "x,y\n0.333333,a\n,b\n"


@pytest.mark.parametrize(
    ("name", "read"),
    [("a.parquet", read_table), ("a.json", read_json), ("a.npz", read_arrays), ("none.npz", read_arrays)],
)
def test_a_broken_file_is_named_with_the_remedy(tmp_path, name, read):
    if not name.startswith("none"):
        (tmp_path / name).write_text("{broken")
    with pytest.raises(DataError, match=rf"{name} cannot be read .*run `dvc repro`"):
        read(tmp_path / name)


def test_a_pickle_in_the_place_of_arrays_is_refused(tmp_path):
    with (tmp_path / "a.npz").open("wb") as file:
        np.savez(file, x=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(DataError, match="cannot be read"):
        read_arrays(tmp_path / "a.npz")


WRITE_ALL = """
import sys, time
from pathlib import Path
import numpy as np, pandas as pd, pyarrow as pa
from tagger.io import *
time.sleep(float(sys.argv[2]))
folder = Path(sys.argv[1])
write_table(folder / "a.parquet", pa.table({"x": ["b", "a"], "l": [["u"], []]}), {"n": 1, "a": 2})
write_arrays(folder / "a.npz", {"y": np.arange(5), "x": np.ones(3, np.float32)})
write_json(folder / "a.json", {"b": 1, "a": {"c": 0.1}})
write_csv(folder / "a.csv", pd.DataFrame({"x": [0.1]}))
"""


def test_files_are_equal_to_the_byte_over_processes_and_time(tmp_path):
    for name, seed, pause in (("one", "1", "0"), ("two", "2", "2.1")):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", WRITE_ALL, str(tmp_path / name), pause]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed}, cwd=Path(__file__).parent.parent)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
