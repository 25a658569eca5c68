"""The form of a text: whether it tells a figure, a cause, how to, what a name means; or is no sentence at all."""

from __future__ import annotations

import re

from agent.asking.measures import measures_asked
from agent.asking.understanding import Understanding
from agent.models.units import Unit
from agent.words import words
from corpus import Passage, content_words, extract_identifiers, index_tokens, is_function_word

# The digits of a part number or a thread are no figure.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9\-])\d|[一二两三四五六七八九十半每]个?(?:周|天|日|月|年|季度|小时|分钟|次)"
    r"|\b(?:once|twice|daily|weekly|monthly|yearly|annually)\b"
    r"|\b(?:one|two|three|four|five|six|eight|ten|twelve) (?:seconds|minutes|hours|days|weeks|months|years|times)\b",
    re.IGNORECASE,
)
_STEP = re.compile(r"^\s*(?:[(（]\d{1,2}[)）]|\d{1,2}[.)）、](?!\d))", re.MULTILINE)
_CAUSE = re.compile(
    r"\b(?:because|due to|caused?|result of|results? (?:from|in)|leads? to|reasons?|since|therefore)\b"
    r"|由于|因为|原因|导致|造成|引起|所致",
    re.IGNORECASE,
)
_DEFINES = re.compile(r"\b(?:is|are|means?|refers? to|defined|called|indicates?|meaning)\b|是|指|表示|称为|含义", re.I)
# "LOTRANS: the line voltage below which the UPS switches", but no reading ("LOTRANS : 97.0 volts").
_EXPLAINED = re.compile(
    r"[-*•·\s]*([A-Z][A-Z0-9_]+|[A-Za-z][\w.-]*[\d_][\w.-]*)\s*(?:[:：]|[-–—]\s|\bis\b|\bmeans\b|是|指|表示)\s*(?=[^\d\s].{15,})"
)
_FIRST_CELL = re.compile(r"[^|:：]{1,24}[:：]\s*([A-Z]+\d[\w.:-]*)\s*\|")  # "Key: F7 | Page group: Lubrication"
_AIM = re.compile(
    r"\s*(?:(?:in order )?to\s+([a-z][^,.]{5,80}),|(?:如果?|若|为了?)?(?:要|需要?|想)([^，。]{2,30})[，,])", re.I
)
_AIMED = 0.5  # share of the question's words that stand in the aim of an instruction
_PERMITS = re.compile(r"\b(?:may|permitted|allowed|permissible|suitable)\b|可以|允许|可用|不能|不宜|适用", re.I)
_PIECE = re.compile(r"\d+(?:[.,:]\d+)*(?![^\W\d_])|[\u3400-\u9fff]{1,2}|[^\W_]+")
_LATIN = re.compile(r"[A-Za-z]+")
_PAGED = re.compile(r",\s\d{1,4}(?=\s[A-Z]|$)")  # an entry of an index: "Tool Table, 872"
_OF_DOCUMENT = re.compile(
    r"\b(?:tags?|serial|document|revision|rev\.|issue|edition|applies to|valid for|subject|prepared by|manual|guide)\b"
    r"|(?:资产|设备|出厂|文件|机台)编?号|序列号|适用(?:范围|机型|型号|于)|版本|第[一二三四五六七八九十\d]+版|编制|审核|发布日期|说明书|手册|指南",
    re.IGNORECASE,
)
_ASKED_OF_DOCUMENT = re.compile(
    r"\b(?:serial|document|revision|issue|edition|prepared|manual|guide)\b"
    r"|(?:文件|出厂)编?号|序列号|适用范围|版本|第几版|谁编|审核|说明书|手册|指南",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"(?:table of )?contents|目\s*[录次]", re.IGNORECASE)
# "3.2 Starting up 14", "Starting up ........ 14"
_CHAPTER_PAGE = re.compile(
    r"\s*(?:(?:\d{1,2}(?:\.\d{1,2})*|第.{1,3}[章节])\s+\D|.*[.…·]{3}).*?(?<!\d)(?<!\d[.,])(?<!-)(\d{1,4})\s*$"
)
_LISTING, _MOSTLY = 4, 0.8  # lines of a list of chapters, and the share of them that end with a page
_NAMES_DOCUMENT = re.compile(r"\b(?:manual|instructions|handbook)\b|说明书|手册|指导书", re.IGNORECASE)
_HEAD = 80  # characters of a running head
_TITLE_BLOCK = 400  # characters
_SENTENCE = re.compile(r"\w[.。！？!?;；]\s*$", re.MULTILINE)
# "8 出口 8 出口", "上曲肘 下曲肘 滑脚": words apart, as no Chinese sentence has them.
_LABELS = re.compile(r"(?:(?:\d+\s+)?[\u3400-\u9fff]{1,6}\s+){2,}(?:\d+\s+)?[\u3400-\u9fff]{1,6}")
_PIECES = 10  # of a text that can be told from a sentence
_FIGURES, _ENTRIES, _JOINED = 2, 8, 10  # pieces for one figure, entry of an index or word that joins others


