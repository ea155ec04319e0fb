"""What the models over word vectors share: everything but the part of the network that reads a field."""

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import csr_matrix

from tagger.engine import Engine
from tagger.io import read_json, write_json
from tagger.models.base import Examples, Inputs, Model
from tagger.neural.batches import Scorer
from tagger.neural.devices import choose_device, find_device, is_main, reproducible
from tagger.neural.lessons import Lessons, NeuralParams, Plan, keep_weighty, scale_weights
from tagger.neural.loop import train_network
from tagger.neural.tag_shares import find_bias
from tagger.neural.tensors import fill_network, read_tensors, write_tensors
from tagger.vectors import WordRows, count_vocabulary, embed_words, number_words

if TYPE_CHECKING:
    from torch import nn

    from tagger.neural.networks import WordNetwork


class WordParams(NeuralParams):
    """What `models.cnn` and `models.bilstm` have in common. `*_tokens`: the first words of each field are read."""

    vectors: Literal["none", "wordllama"]
    dimensions: int = Field(ge=1)
    vocabulary: int = Field(ge=1)
    title_tokens: int = Field(ge=1)
    text_tokens: int = Field(ge=1)
    code_tokens: int = Field(ge=1)


class WordModel(Model):
    """A network over word vectors; `network_`, `vocabulary_`, and `epoch_`, the one that was best."""

    reads: ClassVar[tuple[str, ...]] = ("title_tokens", "text_tokens", "code_tokens")
    weighs = False
    # Of its section in params.yaml.
    where: ClassVar[str]
    params: WordParams
    vocabulary_: list[str]
    network_: "WordNetwork"
    epoch_: int

    @abstractmethod
    def make_reader(self) -> tuple["nn.Module", int]:
        """The part that reads a field (vectors, lengths), and how many features it gives."""

    def fit(self, inputs: Inputs, Y: csr_matrix, engine: Engine, validation: Examples | None = None) -> Self:
        self.device = choose_device(self.params.device, self.where)
        taught = keep_weighty(inputs.questions)
        questions, labels = inputs.questions[taught], Y[np.flatnonzero(taught)]
        self.vocabulary_ = count_vocabulary(questions, self.limits, self.params.vocabulary)
        with reproducible(self.seed):
            self.network_ = self.make_network(Y.shape[1])
            self.network_.start(self.find_vectors(), find_bias(labels, self.params.class_weight))
            plan = Plan(self.params, {"": "learning_rate"}, self.device, self.seed, self.where)
            held_out = self.make_lessons(validation.inputs.questions, validation.Y) if validation else None
            lessons = self.make_lessons(questions, labels)
            self.epoch_ = train_network(self.network_, lessons, held_out, plan, engine)
        return self

    def settled(self) -> Any:
        return self.params.model_copy(update={"epochs": self.epoch_})

    @property
    def limits(self) -> dict[str, int]:
        """How many words of each column are read."""
        return {column: getattr(self.params, column) for column in self.reads}

    def make_network(self, tags: int) -> "WordNetwork":
        """The network with random weights."""
        from tagger.neural.networks import WordNetwork

        reader, features = self.make_reader()
        words, dimensions = len(self.vocabulary_), self.params.dimensions
        return WordNetwork(reader, features, words, dimensions, self.params.dropout, tags)

    def find_vectors(self) -> np.ndarray | None:
        """Pre-trained vectors of the vocabulary, where they are wanted."""
        if self.params.vectors == "none":
            return None
        return embed_words(self.vocabulary_, self.params.dimensions, self.where)

    def make_lessons(self, questions: pd.DataFrame, Y: csr_matrix) -> Lessons:
        """Questions as the training takes them."""
        return Lessons(self.make_rows(questions), Y, scale_weights(questions))

    def make_rows(self, questions: pd.DataFrame) -> WordRows:
        """Questions as the network takes them."""
        return number_words(questions, self.limits, self.vocabulary_)

    def scores(self, inputs: Inputs) -> np.ndarray:
        self.device = find_device(self.params.device)
        with reproducible(self.seed):
            scorer = Scorer(self.params.batch_size, self.device)
            return scorer.predict(self.network_, self.make_rows(inputs.questions))

    def save(self, folder: Path) -> None:
        if is_main():
            write_json(folder / "vocabulary.json", self.vocabulary_)
            write_tensors(folder / "network.safetensors", self.network_.state_dict())

    def load(self, folder: Path) -> Self:
        path = folder / "network.safetensors"
        tensors = read_tensors(path)
        self.vocabulary_ = read_json(folder / "vocabulary.json")
        self.network_ = self.make_network(len(tensors["output.bias"]))
        fill_network(self.network_, tensors, path)
        return self
