"""Machines by the titles of their manuals: the "log furnace" there is the 长棒加热炉 of the equipment list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from agent.asking.machines import HAN, names_machine, plain
from corpus import Equipment, extract_identifiers, is_function_word

_APART = re.compile(r"[:：—–|,，、/()（）\[\]【】《》]|\s-\s|\.\s")
# What a manual calls itself, and not the machine.
_MANUAL = re.compile(
    r"\b(?:(?:operat(?:ing|ion|or.?s)|maintenance|service|workshop|repair|user.?s?|instructions?|instruction|installation"
    r"|quick|reference|safety|technical|short|owner.?s)\b(?:\s+and\b)?|manuals?|guides?|handbooks?|booklets?|instructions"
    r"|cards?|notes?|bulletins?|sop|edition|rev(?:ision)?\b\.?\s*\w*|version|en|cn|zh|eng|chn)(?![\w-])"
    r"|使用与?维护|操作与?维护|安装|使用|操作|维护|维修|检修|保养|运行|点检|简明|安全|作业|快速|技术|说明书?|手册|指南|指导书?|规程|标准"
    r"|要点|卡片?|系列|扫描件|型(?!机|线)",
    re.IGNORECASE,
)
_WORDS = 5
_ENDS = "机炉床缸台线站车泵塔罐柜锅釜窑器组箱槽仪秤梯磨锯心"
_HAN = re.compile(r"[\u3400-\u9fff]+")


def titled(machines: Sequence[Equipment], titles: Mapping[str, tuple[str, ...]]) -> list[Equipment]:
    """Return machines with what the titles of their manuals call them as further nicknames.

    `titles` are those of the documents that are for one model alone.
    """
    found = []
    for machine in machines:
        model = machine.model or ""
        called = names_in(model, titles[model]) if model in titles else ()
        nicknames = "、".join(filter(None, [machine.nickname, *called]))
        found.append(replace(machine, nickname=nicknames) if called else machine)
    return found


@lru_cache(maxsize=1024)
def names_in(model: str, titles: tuple[str, ...]) -> tuple[str, ...]:
    """Return what titles call a machine: without its model, other identifiers and what a manual calls itself."""
    return tuple(dict.fromkeys(name for title in titles for name in _names(model, title)))


def _names(model: str, title: str) -> Iterator[str]:
    text = plain(title).replace("_", " ").replace(model, " : ")
    for identifier in extract_identifiers(text):
        text = text.replace(identifier.text, " : ")
    for piece in _APART.split(_MANUAL.sub(" : ", text)):
        for run in _HAN.findall(piece):
            if len(run) >= HAN and run[-1] in _ENDS:
                yield run
        words = re.findall(r"[A-Za-z][A-Za-z-]+", piece)
        plainly = 0 < len(words) <= _WORDS and not _HAN.search(piece) and not any(map(is_function_word, words))
        if plainly and (len(words) > 1 or names_machine(words[0])):
            yield " ".join(words)
