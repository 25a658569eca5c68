"""Makes scans of typeset papers: pages as slightly crooked, noisy pictures in a PDF without any text."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import typst
from PIL import Image, ImageFilter

DPI = 160
QUALITY = 42  # of JPEG: a four-page card stays near a megabyte
SCANNED = {"dryer-card": "LG-8冷干机维护卡（扫描件）.pdf"}
WHEN = time.struct_time((2021, 1, 6, 9, 30, 0, 2, 6, 0))


def write_scans(sources: Path, plant: Path) -> list[Path]:
    """Typeset each `sources/scans/*.typ`, scan it into `plant` and return the files."""
    plant.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted((sources / "scans").glob("*.typ")):
        pages = _scanned(typst.compile(source, root=sources, pdf_tags=False))
        path = plant / SCANNED.get(source.stem, f"{source.stem}.pdf")
        pages[0].save(
            path, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=QUALITY,
            creationDate=WHEN, modDate=WHEN,
        )  # fmt: skip
        written.append(path)
    return written


def _scanned(pdf: bytes) -> list[Image.Image]:
    from pypdfium2 import PdfDocument

    document = PdfDocument(io.BytesIO(pdf))
    try:
        dice = np.random.default_rng(2021)
        return [_aged(document[i].render(scale=DPI / 72).to_pil(), dice) for i in range(len(document))]
    finally:
        document.close()


def _aged(page: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Turn the page a little, yellow the paper, blur the ink and add the grain of an old flat-bed scanner."""
    turned = page.convert("RGB").rotate(
        float(dice.uniform(-0.8, 0.8)), resample=Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)
    )
    ink = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), dtype=np.float32) / 255
    height, width = ink.shape[:2]
    shade = np.linspace(1.0, float(dice.uniform(0.93, 0.97)), width, dtype=np.float32)[None, :, None]
    grain = dice.normal(0, 0.018, (height, width, 1)).astype(np.float32)
    paper = np.array([0.975, 0.962, 0.925], dtype=np.float32)
    aged = (ink * 0.86 + 0.14 * ink**2) * paper * shade + grain
    return Image.fromarray((aged.clip(0.04, 1) * 255).astype(np.uint8))
