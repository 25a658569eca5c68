"""Opening a PDF: as it is, else as pypdf understands it, else rebuilt from the objects that are left in it."""

from __future__ import annotations

import io
import logging
import re
import zlib
from pathlib import Path
from typing import Any

from corpus import Unreadable

_OBJECT = re.compile(rb"(?<![0-9])(\d{1,10})\s+(\d{1,5})\s+obj\b")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_PARENT = re.compile(rb"/Parent\s+(\d+)\s+\d+\s+R")
_UNPACKED = 64 * 2**20  # what the object streams of a damaged file may unpack to
_REPAIRED = 200 * 2**20  # a larger damaged file is not rebuilt in memory


def open_pdf(path: Path) -> tuple[Any, str | None]:
    """Return a pdfium document and, when the file had to be repaired, a warning that says so.

    Raises:
        Unreadable: it is encrypted, no PDF, or too damaged to show a page.
    """
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(path), None
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable(f"{path.name}: the PDF is encrypted; remove its password and send it again.") from error
        if "security" in str(error).lower():
            raise Unreadable(f"{path.name}: the PDF is encrypted in a way that cannot be read.") from error
    if path.stat().st_size <= _REPAIRED:
        raw = path.read_bytes()
        if b" obj" not in raw and b"%PDF" not in raw[:1024]:
            raise Unreadable(f"{path.name}: this is no PDF, whatever its name says.")
        if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R", raw):
            raise Unreadable(f"{path.name}: the PDF is damaged and encrypted; export it again without a password.")
        for repair in (_rewritten, _rebuilt):
            data = repair(raw)
            if data is None:
                continue
            try:
                document = pypdfium2.PdfDocument(data)
                if len(document):
                    return document, "the file is damaged; what could be recovered of it was read"
            except pypdfium2.PdfiumError:
                continue
    raise Unreadable(f"{path.name}: the PDF is damaged and cannot be opened; export it again from its source.")


def _rewritten(raw: bytes) -> bytes | None:
    """Let pypdf read the file its way and write it anew."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    from pypdf import PdfReader, PdfWriter

    try:
        writer = PdfWriter()
        for page in PdfReader(io.BytesIO(raw)).pages:
            writer.add_page(page)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue() if writer.pages else None
    except Exception:  # pypdf meets damaged files with errors of every kind
        return None


def _rebuilt(raw: bytes) -> bytes | None:
    """Write a new page tree and cross-reference table over the objects that can still be found; None without pages."""
    bodies: dict[int, bytes] = {}
    marks = list(_OBJECT.finditer(raw))
    offsets: dict[int, int] = {}
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(raw)], strict=bool(marks)):
        body = raw[mark.end() : end]
        number = int(mark.group(1))
        if 0 < number < 2**23:
            bodies[number], offsets[number] = body, mark.start()
    out = bytearray(raw)
    left = _UNPACKED
    for body in list(bodies.values()):
        if b"/ObjStm" in body[:400]:
            unpacked = _objects_in(body, left)
            left -= sum(map(len, unpacked.values()))
            for number, content in unpacked.items():
                bodies[number] = content
                offsets[number] = len(out) + 1
                out += b"\n%d 0 obj\n" % number + content + b"\nendobj"
    pages = [number for number, body in bodies.items() if _PAGE.search(body.split(b"stream", 1)[0][:20_000])]
    if not pages:
        return None
    parents = {int(found.group(1)) for number in pages if (found := _PARENT.search(bodies[number]))}
    missing = {parent for parent in parents if parent not in bodies}
    root = max([*bodies, *missing]) + 1
    kids = b" ".join(b"%d 0 R" % number for number in sorted(pages))
    tree = b"<< /Type /Pages /MediaBox [0 0 595 842] /Count %d /Kids [ %s ] >>" % (len(pages), kids)
    for number, content in [
        (root, b"<< /Type /Catalog /Pages %d 0 R >>" % (root + 1)),
        *((number, tree) for number in (root + 1, *missing)),
    ]:
        offsets[number] = len(out) + 1
        out += b"\n%d 0 obj\n" % number + content + b"\nendobj"
    start = len(out) + 1
    out += b"\nxref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (root + 2, root, start)
    return bytes(out)


def _objects_in(body: bytes, at_most: int) -> dict[int, bytes]:
    """Unpack an object stream; a broken one gives what can be had of it."""
    head, _, data = body.partition(b"stream")
    count, first = (re.search(name + rb"\s+(\d+)", head) for name in (rb"/N", rb"/First"))
    if not count or not first:
        return {}
    data = data.lstrip(b"\r\n") if data[:2] == b"\r\n" else data[1:] if data[:1] == b"\n" else data
    if b"/FlateDecode" in head:
        try:
            data = zlib.decompressobj().decompress(data, max(1, at_most))
        except zlib.error:
            return {}
    start = int(first.group(1))
    numbers = [int(word) for word in data[:start].split() if word.isdigit()]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))[: int(count.group(1))]
    ends = [offset for _, offset in pairs[1:]] + [len(data) - start]
    return {
        number: data[start + offset : start + end] for (number, offset), end in zip(pairs, ends, strict=True) if number
    }
