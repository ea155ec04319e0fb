"""A convolutional network over word vectors (Kim 2014, https://aclanthology.org/D14-1181)."""

from typing import TYPE_CHECKING

from pydantic import Field

from tagger.neural.word_model import WordModel, WordParams

if TYPE_CHECKING:
    from torch import nn


class Params(WordParams):
    """Section `models.cnn`. `filters` of each of the `widths` (words that a filter sees at once)."""

    filters: int = Field(ge=1)
    widths: tuple[int, ...] = Field(min_length=1)


class Model(WordModel):
    """Parallel convolutions with max-over-time pooling, the same for title, text and code."""

    where = "models.cnn"
    params: Params

    def make_reader(self) -> tuple["nn.Module", int]:
        from tagger.neural.networks import Convolutions

        filters, widths = self.params.filters, self.params.widths
        return Convolutions(self.params.dimensions, filters, widths), filters * len(widths)
