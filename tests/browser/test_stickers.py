"""QR stickers: what a phone's camera reads off the printed sheet opens the page for that machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.driving import open_tab

pytestmark = pytest.mark.browser


def codes(pdf: bytes) -> set[str]:
    """Read all QR codes off the first page."""
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed, so the codes cannot be read")
    import numpy as np
    import pypdfium2

    sheet = pypdfium2.PdfDocument(pdf)
    picture = np.array(sheet[0].render(scale=3).to_pil().convert("L"))
    sheet.close()
    # the plain detector loses a code of this size now and then, depending on what the code says
    read, _, _ = cv2.QRCodeDetectorAruco().detectAndDecodeMulti(picture)[1:]
    return {one for one in read if one}


def test_a_scanned_sticker_opens_its_machine(visit: Any, address: str) -> None:
    page = visit(address, person="lead")
    open_tab(page, "Library")
    link = page.get_by_role("link", name="Print QR stickers for all machines (PDF)")
    link.wait_for()
    reply = page.request.get(address + link.get_attribute("href"))
    assert reply.headers["content-type"] == "application/pdf"
    read = codes(reply.body())
    assert read == {f"{address}/?equipment=WN-01", f"{address}/?equipment=CR-02"}
    scanned = next(one for one in read if one.endswith("CR-02"))
    phone = visit(address, scanned.removeprefix(address), size="phone", person="li")
    assert phone.locator("#mh-equipment input").input_value().startswith("CR-02")
    assert phone.locator(".mh-suggested", has_text="CR-02").count() > 0
