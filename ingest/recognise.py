"""What a file is: its title, kind, the models it applies to, and which revision it calls itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from corpus import (
    DocumentKind,
    Equipment,
    base_names,
    extract_identifiers,
    labelled,
    normal_identifier,
    series_of,
    short_tags,
)
from ingest.readers import TABLES, ParsedFile

_KINDS: tuple[tuple[DocumentKind, str], ...] = (
    ("bulletin", r"bulletin|通报|通告|技术通知|更改通知|服务通知"),
    ("repair_guide", r"repair guide|troubleshooting|维修指南|修理指南|检修|故障排查|排查"),
    (
        "manual",
        r"manual|handbook|instructions|手册|说明书|documentation|指导书|guide"
        r"|operation(?: and| &)?[ _]maintenance|(?:使用|操作)(?:与|和|及)?维[护修]",
    ),
)
# "CORVETTI Service Bulletin 17", not "with Service Bulletin 17".
_BULLETIN = re.compile(
    r"(?m)^\W*(?:(?!(?:with|incl\w*|contains|see|and|per|to|covers)\b)(?-i:[A-Z])[\w&.-]*\s+){0,2}"
    r"(?:service|technical|product|safety|maintenance)\s+bulletin\b"
    r"|^\W*bulletin\b"
    r"|^\W*[\u4e00-\u9fff]{0,8}(?:通报|通告|技术通知|更改通知|服务通知)",
    re.IGNORECASE,
)
_REVISION = re.compile(
    r"(?:\brev(?:ision)?\.?|版本|修订版?)\s*[:：]?\s*([A-Z]\b|\d+(?:\.\d+)*\b|[Vv]\d+(?:\.\d+)*)", re.IGNORECASE
)
_CHAPTER = re.compile(
    r"\d{1,2}(?:\.\d{1,2})*[.、]?\s+\D|[A-Z]\.\s+[^\W\d_]{2}|[一二三四五六七八九十]+[、.．]"
    r"|第[一二三四五六七八九十\d]+[章节篇]|chapter \d"
    r"|(?:(?:table of )?contents|foreword|preface|introduction|目\s*录|前\s*言|引\s*言)\s*$",
    re.IGNORECASE,
)

_NO_TITLES = frozenset("untitled unspecified anonymous (anonymous) unknown document".split()) | {
    "microsoft word",
    "word document",
    "powerpoint presentation",
}
# A program that printed it left the name of its own file there.
_FILE_NAME = re.compile(r"\.(?:docx?|html?|txt|rtf|od[tp]|pptx?|xlsx?|indd|qxd|tex|md|pdf)$", re.IGNORECASE)
_PARTED = re.compile(r"(?<=[A-Za-z])[-‐–]\s*\n\s*(?=\d)")  # a model that goes on in the next line
_LINES, _LINE = 3, 60  # of a cover, and characters of each, which say what the document is for
_FEW = 3  # names behind a label on the cover; what is for more is for the plant


def title_of(parsed: ParsedFile, source: str) -> str:
    """Return the title that the file gives itself, else its first heading that is no chapter's, else its name."""
    name = Path(source).stem.replace("_", " ").strip()
    if Path(source).suffix.lower() in TABLES:
        return name[:200]  # their first heading is a sheet's name, such as Sheet1
    title = (parsed.title or "").strip()
    if len(title) < 3 or title.lower() in _NO_TITLES or _FILE_NAME.search(title):
        headings = (block.text for block in parsed.blocks if block.kind == "heading" and block.level == 1)
        title = next((heading for heading in headings if not _CHAPTER.match(heading)), "")
    return (title or name)[:200]


def kind_of(title: str, source: str, cover: str = "") -> DocumentKind:
    """Guess the kind by the words of title and file name; a bulletin says so at the head of its cover too.

    Not where it is only mentioned: "with service bulletin 12" stands on a manual.
    """
    words = f"{title} {source}".lower()
    if _BULLETIN.search(_head(cover)):
        return "bulletin"
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words)), "other")


def models_of(cover: str, title: str, source: str, machines: Sequence[Equipment]) -> tuple[str, ...]:
    """Return the models of the plant's machines that title, file name or the cover name; none means plant-wide.

    `cover` is the raw text of its first page. The first of these that names any decides, and a whole model before its
    series: "QTF-800H" is for "QTF-800H/2" too. A machine's tag stands for its model.
    Where none is named, what a machine is called in title or file name tells: an oven that the title speaks of may be
    another one than the model on the cover.
    """
    known = sorted({machine.model for machine in machines if machine.model})
    short = short_tags(machines)
    tags = [(tag, one.model) for one in machines if one.model for tag in (one.tag, short.get(one.tag, one.tag))]
    names = _names(machines)
    cover = _PARTED.sub("-", cover)
    labels = [text for text in labelled(cover) if len(extract_identifiers(text)) <= _FEW]
    head = "" if Path(source).suffix.lower() in TABLES else _head(cover)  # rows of a table are no cover
    titles = (title, source.replace("_", " "))
    for place in (*titles, "\n".join(labels), head):
        for named in (
            [model for model in known if _stands(model, place)],
            [model for model in known if any(_stands(series, place) for series in series_of(model))],
            [model for tag, model in tags if _stands(tag, place)],
        ):
            if named:
                return tuple(sorted(set(named), key=known.index))
    for place in titles:
        if called := {model for name, models in names.items() if _is_said(name, place) for model in models}:
            return tuple(sorted(called, key=known.index))
    return ()


def _names(machines: Sequence[Equipment]) -> dict[str, set[str]]:
    """Return the models by what their machines are called; by the end of a name, "提升机", where it is of one model."""
    whole: dict[str, set[str]] = {}
    ends: dict[str, set[str]] = {}
    for machine in machines:
        for name in base_names(machine) if machine.model else ():
            whole.setdefault(name, set()).add(machine.model or "")
            words = name.split()
            shorter = [" ".join(words[-2:])] if name.isascii() else [name[at:] for at in range(1, len(name) - 2)]
            for end in shorter:
                ends.setdefault(end, set()).add(machine.model or "")
    return {end: models for end, models in ends.items() if len(models) == 1} | whole


def _is_said(name: str, title: str) -> bool:
    edge = r"(?<![A-Za-z])%s(?![A-Za-z])" if name.isascii() else "%s"
    return re.search(edge % re.escape(name), title, re.IGNORECASE) is not None


def _head(cover: str) -> str:
    """Return the first lines of the cover that are no sentences."""
    lines = [line.strip() for line in cover.splitlines() if line.strip()][:_LINES]
    short = [line for line in lines if len(line) <= _LINE and not line.endswith((".", "。", "；", ";"))]
    return "\n".join(line for line in short if len(extract_identifiers(line)) <= _FEW)


def revision_of(parsed: ParsedFile, title: str, source: str) -> str | None:
    """Return the revision that title, file name or the first pages name."""
    head = "\n".join(page.text[:1500] for page in parsed.pages[:2])
    for place in (title, source, head):
        if found := _REVISION.search(place):
            return found.group(1)[:40]
    return None


def _stands(model: str, text: str) -> bool:
    pattern = r"[\s\-–_.]?".join(map(re.escape, re.findall(r"\d+|[^\W\d_]+", model)))
    return (
        bool(normal_identifier(model))
        and re.search(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", text, re.I) is not None
    )
