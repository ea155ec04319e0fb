"""Questions in batches of like length, and what a network makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.special import expit

from tagger.engine import Watch, watch_nothing

if TYPE_CHECKING:
    from torch import Tensor, nn


class Rows(Protocol):
    """Questions as a network takes them; `lengths` (tokens) lets like ones share a batch."""

    @property
    def lengths(self) -> np.ndarray: ...

    def take(self, rows: np.ndarray) -> tuple["Tensor", ...]:
        """The network's arguments for some rows."""


@dataclass(frozen=True)
class TokenRows:
    """Numbers of tokens, one array per text."""

    tokens: Sequence[np.ndarray]
    pad: int

    @property
    def lengths(self) -> np.ndarray:
        """Tokens of a text."""
        return np.array([len(row) for row in self.tokens], dtype=np.int64)

    def take(self, rows: np.ndarray) -> tuple["Tensor", ...]:
        """Tokens and mask (rows x longest)."""
        import torch

        longest = max(1, *(len(self.tokens[row]) for row in rows))
        tokens = np.full((len(rows), longest), self.pad, dtype=np.int64)
        mask = np.zeros_like(tokens)
        for place, row in enumerate(rows):
            tokens[place, : len(self.tokens[row])] = self.tokens[row]
            mask[place, : len(self.tokens[row])] = 1
        return torch.from_numpy(tokens), torch.from_numpy(mask)


@dataclass(frozen=True)
class VectorRows:
    """One vector per question (questions x dimensions)."""

    vectors: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """All alike."""
        return np.zeros(len(self.vectors), dtype=np.int64)

    def take(self, rows: np.ndarray) -> tuple["Tensor", ...]:
        """The vectors (rows x dimensions)."""
        import torch

        return (torch.from_numpy(self.vectors[rows]),)


def cut_like(order: np.ndarray, lengths: np.ndarray, size: int, window: int) -> list[np.ndarray]:
    """Rows in batches of `size`, sorted by length within windows of the order given."""
    parts = [order[start : start + window] for start in range(0, len(order), window)]
    parts = [part[np.argsort(lengths[part], kind="stable")] for part in parts]
    return [part[start : start + size] for part in parts for start in range(0, len(part), size)]


@dataclass(frozen=True)
class Scorer:
    """How a network is applied: rows at once, device, precision as accelerate names it."""

    batch_size: int
    device: str
    precision: str = "no"

    def compute(self, network: "nn.Module", rows: Rows, watch: Watch = watch_nothing) -> np.ndarray:
        """A network's outputs (questions x outputs, float32), batch by batch."""
        import torch

        count = len(rows.lengths)
        kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(self.precision, torch.float32)
        network.to(self.device).eval()
        batches = cut_like(np.arange(count), rows.lengths, self.batch_size, max(count, 1))
        parts = []
        with torch.inference_mode(), torch.autocast(self.device, kind, enabled=self.precision != "no"):
            for batch in watch(batches, len(batches), "batches"):
                outputs = network(*(part.to(self.device) for part in rows.take(batch)))
                parts.append(outputs.float().cpu().numpy())
        # A network's last weights are those of its outputs.
        *_, last = network.parameters()
        ordered = np.zeros((count, len(last)), dtype=np.float32)
        for batch, part in zip(batches, parts, strict=True):
            ordered[batch] = part
        return ordered

    def predict(self, network: "nn.Module", rows: Rows) -> np.ndarray:
        """Probabilities (questions x tags, float32)."""
        scores: np.ndarray = expit(self.compute(network, rows))
        return scores
