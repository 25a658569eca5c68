"""Text in pictures, by rapidocr, whose models come in its wheel; what was read is kept by the picture's content."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus import Box, TextLine

LONGEST = 1800  # pixels; a page of A4 has 154 dpi then, and a larger picture costs memory and reads no better
_VERSION = "rapidocr 3 PP-OCRv6 1800"
_KEPT_DAYS = 60


@functools.lru_cache(maxsize=1)
def _engine() -> Any:
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 2,
            "Rec.rec_batch_num": 2,  # a batch is as wide as its widest line: small ones keep memory low
        }
    )


def recognise(image: Any, kept: Path | None = None) -> list[TextLine]:
    """Read a Pillow image; returns its lines from top to bottom with boxes as fractions of the picture.

    `kept` is the folder in which results are kept: the same picture is read once, also after a killed run.
    """
    picture = image.convert("RGB")
    if max(picture.size) > LONGEST:
        picture.thumbnail((LONGEST, LONGEST))
    if min(picture.size) < 8:
        return []
    if kept is None:
        return _read(picture)
    content = hashlib.sha256(f"{_VERSION} {picture.size} ".encode() + picture.tobytes()).hexdigest()
    file = kept / f"{content}.json"
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return [TextLine(line["text"], Box(*line["box"])) for line in json.loads(file.read_text("utf-8"))]
    lines = _read(picture)
    with contextlib.suppress(OSError):  # a full disk keeps nothing, and the page is read all the same
        _keep(file, lines)
    return lines


def _read(picture: Any) -> list[TextLine]:
    import numpy as np

    width, height = picture.size
    found = _engine()(np.asarray(picture)[:, :, ::-1])
    if found is None or found.boxes is None or not found.txts:
        return []
    lines = []
    for corners, text in zip(found.boxes, found.txts, strict=True):
        xs, ys = [float(c[0]) for c in corners], [float(c[1]) for c in corners]
        box = Box(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)
        if text.strip():
            lines.append(TextLine(text.strip(), box))
    return sorted(lines, key=lambda line: (round(line.box.top, 2), line.box.left) if line.box else (0.0, 0.0))


def _keep(file: Path, lines: list[TextLine]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = [
        {"text": line.text, "box": [line.box.left, line.box.top, line.box.right, line.box.bottom]}
        for line in lines
        if line.box
    ]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, suffix=".new", delete=False) as scratch:
        json.dump(plain, scratch, ensure_ascii=False)
    Path(scratch.name).replace(file)


def forget_old(kept: Path) -> None:
    """Remove what was kept longer than a scan takes to be finished, and what killed runs left half-written."""
    oldest = time.time() - _KEPT_DAYS * 86_400
    with contextlib.suppress(OSError):
        for file in kept.iterdir():
            if file.stat().st_mtime < oldest or (file.suffix == ".new" and file.stat().st_mtime < time.time() - 3600):
                file.unlink(missing_ok=True)
