"""What a machine is doing: whether a question asks for it, and which states it means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus import MachineState

# How a question says it and how a status table does, in both languages.
_KINDS = {
    "running": r"\b(?:run(?:s|ning)?|producing|in (?:operation|production))\b"
    r"|运行|运转|开着|在转|转着|在跑|生产中|开机",
    "stopped": r"\b(?:stop(?:s|ped)?|down|standing|off|shut ?down|tripped|offline|faulted)\b"
    r"|停(?:机|着|了|止|在|车|运)|关机|没开|没转|不转|趴窝|故障|离线",
    "standby": r"\b(?:stand-?by|idle|waiting|ready|spare)\b|备用|待机|待命|空闲|闲着",
    "repair": r"\b(?:in|under|being) (?:repair|maintenance)\b|\b(?:maintenance|repair(?:ed)?|serviced)\b"
    r"|检修|维修|维护|在修|修着",
}
_WORDS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _KINDS.items()}
_STATES = r"(?:running|stopped|down|standing|stand-?by|idle|offline|(?:in|under) (?:repair|maintenance))"
_ASKED = re.compile(
    rf"\b(?:is|are)\b.{{0,40}}\b{_STATES}"
    r"(?=\s*(?:[?.!,]|$|(?:right )?now\b|at the moment|currently|at present|or\b|still\b|today))"
    rf"|\b(?:which|what) (?!(?:is|was|does|has)\b)(?:equipment|\w+)\b.{{0,16}}\b{_STATES}"
    r"|\b(?:operating|running|machine|current) (?:state|status)\b|\bstate\b.{0,16}\b(?:now|currently)\b|\bstatus of\b"
    r"|(?:现在|这会儿|目前|眼下|当前).{0,10}"
    r"(?:开着|停着|在转|转着|在跑|开没开|停没停|运行|停机|备用|待机|在?检修|在修|啥状态|什么状态)"
    r"|(?:现在|这会儿|目前|眼下|当前|今天)(?:还)?(?:能|可以)(?:不能)?(?:用|开|转|跑)(?:吗|么|不|没)?\W*$"
    r"|(?:开着|停着|在转|转着|在?运行|停机|备用|在?检修)(?:的?还是|吗|没有?\s*[?？]?$|着?没)"
    r"|(?:哪[些几]?[台个]?|什么)(?:设备|机器|机台)?.{0,3}(?:停着|停机|停了|开着|在转|运行|备用|待机|检修|在修)"
    r"|(?:最近|最后|最新)(?:的|一次|一条)?的?(?:记录|状态)?.{0,3}(?:是|为)?(?:什么|啥)状态"
    r"|(?:运行|设备|当前)状态|^[\s的]*(?:the )?(?:status|state|状态)\s*[?？]?\s*$",
    re.IGNORECASE,
)
# What holds at such a time, or comes of it, is another question.
_AT_SUCH_A_TIME = re.compile(
    r"\b(?:when|while|if|before|after|until|unless|once|how long|how do|what do|should|why)\b"
    r"|时(?!间)|[之以]?[前后](?!台)|如果|要是|多久|怎么|如何|为什么|为啥",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"\b(?:which|what) (?!(?:is|was|does|has)\b)(?:equipment|\w+)\b|\b(?:any|every|all|each)(?:thing|one)?\b"
    r"|哪[些几]|有(?:没有)?(?:设备|机器|哪)|(?:什么|所有|全部|各)(?:台|个)?(?:设备|机器|机台)|哪台|几台",
    re.IGNORECASE,
)


def doing_asked(text: str) -> bool:
    """Say whether a text asks what a machine is doing now."""
    return _ASKED.search(text) is not None and not _AT_SUCH_A_TIME.search(text)


def of_every_machine(text: str) -> bool:
    """Say whether a text asks so of all machines: which are down?"""
    return doing_asked(text) and _EVERY.search(text) is not None


def states_meant(text: str, states: Sequence[MachineState]) -> list[MachineState]:
    """Return the states of the kinds that a text names (stopped, on standby); all where it names none, or two."""
    named = [pattern for pattern in _WORDS.values() if pattern.search(text)]
    if len(named) != 1:
        return list(states)
    return [one for one in states if one.state and named[0].search(one.state)]
