"""What torch computes on, and the same numbers every time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tagger.errors import ModelError

if TYPE_CHECKING:
    from accelerate import Accelerator  # type: ignore[import-untyped]

# A sum that is dealt out to threads depends on how many there are; so it is a constant, whatever the machine has.
THREADS = 2


def choose_device(device: str, where: str) -> str:
    """ "cpu" or "cuda" for the parameter `{where}.device`, which may be "auto". Raises ModelError."""
    import torch

    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "cpu" or (device == "auto" and not gpus):
        return "cpu"
    rank = int(os.environ.get("LOCAL_RANK", "0"))
    if rank >= gpus:
        raise ModelError(
            f"{where}.device is {device!r} for process {rank + 1} of this machine, where torch {torch.__version__} "
            f"finds {gpus} GPUs: launch one process per GPU, or set {where}.device to cpu"
        )
    return "cuda"


def find_device(device: str) -> str:
    """The device to score on: the one that was trained on where it is there, else the CPU."""
    import torch

    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"


def choose_precision(precision: str, device: str) -> str:
    """ "no", "bf16" or "fp16" as accelerate names it: half precision is for a GPU, a CPU computes in float32."""
    import torch

    if device == "cpu" or precision == "fp32":
        return "no"
    if precision == "auto":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp16"
    return precision


def make_accelerator(device: str, precision: str = "no") -> "Accelerator":
    """accelerate's view of the processes that were launched: one, or several by torchrun or `accelerate launch`."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState  # type: ignore[import-untyped]

    # A second fit in the same process may want another device or precision.
    AcceleratorState._reset_state(reset_partial_state=True)
    return Accelerator(cpu=device == "cpu", mixed_precision=precision)


def is_main() -> bool:
    """Whether this process is the one that writes: the only one, or the first of those launched together."""
    return int(os.environ.get("RANK", "0")) == 0


@contextmanager
def reproducible(seed: int = 0) -> Iterator[None]:
    """A block with its own random numbers, a fixed number of threads and deterministic kernels."""
    import torch

    # cuBLAS reads it when its first handle is made; without it torch refuses deterministic products.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # Memory that is written before it is read need not be filled first, which would cost a seventh of the time.
    memory: Any = torch.utils.deterministic
    threads, strict, fills = (
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        memory.fill_uninitialized_memory,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(THREADS)
        torch.use_deterministic_algorithms(True)
        memory.fill_uninitialized_memory = False
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(strict)
            memory.fill_uninitialized_memory = fills
