"""What machines are doing on the page: each row with its own citation, and said once."""

from __future__ import annotations

from typing import Any

import pytest

from ui.rendering import answer_html
from ui.texts import Language

AT = "2025-06-12T08:00:00+08:00"


def _answer(label: str) -> dict[str, Any]:
    tags = ("BL-202", "PU-122")
    rows = [{"equipment": tag, "metric": "state", "value": "备用", "at": AT, "stale": True} for tag in tags]
    place = {"source": None, "document": None, "revision": None, "page": None, "section": None, "row": None}
    citations = [
        {**place, "n": n, "quote": f"{tag} | 备用 | 2025-06-12 08:00", "record": {"table": "states", "ids": [n]}}
        for n, tag in enumerate(tags, 1)
    ]
    text = "\n\n".join(f"- {tag} {label}: 备用 (2025-06-12 08:00, stale) [{n}]" for n, tag in enumerate(tags, 1))
    return {"state": "answered", "text": text, "citations": citations, "status": rows}


@pytest.mark.parametrize(("language", "label", "named"), [("zh", "状态", "运行状态"), ("en", "state", "State")])
def test_a_row_has_its_own_citation_alone(language: Language, label: str, named: str) -> None:
    page = answer_html(_answer(label), language)
    first, second = page.split("PU-122", 1)[0], page.split("PU-122", 1)[1].split("</tr>", 1)[0]
    assert named in first
    assert "states" not in page.replace("/states", "")
    assert f"{label}: 备用" not in page  # the table says it
    assert second.count("mh-cite") == 1
