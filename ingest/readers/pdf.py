"""PDF: text and boxes by pdfium (2 ms a page), outline, title and encryption by pypdf, OCR where there is no text."""

from __future__ import annotations

import ctypes
import logging
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import Box, Language, Page, PageQuality, TextLine, Unreadable, detect_language, normal_text
from ingest.readers.base import Block, Limits, PageProgress, ParsedFile
from ingest.readers.layout import Run, blocks_of, body_height, lines_of
from ingest.readers.mending import clean, is_garbled

_OCR_SCALE = 2.2  # about 160 dpi
_MARGIN = 0.09  # share of the page's height in which running headers and footers stand


@dataclass(slots=True)
class _Leaf:
    number: int
    runs: list[Run]
    lines: list[TextLine]
    quality: PageQuality


def read(path: Path, limits: Limits, progress: PageProgress) -> ParsedFile:
    """Read a PDF, tolerating what either library tolerates."""
    import pypdfium2

    title, outline = _structure(path)
    try:
        document = pypdfium2.PdfDocument(path)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(_reason(path, error)) from error
    try:
        if not count:
            raise Unreadable(f"{path.name}: the PDF has no pages.")
        if count > limits.pages_at_most:
            raise Unreadable(
                f"{path.name}: {count} pages are more than the {limits.pages_at_most} that the settings allow."
            )
        warnings: list[str] = []
        leaves = []
        for index in range(count):
            leaves.append(_leaf(document, index, limits, warnings))
            progress(index + 1, count)
    finally:
        document.close()
    return _assemble(title, outline, leaves, warnings)


def _reason(path: Path, error: Exception) -> str:
    head = path.open("rb").read(1024)
    if "password" in str(error).lower():
        return f"{path.name}: the PDF is encrypted; remove its password and send it again."
    if b"%PDF" not in head:
        return f"{path.name}: this is no PDF, whatever its name says."
    return f"{path.name}: the PDF is damaged and cannot be opened; export it again from its source."


def _structure(path: Path) -> tuple[str | None, dict[int, list[tuple[int, str]]]]:
    """Return the title and the outline as {page: [(level, title)]}; whatever is damaged is left out."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    from pypdf import PdfReader

    outline: dict[int, list[tuple[int, str]]] = {}
    title: str | None = None
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(f"{path.name}: the PDF is encrypted; remove its password and send it again.")
        title = clean(str(reader.metadata.title)).strip() if reader.metadata and reader.metadata.title else None
        numbers = {
            page.indirect_reference.idnum: number
            for number, page in enumerate(reader.pages, start=1)
            if page.indirect_reference is not None
        }
        _walk(reader.outline, 1, numbers, outline)
    except Unreadable:
        raise
    except Exception:  # pypdf meets damaged files with errors of every kind; pdfium may read them all the same
        pass
    return title, outline


def _walk(items: Any, level: int, numbers: dict[int, int], outline: dict[int, list[tuple[int, str]]]) -> None:
    if level > 12:
        return
    for item in items:
        if isinstance(item, list):
            _walk(item, level + 1, numbers, outline)
            continue
        reference = getattr(item.page, "idnum", None)
        if reference in numbers and item.title:
            outline.setdefault(numbers[reference], []).append((level, clean(str(item.title)).strip()))


def _leaf(document: Any, index: int, limits: Limits, warnings: list[str]) -> _Leaf:
    import pypdfium2

    number = index + 1
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        warnings.append(f"page {number} is damaged and was left out")
        return _Leaf(number, [], [], "empty")
    try:
        runs = _runs(page)
        text = "".join(run.text for run in runs)
        garbled = is_garbled(text)
        if text.strip() and not garbled:
            return _Leaf(number, runs, lines_of(runs), "text")
        if not garbled and not _has_drawing(page):
            warnings.append(f"page {number} is empty")
            return _Leaf(number, [], [], "empty")
        lines = _recognised(page) if limits.ocr else []
        if lines:
            return _Leaf(number, _ocr_runs(lines), lines, "ocr")
        if garbled:
            warnings.append(f"page {number} has a garbled text layer and OCR found nothing")
            return _Leaf(number, [], [], "garbled")
        warnings.append(f"page {number} gave no text and no OCR result")
        return _Leaf(number, [], [], "empty")
    except (pypdfium2.PdfiumError, MemoryError, ValueError, OSError):
        warnings.append(f"page {number} could not be read")
        return _Leaf(number, [], [], "empty")
    finally:
        page.close()


def _runs(page: Any) -> list[Run]:
    """Return the runs of text in content order, boxes as fractions of the page.

    A run ends at a line break, at a gap as wide as a letter is tall (the next cell or column), or at a jump.
    """
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    text = page.get_textpage()
    box = pdfium.FS_RECTF()
    try:
        runs: list[Run] = []
        letters: list[str] = []
        edge = (0.0, 0.0, 0.0, 0.0)  # left, bottom, right, top of the open run

        def end() -> None:
            content = clean("".join(letters)).strip()
            letters.clear()
            if content:
                corners = [_device(pdfium, page, x, y) for x, y in ((edge[0], edge[3]), (edge[2], edge[1]))]
                xs, ys = sorted(c[0] for c in corners), sorted(c[1] for c in corners)
                tall = (ys[1] - ys[0]) * height
                runs.append(Run(content, Box(xs[0], ys[0], xs[1], ys[1]), tall, width / height))

        for i in range(pdfium.FPDFText_CountChars(text.raw)):
            code = pdfium.FPDFText_GetUnicode(text.raw, i)
            letter = chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"
            if letter in "\r\n":
                end()
                continue
            if letter.isspace():
                if letters:
                    letters.append(" ")
                continue
            if not pdfium.FPDFText_GetLooseCharBox(text.raw, i, box):
                continue
            here = (box.left, box.bottom, box.right, box.top)
            if letters:
                tall = max(edge[3] - edge[1], 1.0)
                gap = here[0] - edge[2]
                if gap > tall or gap < -tall or min(here[3], edge[3]) - max(here[1], edge[1]) < 0.3 * tall:
                    end()
            edge = (
                (min(edge[0], here[0]), min(edge[1], here[1]), max(edge[2], here[2]), max(edge[3], here[3]))
                if letters
                else here
            )
            letters.append("-" if letter == "\x02" else letter)
        end()
        return runs
    finally:
        text.close()


def _device(pdfium: Any, page: Any, x: float, y: float) -> tuple[float, float]:
    """Map a point of the page to fractions of its picture; crop box and rotation are pdfium's business."""
    size = 10_000
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page.raw, 0, 0, size, size, 0, x, y, across, down)
    return across.value / size, down.value / size


