"""A bidirectional LSTM over word vectors."""

from typing import TYPE_CHECKING

from pydantic import Field

from tagger.neural.word_model import WordModel, WordParams

if TYPE_CHECKING:
    from torch import nn


class Params(WordParams):
    """Section `models.bilstm`. `hidden`: units in each direction."""

    hidden: int = Field(ge=1)


class Model(WordModel):
    """A bidirectional LSTM with max pooling, the same for title, text and code."""

    where = "models.bilstm"
    params: Params

    def make_reader(self) -> tuple["nn.Module", int]:
        from tagger.neural.networks import Lstm

        return Lstm(self.params.dimensions, self.params.hidden), 2 * self.params.hidden
