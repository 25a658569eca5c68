"""Whether a text asks of what happened, rather than of what is allowed or how long something takes."""

from __future__ import annotations

import re

# Where Chinese and Latin letters touch, as in "电液锤的MTBF": for a regular expression one word.
_TOUCHING = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])")
_RECORDED = (
    r"\b(?:was|were|did|has|had|been|recorded|measured|logged|history|so far|since|ever|last|past|average|mttr|mtbf"
    r"|most|mean time|repeat\w*|downtime|times|often|readings?|number of|count)\b"
    r"|读数|记录|实测|过|以来|平均|累计|总共|一共|历史|几次|多少次|最(?:常|多(?!能|可|允许|不))|频|工单|案例|停机(?![后前时])|停机时间|重复|怎么(?:修|解决|处理|弄|搞)(?:好|掉)?的"
)
LOGGED = (
    r"\b(?:repairs?|fix(?:es|ed)|work orders?|cases?|failures?|breakdowns?|downtime|down|mtt[rf]|mtbf)\b"
    r"|工单|维修|修[过了]|故障|案例|停机(?![后前时])|停机时间"
)
LAST_TIME = (
    r"\bwhen\b.{0,40}\blast\b|\blast\b.{0,30}\bwhen\b"
    r"|(?:上次|上一次|最近一次|最后一次).{0,16}(?:什么时候|何时|哪天|日期)"
    r"|(?:什么时候|何时|哪天).{0,10}(?:上次|最近一次|最后一次)"
)


_WORK = (
    r"chang|replac|clean|greas|lubricat|oil|check|inspect|test|calibrat|servic|drain|tighten|renew|top|fill|wash|adjust"
    r"|measur|sampl|analy"
)
_PLANNED = (
    r"\bhow (?:often|frequently)\s+(?:is|are|must|should|do|does|shall|needs?|to|has to|have to)\b"
    rf".{{0,80}}\b(?:{_WORK})"
    rf"|\bhow (?:often|frequently)\s+(?:{_WORK})\w*"
    r"|\b(?:filters?|oil|grease|elements?|strainers?|belts?|seals?|coolant|batter(?:y|ies))\b[^?]{0,40}, ?how often\b"
    r"(?!.*\b(?:was|were|did|has|had|have)\b)"
    r"|\bafter how (?:many|long)\b"
    r"|\bhow (?:long|many \w+)\b.{0,40}\b(?:before|until) (?:we|i|you|it) (?:have|has|need|must|can|should)\b"
    r"|(?:第一次|首次|头一[次回]|初次).{0,8}(?:换|加|清|检|保养|更换|润滑)"
    r"|(?:换|更换|加|清洗|检查|保养|润滑).{0,8}(?:多少|几)个?(?:小时|天|周|月|年)"
)


_SUPPOSED = (
    r"会不会|会(?:停|跳|报|坏|断)|(?:最多|最长|最久|至多|顶多)(?:能|可|不)"
    r"|\bat (?:the )?most\b|\bwould it\b|\bwill it\b|\bdoes it (?:stop|trip|shut)\b"
)


def planned(text: str) -> bool:
    """Say whether a text asks when work is due: "how often must the oil be changed?"."""
    return speaks(_PLANNED, text) and not speaks(r"花|用了|耗时|停机|上次|[换加洗查修做][了过]", text)


def supposed(text: str) -> bool:
    """Say whether a text asks what would happen: "will it stop, and after how long?"."""
    return speaks(_SUPPOSED, text)


def of_the_past(text: str) -> bool:
    """Say whether a text asks of what happened, not of what is allowed or how long something takes."""
    counted = speaks(r"\bhow (?:many|often)\b|\bnumber of\b|\bcount\b|几|多少", text) and speaks(LOGGED, text)
    return counted or speaks(_RECORDED, text) or speaks(LAST_TIME, text)


def speaks(pattern: str, text: str) -> bool:
    """Say whether a pattern stands in a text; a border of a word is one where Chinese and Latin letters touch too."""
    return re.search(pattern, _TOUCHING.sub(" ", text), re.IGNORECASE) is not None