def _has_drawing(page: Any) -> bool:
    return any(True for _ in page.get_objects(max_depth=2))


def _recognised(page: Any) -> list[TextLine]:
    from ingest.readers.ocr import recognise

    scale = min(_OCR_SCALE, 3000 / max(1.0, *page.get_size()))
    return recognise(page.render(scale=scale).to_pil())


def _ocr_runs(lines: list[TextLine]) -> list[Run]:
    return [
        Run(line.text, line.box, (line.box.bottom - line.box.top) * 800, 0.7) for line in lines if line.box is not None
    ]


def _assemble(
    title: str | None, outline: dict[int, list[tuple[int, str]]], leaves: list[_Leaf], warnings: list[str]
) -> ParsedFile:
    running = _running_lines(leaves)
    usual = body_height([run for leaf in leaves for run in leaf.runs])
    pages, blocks = [], []
    carry = None
    for leaf in leaves:
        kept = [run for run in leaf.runs if not _is_running(run.text, run.box, running)]
        found, carry = blocks_of(kept, leaf.number, outline.get(leaf.number, []), usual, carry)
        blocks.extend(found)
        text = (
            "\n".join(line.text for line in lines_of(kept))
            if leaf.quality != "ocr"
            else "\n".join(run.text for run in kept)
        )
        raw = "\n".join(line.text for line in leaf.lines)
        quality: PageQuality = leaf.quality
        if quality == "text" and sum(block.kind == "table" for block in found):
            quality = "table"
        pages.append(Page(leaf.number, raw, text, tuple(leaf.lines), quality))
    blocks = _merge_tables(blocks)
    language: Language = detect_language("\n".join(page.text for page in pages[:40]))
    return ParsedFile(title or None, language, tuple(pages), tuple(blocks), tuple(_folded(warnings)), len(pages))


def _merge_tables(blocks: list[Block]) -> list[Block]:
    """Join tables of the same header on following pages: one table that runs over them."""
    merged: list[Block] = []
    for block in blocks:
        last = merged[-1] if merged else None
        if (
            block.kind == "table"
            and last is not None
            and last.kind == "table"
            and last.page != block.page
            and (last.rows[0] == block.rows[0] or not any(block.rows[0]))
            and len(last.rows[0]) == len(block.rows[0])
        ):
            merged[-1] = Block(
                "table",
                page=last.page,
                rows=last.rows + block.rows[1:],
                row_pages=last.row_pages + block.row_pages[1:],
            )
        else:
            merged.append(block)
    return merged


def _running_lines(leaves: list[_Leaf]) -> set[str]:
    """Return the texts (digits as 0) that stand in the margins of many pages."""
    counts: Counter[str] = Counter()
    for leaf in leaves:
        counts.update({_digitless(run.text) for run in leaf.runs if _in_margin(run.box)})
    enough = max(3, 0.3 * len(leaves))
    return {text for text, count in counts.items() if count >= enough}


def _is_running(text: str, box: Box, running: set[str]) -> bool:
    return _in_margin(box) and _digitless(text) in running


def _in_margin(box: Box) -> bool:
    return box.bottom < _MARGIN or box.top > 1 - _MARGIN


def _digitless(text: str) -> str:
    return re.sub(r"\d+", "0", normal_text(text))


def _folded(warnings: list[str]) -> list[str]:
    """Say the same thing of many pages once, with their numbers."""
    grouped: dict[str, list[str]] = {}
    for warning in warnings:
        match = re.match(r"page (\d+) (.*)", warning)
        if match:
            grouped.setdefault(match.group(2), []).append(match.group(1))
    return [
        f"page {numbers[0]} {what}" if len(numbers) == 1 else f"pages {', '.join(numbers)}: {what}"
        for what, numbers in grouped.items()
    ]
