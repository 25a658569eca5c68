"""Pictures of pages, with the quoted lines marked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus import Box, NotFound

_MARK = (255, 214, 0, 96)
_PIXELS = 40_000_000


def page_picture(path: Path, page: int, marks: Sequence[Box], width: int = 1100) -> bytes:
    """Render a page of a PDF or an image file as PNG, `width` pixels wide, with boxes marked.

    Raises:
        NotFound: the file has no such page.
    """
    from PIL import Image, ImageDraw

    image = _pdf(path, page, width) if path.suffix.lower() == ".pdf" else _image(path, page, width)
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for box in marks:
        draw.rectangle(
            (box.left * image.width - 2, box.top * image.height - 1, box.right * image.width + 2,
             box.bottom * image.height + 1),
            fill=_MARK,
            outline=(230, 140, 0, 255),
        )  # fmt: skip
    marked = Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
    out = io.BytesIO()
    marked.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _pdf(path: Path, page: int, width: int) -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        if not 1 <= page <= len(document):
            raise NotFound(f"{path.name} has no page {page}.")
        leaf = document[page - 1]
        scale = width / max(1.0, leaf.get_width())
        pixels = leaf.get_width() * leaf.get_height() * scale * scale
        if pixels > _PIXELS:
            scale *= (_PIXELS / pixels) ** 0.5
        return leaf.render(scale=scale).to_pil()
    finally:
        document.close()


def _image(path: Path, page: int, width: int) -> Any:
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        if not 1 <= page <= getattr(image, "n_frames", 1):
            raise NotFound(f"{path.name} has no page {page}.")
        image.seek(page - 1)
        frame = ImageOps.exif_transpose(image).convert("RGB")
    return frame.resize((width, max(1, round(frame.height * width / frame.width))))
