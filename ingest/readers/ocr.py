"""Text in pictures, by rapidocr, whose models come in its wheel."""

from __future__ import annotations

import functools
import logging
from typing import Any

from corpus import Box, TextLine

_LONGEST = 3000  # pixels; a larger picture costs memory and reads no better


@functools.lru_cache(maxsize=1)
def _engine() -> Any:
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 2})


def recognise(image: Any) -> list[TextLine]:
    """Read a Pillow image; returns its lines from top to bottom with boxes as fractions of the picture."""
    import numpy as np

    picture = image.convert("RGB")
    if max(picture.size) > _LONGEST:
        picture.thumbnail((_LONGEST, _LONGEST))
    width, height = picture.size
    if min(width, height) < 8:
        return []
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
