"""What the neural models have in common: when they stop, what they do about divergence, odd texts, devices."""

import json
import logging
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.errors import DataError, ModelError
from tagger.neural.batches import cut_like
from tagger.neural.devices import choose_device, choose_precision, reproducible
from tagger.neural.tag_shares import find_bias, weigh_tags
from tests.imports import ROOT
from tests.models.neural_examples import SETTINGS, TAGS, make, make_examples, make_inputs, make_odd_inputs

WORD_MODELS = ("cnn", "bilstm")


@pytest.mark.parametrize("name", SETTINGS)
def test_training_stops_early_and_settled_says_when(name):
    watched = []

    def watch(items, total, what):
        for item in items:
            watched.append(total)
            yield item

    train, validation = make_examples(200), make_examples(60, seed=1)
    # Labels that cannot be learned: the first epoch is as good as any.
    validation = replace(validation, Y=csr_matrix(np.eye(4, dtype=np.uint8)[np.zeros(60, dtype=int)]))
    model = make(name, epochs=40, patience=2).fit(train.inputs, train.Y, Engine(1, watch), validation)
    settled = model.settled()
    assert settled.epochs < 38
    assert watched.count(40 * 7) == (settled.epochs + 2) * 7
    watched.clear()
    again = make(name, **settled.model_dump()).fit(train.inputs, train.Y, Engine(1, watch))
    assert again.settled() == settled
    assert watched.count(settled.epochs * 7) >= settled.epochs * 7


@pytest.mark.parametrize("name", SETTINGS)
def test_odd_texts_are_scored_and_learned_from(name):
    inputs, examples = make_odd_inputs(), make_examples(15)
    model = make(name, epochs=1).fit(inputs, examples.Y, Engine())
    assert np.isfinite(model.scores(inputs)).all()
    assert model.scores(make_inputs(inputs.questions[:0])).shape == (0, len(TAGS))


@pytest.mark.parametrize("name", WORD_MODELS)
def test_a_score_does_not_depend_on_the_batch(name):
    examples = make_examples(100)
    model = make(name).fit(examples.inputs, examples.Y, Engine())
    odd = make_odd_inputs().questions
    together = model.scores(make_inputs(odd))
    alone = [model.scores(make_inputs(odd[row : row + 1]))[0] for row in range(len(odd))]
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("name", WORD_MODELS)
def test_a_question_of_weight_zero_teaches_nothing(name):
    half = np.arange(200) < 100
    weighted = make_examples(200, weight=np.where(half, 1.0, 0.0))
    only = make_inputs(weighted.inputs.questions[half])
    scores = make(name).fit(weighted.inputs, weighted.Y, Engine()).scores(only)
    np.testing.assert_array_equal(scores, make(name).fit(only, weighted.Y[half], Engine()).scores(only))


def test_no_weight_at_all_is_refused():
    examples = make_examples(10, weight=0.0)
    with pytest.raises(ModelError, match="weight above 0"):
        make("cnn").fit(examples.inputs, examples.Y, Engine())


def test_a_learning_rate_too_high_is_lowered_with_a_note(caplog):
    examples = make_examples(200)
    with caplog.at_level(logging.WARNING, "tagger"):
        model = make("cnn", learning_rate=10.0, epochs=12).fit(examples.inputs, examples.Y, Engine())
    assert "diverged; going on at 0.1 of the learning rate" in caplog.text
    scores = model.scores(examples.inputs)
    assert examples.Y[np.arange(200), scores.argmax(axis=1)].mean() > 0.9


@pytest.mark.parametrize("name", SETTINGS)
def test_a_learning_rate_that_lowering_does_not_mend_is_named(name):
    rate = "head_learning_rate" if name == "bert" else "learning_rate"
    examples = make_examples(64)
    with pytest.raises(ModelError, match=rf"^models\.{name}\.{rate} is 1e\+30: .* set it to less than that$") as info:
        make(name, **{rate: 1e30}).fit(examples.inputs, examples.Y, Engine())
    assert "\n" not in str(info.value)


@pytest.mark.parametrize("name", WORD_MODELS)
def test_balanced_classes_raise_the_scores_of_rare_tags(name):
    examples = make_examples(200)
    plain, balanced = (
        make(name, class_weight=weight, epochs=1).fit(examples.inputs, examples.Y, Engine()).scores(examples.inputs)
        for weight in (None, "balanced")
    )
    assert balanced.mean() > plain.mean()


