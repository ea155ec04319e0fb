import json
import pickle

import pytest

from tagger.errors import DataError, ModelError
from tagger.seal import read_sealed, write_sealed


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "weights.npz").write_bytes(b"12345")
    write_sealed(tmp_path, 2, {"tags": ["c++", "é"]})
    return tmp_path


def test_what_is_written_is_read(folder):
    assert read_sealed(folder, 2)["tags"] == ["c++", "é"]


def test_any_flipped_byte_is_refused(folder):
    for path in (folder / "weights.npz", folder / "model.json"):
        whole = path.read_bytes()
        for place in range(0, len(whole), 7):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises((ModelError, DataError), match=r"is not what was saved|cannot be read|holds version"):
                read_sealed(folder, 2)
        path.write_bytes(whole)
    assert read_sealed(folder, 2)


def test_a_file_that_was_added_or_is_gone_is_named(folder):
    (folder / "more.pkl").write_bytes(pickle.dumps([]))
    with pytest.raises(ModelError, match=r"more\.pkl is not what was saved"):
        read_sealed(folder, 2)
    (folder / "more.pkl").unlink()
    (folder / "weights.npz").unlink()
    with pytest.raises(ModelError, match=r"weights\.npz is not what was saved"):
        read_sealed(folder, 2)


@pytest.mark.parametrize("text", ["[]", "{}", json.dumps({"version": 3})])
def test_another_version_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"holds version .*, this code reads 2: train it again"):
        read_sealed(folder, 2)
