"""What a run stood on, so that it can be run again and compared."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus import Corpus
from evals.statistics import SEED

_SECRET = {"model_key", "database_url", "data_dir"}


def manifest(
    corpus: Corpus,
    files: Sequence[Path],
    corpus_paths: Sequence[Path],
    *,
    methods: Sequence[str] | None,
    retrieval_only: bool,
    repeat: int,
) -> dict[str, Any]:
    """Return commit, settings, hashes of the sets, the documents and the model, the seed and the time."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "seed": SEED,
        "sets": {file.name: _sha256(file) for file in files},
        "corpus_paths": [str(path) for path in corpus_paths],
        "corpus": {d.current.source: d.current.sha256 for d in corpus.documents() if d.current},
        "chunks": sum(d.current.chunks for d in corpus.documents() if d.current),
        "embedding_model": _model(corpus.embedding_model),
        "settings": corpus.settings.model_dump(mode="json", exclude=_SECRET),
        "methods": list(methods) if methods else None,
        "retrieval_only": retrieval_only,
        "repeat": repeat,
    }


def _model(name: str) -> dict[str, str]:
    weights = sorted([*Path(name).rglob("*.safetensors"), *Path(name).rglob("*.bin")]) if Path(name).is_dir() else []
    return {"name": Path(name).name if weights else name, **{file.name: _sha256(file) for file in weights}}


def _commit() -> str | None:
    """Return the commit that runs, with a plus sign where files were changed since."""
    here = Path(__file__).parent
    found, changed = (
        subprocess.run(["git", *arguments], cwd=here, capture_output=True, text=True, check=False).stdout.strip()
        for arguments in (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    )
    return (found + "+" * bool(changed)) or None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
