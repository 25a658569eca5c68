"""PDF: text, boxes, rules, outline and labels by pdfium, recovery by pypdf, OCR where the text layer is poor."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus import PageQuality, TextLine, Unreadable
from ingest.readers.base import Limits, PageProgress, ParsedFile, Run
from ingest.readers.garbled import is_garbled
from ingest.readers.ladders import presumed_uprights
from ingest.readers.leaf import Leaf, assemble
from ingest.readers.lines import lines_of
from ingest.readers.pdf_opening import open_pdf
from ingest.readers.pdf_page import TextLayer, drawn, text_layer
from ingest.readers.pdf_structure import label_of, outline_of, title_of

_OCR_SCALE = 2.2  # about 160 dpi
_PICTURE = 0.5  # share of a page that pictures cover when it is a scan under a few words of text
_FEW = 300  # letters of a text layer beside such a picture
_REPEATED = 100  # letters from which two pages of the same text are one page said twice


@dataclass(slots=True)
class _Notes:
    """What is to be said of pages by number, and what was seen of the whole file."""

    warnings: list[str] = field(default_factory=list)
    characters: int = 0
    seen: dict[str, int] = field(default_factory=dict)


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a PDF, tolerating what either library tolerates."""
    began = time.monotonic()
    document, repaired = open_pdf(path)
    notes = _Notes([repaired] if repaired else [])
    try:
        count = len(document)
        if not count:
            raise Unreadable(f"{path.name}: the PDF has no pages.")
        if count > limits.pages_at_most:
            raise Unreadable(
                f"{path.name}: {count} pages are more than the {limits.pages_at_most} that the settings allow."
            )
        progress(0, count)
        most = max(500_000, 5 * path.stat().st_size)  # letters; a file that unpacks to more is no manual
        leaves: list[Leaf] = []
        for index in range(count):
            late = time.monotonic() - began > limits.seconds
            if late or notes.characters > most:
                why = f"were not read within {limits.seconds:.0f} seconds; ingest the file again to go on"
                notes.warnings.append(f"pages {index + 1} to {count} {why if late else 'hold too much text'}")
                leaves += [Leaf(number, quality="unread") for number in range(index + 1, count + 1)]
                break
            leaves.append(_leaf(document, index, limits, notes))
            progress(index + 1, count)
        return assemble(title_of(document), outline_of(document), leaves, notes.warnings)
    finally:
        document.close()


def _leaf(document: Any, index: int, limits: Limits, notes: _Notes) -> Leaf:
    import pypdfium2

    number = index + 1
    if number in limits.skip:
        notes.warnings.append(f"page {number} {limits.skip[number]} and was left out")
        return Leaf(number, quality="garbled")
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        notes.warnings.append(f"page {number} is damaged and was left out")
        return Leaf(number, quality="empty")
    try:
        leaf = _read(page, number, limits, notes)
        leaf.label = label_of(document, index)
        return leaf
    except (pypdfium2.PdfiumError, MemoryError, ValueError, OSError):
        notes.warnings.append(f"page {number} could not be read")
        return Leaf(number, quality="empty")
    finally:
        page.close()


def _read(page: Any, number: int, limits: Limits, notes: _Notes) -> Leaf:
    rules, covered, anything = drawn(page)
    layer = text_layer(page, rules, presumed_uprights(rules))
    text = "".join(run.text for run in layer.runs)
    notes.characters += len(text)
    if layer.cut:
        notes.warnings.append(f"page {number} holds more text than a page can and was cut")
    if len(text) > _REPEATED and (before := notes.seen.setdefault(text, number)) != number:
        notes.warnings.append(f"page {number} repeats an earlier page")
        return Leaf(number, lines=lines_of(layer.runs), repeats=before)
    width, height = page.get_size()
    garbled = is_garbled(" ".join(run.text for run in layer.runs), layer.unmapped)
    scan = covered > _PICTURE and len(text) < _FEW
    if text.strip() and not garbled and not scan:
        return Leaf(number, list(layer.runs), lines_of(layer.runs), "text", rules, width, height)
    if not text.strip() and not anything:
        notes.warnings.append(f"page {number} is empty")
        return Leaf(number, quality="empty")
    lines = _recognised(page, limits) if limits.ocr else []
    said = sum(len(line.text) for line in lines)
    if garbled and said >= 4:
        return _scanned(number, lines, [], [], rules, width, height)
    if text.strip() and not garbled:
        return _beside(number, layer, lines, rules, width, height)
    if said:
        return _scanned(number, lines, [], [], rules, width, height)
    if garbled:
        notes.warnings.append(f"page {number} has a garbled text layer and OCR found nothing")
        return Leaf(number, quality="garbled")
    notes.warnings.append(f"page {number} gave no text and no OCR result")
    return Leaf(number, quality="empty")


def _beside(
    number: int, layer: TextLayer, lines: list[TextLine], rules: list[Any], width: float, height: float
) -> Leaf:
    """Put what OCR read in a page's picture beside the few words of its text layer."""
    boxes = [run.box for run in layer.runs]
    more = [
        line
        for line in lines
        if line.box
        and not any(
            min(line.box.right, box.right) - max(line.box.left, box.left) > 0
            and min(line.box.bottom, box.bottom) - max(line.box.top, box.top) > 0.3 * (box.bottom - box.top)
            for box in boxes
        )
    ]
    if sum(len(line.text) for line in more) < 4:
        return Leaf(number, list(layer.runs), lines_of(layer.runs), "text", rules, width, height)
    return _scanned(number, more, list(layer.runs), lines_of(layer.runs), rules, width, height)


def _scanned(
    number: int,
    lines: list[TextLine],
    runs: list[Run],
    known: list[TextLine],
    rules: list[Any],
    width: float,
    height: float,
) -> Leaf:
    read = [
        Run(line.text, line.box, (line.box.bottom - line.box.top) * height, width / height)
        for line in lines
        if line.box is not None
    ]
    order = sorted([*runs, *read], key=lambda run: (round(run.box.top, 2), run.box.left))
    quality: PageQuality = "ocr"
    return Leaf(number, order, [*known, *lines], quality, rules, width, height)


def _recognised(page: Any, limits: Limits) -> list[TextLine]:
    from ingest.readers.ocr import LONGEST, recognise

    scale = min(_OCR_SCALE, LONGEST / max(1.0, *page.get_size()))
    return recognise(page.render(scale=scale).to_pil(), limits.kept)