def suits(text: str, asked: Understanding, question: str) -> float:
    """Say in 0..1 how well the form of a text suits the kind of answer wanted."""
    score = 0.0
    if "figure" in asked.wants:
        units = [unit for _, unit in measures_asked(question)]
        if holds_figure(text):
            score += 0.4
            if any(unit.search(text) for unit in units):
                score += 0.6
    if "steps" in asked.wants and instructs(text, question):
        score += 0.7
    if "name" in asked.wants and any(i.kind == "part" for i in extract_identifiers(text)):
        score += 0.5
    if "cause" in asked.wants and _CAUSE.search(text):
        score += 0.5
    if "permission" in asked.wants and (words().bypass["rule"].search(text) or _PERMITS.search(text)):
        score += 0.7
    if "definition" in asked.wants:
        score += 0.25 if _DEFINES.search(text) else 0.0
        score += 0.75 if _explains(text, question) else 0.0
    return min(score, 1.0)


def holds_figure(text: str) -> bool:
    """Say whether a text holds a figure, be it in words; the number of a step is none."""
    return _NUMBER.search(_STEP.sub(" ", text)) is not None


def instructs(text: str, question: str) -> bool:
    """Say whether a sentence tells how to do what is asked: "To change the sensitivity, press …"."""
    aim = _AIM.match(text)
    wanted = set(content_words(question)) - words().light
    return aim is not None and len(wanted & set(index_tokens(aim[1] or aim[2]))) >= max(2, _AIMED * len(wanted))


def is_no_sentence(unit: Unit) -> bool:
    """Say whether a text is what is written into a drawing, rows of figures without their table, or an index."""
    if unit.passage.kind not in ("text", "procedure") or "|" in unit.text:
        return False
    if _LABELS.fullmatch(unit.text.strip()):
        return True
    pieces = _PIECE.findall(unit.text)
    figures = sum(piece[0].isdigit() for piece in pieces)
    entries = len(_PAGED.findall(unit.text))
    if len(pieces) >= _PIECES and max(_FIGURES * figures, _ENTRIES * entries) > len(pieces):
        return True
    said = _LATIN.findall(unit.text)
    if 2 * len(said) < len(pieces):
        return False
    return len(said) >= _PIECES and sum(map(is_function_word, said)) * _JOINED < len(said)


def is_running_head(passage: Passage) -> bool:
    """Say whether a passage is but a line that names its document, as it stands over every page."""
    text = passage.text.strip()
    return (
        passage.kind == "text"
        and len(text) <= _HEAD
        and "\n" not in text
        and not _SENTENCE.search(text)
        and _NAMES_DOCUMENT.search(text) is not None
    )


def is_title_block(passage: Passage) -> bool:
    """Say whether a passage is what a document says of itself on its first page: number, edition, whom it is for."""
    place, section = passage.place, passage.section
    on_cover = place.page == 1 or (place.page is None and len(section) == 1)
    if passage.kind != "text" or not on_cover or len(section) > 2:
        return False
    text, chapter = passage.text, bool(section) and section[-1][:1].isdigit()
    return not chapter and len(text) <= _TITLE_BLOCK and not _SENTENCE.search(text) and bool(_OF_DOCUMENT.search(text))


def is_contents(passage: Passage) -> bool:
    """Say whether a passage lists chapters with their pages."""
    if passage.kind not in ("text", "procedure"):
        return False
    if passage.section and _CONTENTS.fullmatch(passage.section[-1].strip()) and not _SENTENCE.search(passage.text):
        return True
    lines = [line for line in passage.text.splitlines() if line.strip()]
    entries = [entry for line in lines if (entry := _CHAPTER_PAGE.match(line))]
    pages = [int(entry[1]) for entry in entries]
    return len(lines) >= _LISTING and len(entries) >= _MOSTLY * len(lines) and pages == sorted(pages)


def asks_of_document(question: str) -> bool:
    """Say whether a question asks for what stands in a title block."""
    return _ASKED_OF_DOCUMENT.search(question) is not None


def _explains(text: str, question: str) -> bool:
    """Say whether a text begins with a name that the question holds, and goes on to say what it is."""
    entry = _EXPLAINED.match(text) or _FIRST_CELL.match(text)
    return entry is not None and re.search(rf"(?<!\w){re.escape(entry[1])}(?!\w)", question, re.ASCII) is not None
