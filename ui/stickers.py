"""QR stickers for machines as PDF: scanning one opens the chat for that machine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from urllib.parse import quote

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from corpus import Equipment, NotFound

FONT = "STSong-Light"
"""A font that every PDF reader brings for Chinese, so that none is carried along."""
COLUMNS, ROWS = 2, 5
WIDTH, HEIGHT = 95 * mm, 52 * mm


def sticker_address(machine: Equipment, address: str) -> str:
    """Return what a machine's sticker says to a camera."""
    return f"{address}/?equipment={quote(machine.tag, safe='')}"


def stickers_pdf(machines: Sequence[Equipment], address: str) -> bytes:
    """Lay ten stickers out on a page of A4; raises NotFound without machines."""
    if not machines:
        raise NotFound("There is no machine to print a sticker for; bring in an equipment list first.")
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle("Millhand")
    for index, machine in enumerate(machines):
        on_page = index % (COLUMNS * ROWS)
        if index and on_page == 0:
            canvas.showPage()
        left = 10 * mm + (on_page % COLUMNS) * WIDTH
        bottom = A4[1] - 16 * mm - (on_page // COLUMNS + 1) * HEIGHT
        _sticker(canvas, machine, address, left, bottom)
    canvas.save()
    return out.getvalue()


def _sticker(canvas: Canvas, machine: Equipment, address: str, left: float, bottom: float) -> None:
    canvas.setLineWidth(0.3)
    canvas.roundRect(left + 1.5 * mm, bottom + 1.5 * mm, WIDTH - 3 * mm, HEIGHT - 3 * mm, 2 * mm)
    code = segno.make(sticker_address(machine, address), error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=2)]
    cell = 40 * mm / len(rows)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(left + 4 * mm + x * cell, bottom + 46 * mm - (y + 1) * cell, cell, cell, stroke=0, fill=1)
    at = left + 47 * mm
    canvas.setFont(FONT, 20)
    canvas.drawString(at, bottom + 36 * mm, machine.tag)
    canvas.setFont(FONT, 9)
    lines = [*_wrapped(machine.name, 44 * mm, 9)[:3], machine.model or "", machine.location or ""]
    for number, line in enumerate(line for line in lines if line):
        canvas.drawString(at, bottom + 29 * mm - number * 4.6 * mm, line)


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines = [""]
    for character in text:
        if pdfmetrics.stringWidth(lines[-1] + character, FONT, size) > width:
            lines.append("")
        lines[-1] += character
    return [line.strip() for line in lines]
