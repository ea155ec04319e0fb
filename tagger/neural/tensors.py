"""Weights on disk: safetensors, which holds numbers alone, so that reading never runs code."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tagger.errors import DataError
from tagger.io import replacing

if TYPE_CHECKING:
    from torch import Tensor, nn


def write_tensors(path: Path, tensors: Mapping[str, "Tensor"], half: bool = False) -> None:
    """Write named tensors, as float16 where `half`; the file does not depend on their order."""
    from safetensors.numpy import save

    arrays = {name: part.detach().cpu().numpy() for name, part in tensors.items()}
    if half:
        arrays = {name: part.astype(np.float16) if part.dtype == np.float32 else part for name, part in arrays.items()}
    with replacing(path) as temporary:
        # transformers reads only files that say which library's layout they have.
        temporary.write_bytes(save(dict(sorted(arrays.items())), metadata={"format": "pt"}))


def read_tensors(path: Path) -> dict[str, "Tensor"]:
    """Read named tensors. Raises DataError."""
    import torch
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return {name: torch.from_numpy(part) for name, part in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path} cannot be read ({error}): run `dvc repro` to make it again") from error


def fill_network(network: "nn.Module", tensors: Mapping[str, "Tensor"], path: Path) -> None:
    """Put the weights of a file into a network. Raises DataError where they are another network's."""
    try:
        network.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise DataError(f"{path} holds another model's weights: run `dvc repro` to make it again") from error
