"""What a file is: its title, kind, the models it applies to, and which revision it calls itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from corpus import DocumentKind, normal_identifier
from ingest.readers import TABLES, ParsedFile

_KINDS: tuple[tuple[DocumentKind, str], ...] = (
    ("bulletin", r"bulletin|通报|通告|技术通知|更改通知|服务通知"),
    ("repair_guide", r"repair guide|troubleshooting|维修指南|检修|故障排查|排查"),
    ("manual", r"manual|handbook|instructions|手册|说明书|documentation|指导书|guide"),
)
_REVISION = re.compile(
    r"(?:\brev(?:ision)?\.?|版本|修订版?)\s*[:：]?\s*([A-Z]\b|\d+(?:\.\d+)*\b|[Vv]\d+(?:\.\d+)*)", re.IGNORECASE
)
_CHAPTER = re.compile(
    r"\d{1,2}(?:\.\d{1,2})*[.、]?\s+\D|[一二三四五六七八九十]+[、.．]|第[一二三四五六七八九十\d]+[章节篇]|chapter \d"
    r"|(?:(?:table of )?contents|foreword|preface|introduction|目\s*录|前\s*言|引\s*言)\s*$",
    re.IGNORECASE,
)


def title_of(parsed: ParsedFile, source: str) -> str:
    """Return the title that the file gives itself, else its first heading that is no chapter's, else its name."""
    name = Path(source).stem.replace("_", " ").strip()
    if Path(source).suffix.lower() in TABLES:
        return name[:200]  # their first heading is a sheet's name, such as Sheet1
    title = (parsed.title or "").strip()
    if (
        len(title) < 3
        or title.lower() in {"untitled", "microsoft word", "word document"}
        or title.lower().endswith((".doc", ".docx"))
    ):
        headings = (block.text for block in parsed.blocks if block.kind == "heading" and block.level == 1)
        title = next((heading for heading in headings if not _CHAPTER.match(heading)), "")
    return (title or name)[:200]


def kind_of(title: str, source: str) -> DocumentKind:
    """Guess the kind by the words of title and file name."""
    words = f"{title} {source}".lower()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words)), "other")


def models_of(parsed: ParsedFile, title: str, source: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the known equipment models that title, file name or the cover name; none means plant-wide."""
    front = re.search(r"^models?:\s*(.+)$", parsed.pages[0].raw[:500], re.MULTILINE) if parsed.pages else None
    places = [title, source, front.group(1) if front else ""]
    for place in places:
        named = tuple(model for model in known if _stands(model, place))
        if named:
            return named
    return ()


def revision_of(parsed: ParsedFile, title: str, source: str) -> str | None:
    """Return the revision that title, file name or the first pages name."""
    head = "\n".join(page.text[:1500] for page in parsed.pages[:2])
    for place in (title, source, head):
        if found := _REVISION.search(place):
            return found.group(1)[:40]
    return None


def _stands(model: str, text: str) -> bool:
    pattern = r"[\s\-–_]?".join(map(re.escape, re.findall(r"\d+|[^\W\d_]+", model)))
    return (
        bool(normal_identifier(model))
        and re.search(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", text, re.I) is not None
    )
