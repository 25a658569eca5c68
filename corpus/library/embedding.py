"""Texts to vectors: the default model out of the wheel, or any sentence-transformers model that the settings name."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import MillhandError
from corpus.library.adapter import Adapter, adapted
from corpus.library.packed_model import NAME, default_model_folder
from corpus.library.turns import Turns
from corpus.settings import Settings

Vectors = npt.NDArray[np.float32]
Pair = tuple[str, str]
_SENTENCES = 20_000  # vectors of sentences kept, at 1.5 KB each: the same manuals are asked about again and again
_QUERIES = 1_000
_BATCH_TOKENS = 1024  # a batch's activations then stay in a core's cache: 1.6 times the speed of 8,192
_BATCH_TEXTS = 64
_COUNTED = 256  # texts whose tokens are counted in one turn


class _Kept:
    """The vectors of the texts met last, at most so many.

    One at a time: of people who ask the same at the same moment, the first computes and the others wait for it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str], make: Callable[[list[str]], Vectors]) -> Vectors:
        """Return a vector for each text, shape (len(texts), dimension); those that are not kept are made in one go."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
            self._vectors.update(zip(new, make(new), strict=True) if new else ())
            for text in texts:
                self._vectors.move_to_end(text)
            vectors = np.stack([self._vectors[text] for text in texts])
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return vectors


class Embedder:
    """Loads its model at the first use; `name` identifies the vectors it makes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._turns = Turns()  # a tokenizer is no good to two threads at once
        self._loaded: Any = None
        self._sentences = _Kept(_SENTENCES)
        self._queries = _Kept(_QUERIES)

    @property
    def name(self) -> str:
        """The model's name, or for a local folder its name and a hash of its configuration."""
        model = self._settings.embedding_model
        if not model:
            return NAME
        config = Path(model) / "config.json"
        if config.is_file():
            return f"{Path(model).name}@{hashlib.sha256(config.read_bytes()).hexdigest()[:12]}"
        return model

    def source(self) -> str:
        """Return the name or folder that sentence-transformers loads; the default model is unpacked first."""
        return self._settings.embedding_model or str(default_model_folder(self._settings.data_dir))

    def adapted(self, adapter: Adapter) -> Embedder:
        """Return the same model with an adapter's changes, made at its first use; the two take turns."""
        return _Adapted(self, adapter)

    def passages(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Embed passages, a batch after the other, between which queries have their turn.

        Returns float32 of shape (len(texts), dimension), each of length 1.
        """
        return self._batched(texts, "document", progress, first=False)

    def _batched(
        self,
        texts: Sequence[str] | Sequence[Pair],
        prompt: str | None,
        progress: Callable[[int, int], None] | None = None,
        *,
        first: bool,
    ) -> Vectors:
        model = self._model()
        tokens: list[int] = []
        for start in range(0, len(texts), _COUNTED):
            with self._turns.take(first=first):
                tokens += _token_counts(model, texts[start : start + _COUNTED])
        order = sorted(range(len(texts)), key=lambda i: tokens[i], reverse=True)
        vectors = np.zeros((len(texts), self._dimension(model)), dtype=np.float32)
        at = 0
        while at < len(order):
            size = max(1, min(_BATCH_TEXTS, _BATCH_TOKENS // tokens[order[at]]))
            batch = order[at : at + size]
            vectors[batch] = self._encode(model, [texts[i] for i in batch], prompt, first=first)
            at += len(batch)
            if progress:
                progress(at, len(order))
        return vectors

    def sentences(self, texts: Sequence[str]) -> Vectors:
        """Embed texts as passages, those met before from memory; returns float32 of shape (len(texts), dimension)."""
        return self._sentences.of(texts, lambda new: self._batched(new, "document", first=True))

    def query(self, text: str) -> Vectors:
        """Embed one query; returns float32 of shape (dimension,)."""
        vector: Vectors = self.queries((text,))[0]
        return vector

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed queries in one go, those met before from memory; returns float32 of shape (len(texts), dimension)."""
        return self._queries.of(texts, lambda new: self._encode(self._model(), new, "query", first=True))

    def pairs(self, query: str, texts: Sequence[str]) -> Vectors:
        """Embed a query together with each text, as one; returns float32 of shape (len(texts), dimension)."""
        return self._batched([(query, text) for text in texts], None, first=True)

    def _encode(self, model: Any, texts: Sequence[str | Pair], prompt: str | None, *, first: bool) -> Vectors:
        name = prompt if prompt in model.prompts else None
        with self._turns.take(first=first):
            vectors = model.encode(
                texts,
                prompt_name=name,
                batch_size=len(texts),
                convert_to_tensor=True,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        values: Vectors = vectors.float().cpu().numpy()
        return values

    @staticmethod
    def _dimension(model: Any) -> int:
        return int(model.get_embedding_dimension())

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        # Nothing is fetched at run time unless a name was given that is no local folder.
        named = self._settings.embedding_model
        if not named or Path(named).exists():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        import transformers
        from sentence_transformers import SentenceTransformer
        from threadpoolctl import threadpool_limits

        # The threads that numpy multiplies with wait for more by spinning, and take the cores from torch's: after a
        # search inside a scope the next query took ten times as long to embed. What numpy does here is fast by one.
        threadpool_limits(1, user_api="blas")

        transformers.utils.logging.disable_progress_bar()
        transformers.utils.logging.set_verbosity_error()
        if self._settings.embedding_threads:
            torch.set_num_threads(self._settings.embedding_threads)
        source = self.source()
        try:
            model = SentenceTransformer(source, device="cpu")
        except (OSError, ValueError) as error:
            raise MillhandError(f"The embedding model {source} cannot be loaded: {_first_line(error)}") from error
        if self._bf16():
            model = model.to(torch.bfloat16)
        return model.eval()

    def _bf16(self) -> bool:
        if self._settings.embedding_precision != "auto":
            return self._settings.embedding_precision == "bf16"
        try:
            flags = Path("/proc/cpuinfo").read_text()
        except OSError:
            return False
        return "avx512_bf16" in flags or "amx_bf16" in flags


class _Adapted(Embedder):
    def __init__(self, base: Embedder, adapter: Adapter) -> None:
        super().__init__(base._settings)
        self._base, self._adapter = base, adapter
        self._turns = base._turns

    def _load(self) -> Any:
        model = self._base._model()
        with self._turns.take(first=True):
            return adapted(model, self._adapter)


def _token_counts(model: Any, texts: Sequence[str | Pair]) -> list[int]:
    """Count what each text costs, in tokens, so that a batch holds texts of one length and hardly any padding."""
    tokenizer = getattr(model, "tokenizer", None)
    if not callable(tokenizer):  # a model without a transformers tokenizer
        return [sum(map(len, text)) // 4 + 1 for text in texts]
    return [max(1, len(ids)) for ids in tokenizer(list(texts), truncation=True)["input_ids"]] if texts else []


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
