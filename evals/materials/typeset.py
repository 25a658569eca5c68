"""Typesetting: PDF files by typst, the pages that words fell on, and scans of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from corpus import MillhandError

_HERE = Path(__file__).parent
_DPI = 170
_BROKEN = re.compile(r"[-\ufffe\x02]\s*\n?")  # PDFium writes U+FFFE for a hyphen at a line's end


def typeset(template: str, data: Mapping[str, Any], path: Path) -> Path:
    """Compile the template with `data` to a PDF, and return its path.

    Raises:
        MillhandError: typst, a development dependency, is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise MillhandError("Typesetting needs typst, which the development dependencies bring.") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    typst.compile(_HERE / template, output=path, root=_HERE, sys_inputs=inputs, pdf_tags=False)
    return path


def page_of(pdf: Path, words: Sequence[str]) -> dict[str, int]:
    """Return the one page, 1-based, that each of the words stands on.

    Raises:
        MillhandError: a word stands on no page or on several.
    """
    with pdfium.PdfDocument(pdf) as document:
        texts = [_BROKEN.sub("-", page.get_textpage().get_text_range()) for page in document]
    pages = {}
    for word in words:
        whole = re.compile(rf"(?<![A-Za-z0-9-]){re.escape(word)}(?![A-Za-z0-9-])")
        found = [number for number, text in enumerate(texts, start=1) if whole.search(text)]
        if len(found) != 1:
            raise MillhandError(f"{word} stands on {len(found)} pages of {pdf.name} and should on one.")
        pages[word] = found[0]
    return pages


def scan(pdf: Path, path: Path, random: Random) -> Path:
    """Write the PDF's pages as pictures only, a little turned, soft and grey, and return the new file."""
    with pdfium.PdfDocument(pdf) as document:
        pages = [_scanned(page.render(scale=_DPI / 72).to_pil(), random) for page in document]
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=_DPI, quality=80)
    return path


def _scanned(page: Image.Image, random: Random) -> Image.Image:
    grey = page.convert("L").rotate(random.uniform(-0.5, 0.5), Image.Resampling.BICUBIC, fillcolor=255)
    noise = Image.effect_noise(grey.size, 18)
    soft = Image.blend(grey, noise, 0.06).filter(ImageFilter.GaussianBlur(0.5))
    return soft.point([min(255, int(40 + value * 0.88)) for value in range(256)])
