"""Photos and scans: each frame is a page, read by OCR."""

from __future__ import annotations

from pathlib import Path

from corpus import Page, Unreadable, detect_language
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.ocr import recognise


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a picture, or each frame of a TIFF."""
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = 200_000_000
    if not limits.ocr:
        raise Unreadable(f"{path.name}: a picture needs OCR, which the settings switch off.")
    try:
        with Image.open(path) as image:
            count = min(getattr(image, "n_frames", 1), limits.pages_at_most)
            pages = []
            for number, frame in enumerate(ImageSequence.Iterator(image), start=1):
                if number > count:
                    break
                lines = tuple(recognise(ImageOps.exif_transpose(frame), limits.kept))
                text = "\n".join(line.text for line in lines)
                pages.append(Page(number, text, text, lines, "ocr" if text else "empty"))
                progress(number, count)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unreadable(f"{path.name}: the picture cannot be opened ({error}).") from error
    empty = [str(page.number) for page in pages if not page.text]
    warnings = (f"no text was recognised on page {', '.join(empty)}",) if empty else ()
    whole = "\n".join(page.text for page in pages)
    blocks = tuple(Block("text", line, page.number) for page in pages for line in page.text.splitlines())
    return ParsedFile(None, detect_language(whole), tuple(pages), blocks, warnings, len(pages))
