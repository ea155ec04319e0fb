"""A pre-trained transformer (BERT, arXiv 1810.04805): its embeddings under a small network, or fine-tuned.

Several GPUs: `torchrun --nproc-per-node N -m stages.train`, or `accelerate launch --num-processes N -m stages.train`.
Each process trains on its share of every batch, the first one writes; then `dvc commit train` records what it wrote.
With `frozen` the embeddings are the work, and each process makes them all: one process is enough.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.models.base import Examples, Inputs
from tagger.models.base import Model as BaseModel
from tagger.neural.batches import Scorer, TokenRows, VectorRows
from tagger.neural.devices import choose_device, choose_precision, find_device, is_main, reproducible
from tagger.neural.encoders import (
    CHARACTERS_PER_TOKEN,
    find_checkpoint,
    join_fields,
    limit_tokens,
    load_encoder,
    number_tokens,
    open_checkpoint,
    round_weights,
    save_encoder,
)
from tagger.neural.lessons import Lessons, NeuralParams, Plan, keep_weighty, scale_weights
from tagger.neural.loop import train_network
from tagger.neural.tag_shares import find_bias
from tagger.neural.tensors import fill_network, read_tensors, write_tensors

if TYPE_CHECKING:
    from tagger.neural.networks import Classifier

WHERE = "models.bert"


class Params(NeuralParams):
    """Section `models.bert`. `checkpoint`: null for the packaged MiniLM, a name on the hub or a local folder.

    `frozen`: the transformer stays as it is, only the head learns, at `head_learning_rate`; `learning_rate` is the
    transformer's. `hidden`: units of the head's hidden layer, 0 for none.
    """

    checkpoint: str | None
    frozen: bool
    max_tokens: int = Field(ge=3)
    hidden: int = Field(ge=0)
    head_learning_rate: float = Field(gt=0)
    precision: Literal["auto", "fp32", "bf16", "fp16"]


class Model(BaseModel):
    """Transformer, mean over a text's tokens, head; `epoch_` is the epoch that was best."""

    reads = ("title", "text", "code")
    weighs = False
    params: Params
    tokenizer_: Any
    network_: "Classifier"
    epoch_: int

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:
        self.device = choose_device(self.params.device, WHERE)
        folder = find_checkpoint(self.params.checkpoint, WHERE)
        taught = keep_weighty(inputs.questions)
        questions, labels = inputs.questions[taught], Y[np.flatnonzero(taught)]
        with reproducible(self.seed):
            transformer, self.tokenizer_ = open_checkpoint(folder, WHERE)
            limit_tokens(self.tokenizer_, self.params.max_tokens, transformer.config, WHERE)
            self.network_ = self.make_network(transformer, Y.shape[1])
            self.network_.head.start(find_bias(labels, self.params.class_weight))
            round_weights(self.network_.encoder)
            lessons = self.make_lessons(questions, labels, engine)
            held_out = self.make_lessons(validation.inputs.questions, validation.Y, engine) if validation else None
            self.epoch_ = self.train(lessons, held_out, engine)
            round_weights(self.network_.encoder)
        return self

    def settled(self) -> Any:
        return self.params.model_copy(update={"epochs": self.epoch_})

    def train(self, lessons: Lessons, held_out: Lessons | None, engine: Engine) -> int:
        """Train the head, or head and transformer; returns the best epoch."""
        both = {"encoder.": "learning_rate", "head.": "head_learning_rate"}
        rates = {"": "head_learning_rate"} if self.params.frozen else both
        plan = Plan(self.params, rates, self.device, self.seed, WHERE, self.precision)
        network = self.network_.head if self.params.frozen else self.network_
        return train_network(network, lessons, held_out, plan, engine)

    @property
    def precision(self) -> str:
        """As accelerate names it, on the device that is used."""
        return choose_precision(self.params.precision, self.device)

    def make_network(self, transformer: Any, tags: int) -> "Classifier":
        """Transformer and new head as one."""
        from tagger.neural.networks import Classifier, Encoder, Head

        head = Head(transformer.config.hidden_size, self.params.hidden, self.params.dropout, tags)
        return Classifier(Encoder(transformer), head)

    def make_lessons(self, questions: pd.DataFrame, Y: csr_matrix, engine: Engine) -> Lessons:
        """Questions as the training takes them: their embeddings where the transformer is frozen, else tokens."""
        rows = self.make_rows(questions)
        if not self.params.frozen:
            return Lessons(rows, Y, scale_weights(questions))
        vectors = self.make_scorer().compute(self.network_.encoder, rows, engine.watch)
        return Lessons(VectorRows(vectors), Y, scale_weights(questions))

    def make_rows(self, questions: pd.DataFrame) -> TokenRows:
        """Questions as numbers of tokens."""
        texts = join_fields(questions, self.reads, self.params.max_tokens * CHARACTERS_PER_TOKEN)
        config: Any = self.network_.encoder.transformer.config
        return number_tokens(texts, self.tokenizer_, config.pad_token_id)

    def make_scorer(self) -> Scorer:
        """How the network is applied."""
        return Scorer(self.params.batch_size, self.device, self.precision)

    def scores(self, inputs: Inputs) -> np.ndarray:
        self.device = find_device(self.params.device)
        with reproducible(self.seed):
            return self.make_scorer().predict(self.network_, self.make_rows(inputs.questions))

    def save(self, folder: Path) -> None:
        if is_main():
            save_encoder(self.network_.encoder.transformer, self.tokenizer_, folder)
            write_tensors(folder / "head.safetensors", self.network_.head.state_dict())

    def load(self, folder: Path) -> Self:
        path = folder / "head.safetensors"
        tensors = read_tensors(path)
        transformer, self.tokenizer_ = load_encoder(folder)
        self.network_ = self.make_network(transformer, len(tensors["output.bias"]))
        fill_network(self.network_.head, tensors, path)
        return self
