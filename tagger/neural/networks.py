"""The networks over word vectors. Imports torch, so import it where it is needed."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAD = 0
FIELDS = 3


class WordNetwork(nn.Module):
    """Word vectors, one reader for all fields (title, text, code), the best of each field side by side, linear."""

    def __init__(
        self, reader: nn.Module, features: int, words: int, dimensions: int, dropout: float, tags: int
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, dimensions, padding_idx=PAD)
        self.reader = reader
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(features * FIELDS, tags)

    def start(self, vectors: np.ndarray | None, bias: np.ndarray) -> None:
        """Begin with known word vectors, where there are any, and with the tags' shares."""
        with torch.no_grad():
            self.output.bias.copy_(torch.from_numpy(bias))
            if vectors is None:
                self.embedding.weight.mul_(0.3)
            else:
                self.embedding.weight.copy_(torch.from_numpy(vectors))

    def forward(self, lengths: Tensor, *fields: Tensor) -> Tensor:
        """Logits of lengths (rows x fields) and words of each field (rows x longest)."""
        read = [
            self.reader(self.dropout(self.embedding(words)), lengths[:, number]) for number, words in enumerate(fields)
        ]
        logits: Tensor = self.output(self.dropout(torch.cat(read, dim=1)))
        return logits


class Convolutions(nn.Module):
    """Parallel convolutions with max-over-time pooling: Kim 2014, https://aclanthology.org/D14-1181."""

    def __init__(self, dimensions: int, filters: int, widths: Sequence[int]) -> None:
        super().__init__()
        # A whole window of padding on either side: a row's maximum then does not depend on how far others fill it up.
        self.parts = nn.ModuleList([nn.Conv1d(dimensions, filters, width, padding=width) for width in widths])

    def forward(self, vectors: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """Features (rows x filters of all widths) of vectors (rows x words x dimensions)."""
        channels = vectors.transpose(1, 2)
        return torch.cat([torch.relu(part(channels)).amax(dim=2) for part in self.parts], dim=1)


class Lstm(nn.Module):
    """A bidirectional LSTM, the maximum over the words of each of its outputs."""

    def __init__(self, dimensions: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(dimensions, hidden, batch_first=True, bidirectional=True)

    def forward(self, vectors: Tensor, lengths: Tensor) -> Tensor:
        """Features (rows x 2 hidden) of vectors (rows x words x dimensions); an empty field is one word of padding."""
        known = lengths.clamp(min=1).cpu()
        packed, _ = self.lstm(pack_padded_sequence(vectors, known, batch_first=True, enforce_sorted=False))
        states, _ = pad_packed_sequence(packed, batch_first=True, padding_value=-1.0)
        return states.amax(dim=1)


class Head(nn.Module):
    """From a text's embedding to logits, through a hidden layer where `hidden` is not 0."""

    def __init__(self, dimensions: int, hidden: int, dropout: float, tags: int) -> None:
        super().__init__()
        inner = [nn.Linear(dimensions, hidden), nn.ReLU(), nn.Dropout(dropout)] if hidden else []
        self.inner = nn.Sequential(*inner)
        self.output = nn.Linear(hidden or dimensions, tags)

    def start(self, bias: np.ndarray) -> None:
        """Begin with the tags' shares."""
        with torch.no_grad():
            self.output.bias.copy_(torch.from_numpy(bias))

    def forward(self, embeddings: Tensor) -> Tensor:
        """Logits of embeddings (rows x dimensions)."""
        logits: Tensor = self.output(self.inner(embeddings))
        return logits


class Encoder(nn.Module):
    """A transformer, the mean of its last states over the tokens of a text, scaled to unit variance."""

    def __init__(self, transformer: nn.Module) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embeddings (rows x dimensions) of tokens and mask (rows x longest)."""
        states = self.transformer(input_ids=tokens, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)
        return nn.functional.layer_norm(mean, mean.shape[1:])


class Classifier(nn.Module):
    """Encoder and head, trained together."""

    def __init__(self, encoder: Encoder, head: Head) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Logits of tokens and mask (rows x longest)."""
        logits: Tensor = self.head(self.encoder(tokens, mask))
        return logits
