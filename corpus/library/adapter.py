"""Low-rank changes to the layers of an embedding model (LoRA, Hu et al. 2021): a fit in megabytes, not a model.

A layer's weight W, of shape (out, in), becomes W + up · down, with `down` of shape (rank, in) and `up` (out, rank).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.npyio import NpzFile

Adapter = Mapping[str, npt.NDArray[np.floating[Any]]]  # by the layer's name in the model, with ".down" or ".up" behind
_STORED = "adapter."  # before the names of an adapter's arrays in a file


def layers(model: Any) -> dict[str, Any]:
    """Return the linear layers of a sentence-transformers model that an adapter may change, by name.

    These are those of the encoder: queries, keys, values and outputs of the attention, and the two behind it.
    """
    from torch.nn import Linear

    linear = {name: layer for name, layer in model.named_modules() if isinstance(layer, Linear)}
    # What stands before "encoder" is named by the library that loaded the model.
    return {name[name.index("encoder.") :]: layer for name, layer in linear.items() if "encoder." in name}


def adapted(model: Any, adapter: Adapter) -> Any:
    """Return a copy of a sentence-transformers model with an adapter's changes; it shares the model's vocabulary.

    Raises:
        KeyError: the adapter is for a model with other layers.
    """
    import torch

    shared = [weight for name, weight in model.named_parameters() if "word_embeddings" in name]
    changed = copy.deepcopy(model, {id(weight): weight for weight in shared})
    found = layers(changed)
    with torch.inference_mode():
        for name in sorted({key.rpartition(".")[0] for key in adapter}):
            weight = found[name].weight
            down, up = (torch.from_numpy(adapter[f"{name}.{part}"].astype(np.float32)) for part in ("down", "up"))
            weight.copy_(weight.float() + up @ down)
    return changed


def adapter_out(adapter: Adapter) -> dict[str, npt.NDArray[np.float16]]:
    """Return an adapter's arrays as they are stored in a file, among others."""
    return {_STORED + name: array.astype(np.float16) for name, array in adapter.items()}


def adapter_in(kept: NpzFile) -> Adapter:
    """Return the adapter that a file holds among other arrays."""
    return {name.removeprefix(_STORED): kept[name] for name in kept.files if name.startswith(_STORED)}
