"""The transformer: where its checkpoint comes from, what it leaves on disk, fine-tuning in one process and two."""

import os
import shutil
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from tagger.engine import Engine
from tagger.errors import DataError, ModelError
from tagger.neural.encoders import PACKAGED, find_checkpoint
from tests.imports import ROOT
from tests.models.neural_examples import make, make_examples

FINE = {"frozen": False, "learning_rate": 0.0005, "head_learning_rate": 0.01, "batch_size": 16, "epochs": 4}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A checkpoint as save_pretrained leaves it: one layer, the packaged tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    # Whatever ran before: what it can learn goes by what it begins with.
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    BertModel(config).save_pretrained(folder)
    packaged = find_checkpoint(None, "models.bert")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(packaged / name, folder)
    return str(folder)


@pytest.mark.parametrize("offline", [True, False])
def test_a_checkpoint_that_is_not_there_is_one_line(tmp_path, offline):
    code = (
        "from tagger.neural.encoders import find_checkpoint\nfrom tagger.errors import ModelError\n"
        "try:\n    find_checkpoint('bert-base-uncased', 'models.bert')\nexcept ModelError as error:\n    print(error)\n"
    )
    # Nothing listens on the discard port.
    env = os.environ | {"HF_HOME": str(tmp_path), "HF_ENDPOINT": "http://127.0.0.1:9"}
    env |= {"HF_HUB_OFFLINE": "1"} if offline else {}
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert time.monotonic() - start < 60
    (line,) = done.stdout.splitlines()
    assert line.startswith("models.bert.checkpoint is 'bert-base-uncased', which is no folder here")
    assert "local folder" in line


@pytest.mark.parametrize("content", [{}, {"config.json": "{}"}, {"config.json": "no JSON"}])
def test_a_folder_that_holds_no_model_is_one_line(tmp_path, content):
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    examples = make_examples(10)
    with pytest.raises(ModelError, match=r"^models\.bert\.checkpoint: .* cannot be read .* local folder") as info:
        make("bert", checkpoint=str(tmp_path)).fit(examples.inputs, examples.Y, Engine())
    assert "\n" not in str(info.value)


def test_texts_longer_than_the_transformer_takes_are_refused(tiny):
    examples = make_examples(10)
    with pytest.raises(ModelError, match=r"models\.bert\.max_tokens is 513; this checkpoint takes 512 at most"):
        make("bert", checkpoint=tiny, max_tokens=513).fit(examples.inputs, examples.Y, Engine())


@pytest.mark.parametrize("frozen", [True, False])
def test_what_is_saved_needs_no_checkpoint_and_no_cache(tmp_path, tiny, frozen):
    checkpoint = shutil.copytree(tiny, tmp_path / "checkpoint")
    examples = make_examples(60)
    model = make("bert", **FINE | {"checkpoint": str(checkpoint), "frozen": frozen})
    scores = model.fit(examples.inputs, examples.Y, Engine()).scores(examples.inputs)
    folder = tmp_path / "model"
    model.save(folder)
    np.save(tmp_path / "scores.npy", scores)
    shutil.rmtree(checkpoint)
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "head.safetensors",
        "model.safetensors",
        "tokenizer.json",
    ]
    assert str(tmp_path) not in (folder / "config.json").read_text()
    code = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from tests.models.neural_examples import make, make_examples\n"
        "folder = Path(sys.argv[1])\n"
        "scores = make('bert', hidden=0, batch_size=16).load(folder / 'model').scores(make_examples(60).inputs)\n"
        "np.testing.assert_array_equal(scores, np.load(folder / 'scores.npy'))\n"
    )
    env = os.environ | {"HF_HOME": str(tmp_path / "empty"), "HF_ENDPOINT": "http://127.0.0.1:9"}
    subprocess.run([sys.executable, "-c", code, tmp_path], env=env, cwd=ROOT, check=True)
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "head.safetensors"])
def test_a_damaged_file_is_refused(tmp_path, tiny, name):
    examples = make_examples(20)
    make("bert", checkpoint=tiny, epochs=1).fit(examples.inputs, examples.Y, Engine()).save(tmp_path)
    (tmp_path / name).write_text("damaged")
    with pytest.raises(DataError, match="dvc repro"):
        make("bert").load(tmp_path)


def test_fine_tuning_learns_and_is_the_same_twice(tmp_path):
    examples = make_examples(96)
    for number in "12":
        model = make("bert", **FINE).fit(examples.inputs, examples.Y, Engine(int(number)))
        model.save(tmp_path / number)
    scores = model.scores(examples.inputs)
    assert examples.Y[np.arange(96), scores.argmax(axis=1)].mean() > 0.95
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()
    packaged = find_checkpoint(None, "models.bert") / "model.safetensors"
    assert PACKAGED in str(packaged)
    assert (tmp_path / "1/model.safetensors").stat().st_size < packaged.stat().st_size


@pytest.mark.slow
def test_two_processes_train_one_model(tmp_path, tiny):
    code = (
        "import sys; from pathlib import Path; from tagger.engine import Engine\n"
        "from tests.models.neural_examples import make, make_examples\n"
        "train, validation = make_examples(97), make_examples(30, seed=1)\n"
        f"settings = {FINE | {'checkpoint': tiny, 'dropout': 0.0}!r}\n"
        "model = make('bert', **settings).fit(train.inputs, train.Y, Engine(), validation)\n"
        "model.save(Path(sys.argv[1]))\n"
        "again = make('bert', **settings).fit(train.inputs, train.Y, Engine())\n"
        "assert again.scores(validation.inputs).shape == validation.Y.shape\n"
    )
    (tmp_path / "train.py").write_text(code)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    command += ["--master-addr", "127.0.0.1", "--master-port", str(port)]
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    done = subprocess.run(
        [*command, tmp_path / "train.py", tmp_path / "model"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    examples = make_examples(97)
    scores = make("bert", **FINE).load(tmp_path / "model").scores(examples.inputs)
    assert examples.Y[np.arange(97), scores.argmax(axis=1)].mean() > 0.8