def test_files_are_the_same_in_two_processes(tmp_path):
    code = (
        "import sys; from pathlib import Path; from tagger.engine import Engine\n"
        "from tests.models.neural_examples import make, make_examples\n"
        "examples = make_examples(100)\n"
        "for name in ('cnn', 'bilstm'):\n"
        "    model = make(name, vectors='wordllama').fit(examples.inputs, examples.Y, Engine())\n"
        "    model.save(Path(sys.argv[1]) / name)\n"
    )
    for number in "12":
        subprocess.run([sys.executable, "-c", code, tmp_path / number], check=True, cwd=ROOT)
    files = sorted(path.relative_to(tmp_path / "1") for path in (tmp_path / "1").rglob("*.*"))
    assert [str(path) for path in files] == [
        f"{name}/{file}" for name in ("bilstm", "cnn") for file in ("network.safetensors", "vocabulary.json")
    ]
    for path in files:
        assert (tmp_path / "1" / path).read_bytes() == (tmp_path / "2" / path).read_bytes()


def test_words_are_the_most_frequent_and_wordllama_may_be_too_short(tmp_path):
    examples = make_examples(50)
    model = make("cnn", vocabulary=3, epochs=1).fit(examples.inputs, examples.Y, Engine())
    model.save(tmp_path)
    assert len(json.loads((tmp_path / "vocabulary.json").read_text())) == 5
    with pytest.raises(ModelError, match=r"models\.cnn\.dimensions is 512"):
        make("cnn", vectors="wordllama", dimensions=512).fit(examples.inputs, examples.Y, Engine())


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"{}")])
def test_files_that_are_not_what_was_saved_are_refused(tmp_path, damage):
    examples = make_examples(50)
    make("cnn", epochs=1).fit(examples.inputs, examples.Y, Engine()).save(tmp_path)
    damage(tmp_path / "network.safetensors")
    with pytest.raises(DataError, match="dvc repro"):
        make("cnn").load(tmp_path)


def test_weights_of_other_settings_are_refused(tmp_path):
    examples = make_examples(50)
    make("cnn", epochs=1).fit(examples.inputs, examples.Y, Engine()).save(tmp_path)
    with pytest.raises(DataError, match="another model's weights"):
        make("cnn", filters=9).load(tmp_path)


@pytest.mark.parametrize(("gpus", "rank"), [(0, "0"), (1, "1")])
def test_a_gpu_that_is_not_there(monkeypatch, gpus, rank):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setenv("LOCAL_RANK", rank)
    with pytest.raises(ModelError, match=rf"^models\.cnn\.device is 'cuda' for process .* finds {gpus} GPUs: "):
        choose_device("cuda", "models.cnn")
    assert choose_device("cpu", "models.cnn") == "cpu"


def test_precision_is_a_matter_of_gpus(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert [choose_precision(value, "cpu") for value in ("auto", "fp32", "bf16", "fp16")] == ["no"] * 4
    assert [choose_precision(value, "cuda") for value in ("auto", "fp32", "bf16")] == ["fp16", "no", "bf16"]


def test_reproducible_leaves_torch_as_it_was():
    import torch

    before = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.random.get_rng_state())
    with reproducible(1):
        first = torch.rand(3)
    with reproducible(1):
        assert torch.equal(torch.rand(3), first)
    after = (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(), torch.random.get_rng_state())
    assert before[:2] == after[:2]
    assert torch.equal(before[2], after[2])


def test_batches_hold_every_row_once_and_like_lengths():
    lengths = np.array([5, 1, 4, 2, 3, 0, 9])
    batches = cut_like(np.arange(7), lengths, 2, 4)
    assert [batch.tolist() for batch in batches] == [[1, 3], [2, 0], [5, 4], [6]]


def test_the_output_starts_from_the_shares():
    Y = make_examples(100).Y
    share = (Y.toarray().sum(axis=0) + 0.5) / 101
    np.testing.assert_allclose(1 / (1 + np.exp(-find_bias(Y, None))), share, rtol=1e-4)
    np.testing.assert_allclose(
        find_bias(Y, "balanced"), np.where(share < 0.5, 0, np.log(share / (1 - share))), atol=1e-5
    )
    assert (weigh_tags(Y, "balanced") >= 1).all()


def test_lessons_without_validation_labels_do_not_judge():
    train, validation = make_examples(64), make_examples(10)
    validation = replace(validation, Y=csr_matrix(validation.Y.shape, dtype=np.uint8))
    model = make("cnn", epochs=5, patience=1).fit(train.inputs, train.Y, Engine(), validation)
    assert model.settled().epochs == 5


def test_an_epoch_is_heard_of_by_its_loss_and_what_it_gives_on_validation():
    heard = []
    train, validation = make_examples(64), make_examples(30)
    engine = Engine(log=lambda name, value, step: heard.append((name, step, value)))
    make("cnn", epochs=3, patience=3).fit(train.inputs, train.Y, engine, validation)
    assert [(name, step) for name, step, _ in heard] == [
        (name, step) for step in (1, 2, 3) for name in ("fit/loss", "fit/f1_micro")
    ]
    heard.clear()
    make("cnn", epochs=2).fit(train.inputs, train.Y, engine)
    assert [(name, step) for name, step, _ in heard] == [("refit/loss", 1), ("refit/loss", 2)]
    assert heard[1][2] < heard[0][2]
