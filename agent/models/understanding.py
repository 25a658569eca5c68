"""What is asked: the intents in a question, by the words of both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from corpus import Identifier, Language, detect_language, extract_identifiers

Intent = Literal["fault", "procedure", "stock", "low_stock", "status", "history", "lookup", "talk"]

_WORDS: tuple[tuple[Intent, str], ...] = (
    ("low_stock", r"below (?:the )?(?:minimum|reorder)|low stock|needs? reordering|低于最小|低于安全库存|库存不足|缺料|要补货"),
    ("stock", r"\bin stock\b|\bstock\b|\bspares?\b|\bbin\b|on hand|how many .*(?:left|have)|inventory|库存|备件|库位|有货|现货|还有几|有没有货|采购周期"),
    ("status", r"\bstatus\b|right now|currently|at the moment|active alarm|running|reading|"
               r"状态|现在怎么样|目前|当前|运行|正在报警|实时"),
    ("history", r"who (?:fixed|repaired|solved)|fixed (?:this|it|before)|before\?|last time|history|past (?:fix|repair|case)|previous"
                r"|谁修|谁处理|上次|以前|之前|历史|案例|经验|维修记录|修过"),
    ("procedure", r"how (?:do|to|can|should)|replace|change the|install|remove|adjust|steps|procedure|calibrat|"
                  r"怎么(?!回事)|如何|步骤|更换|拆|调整|安装|校准|流程"),
    ("fault", r"fault|alarm|error|trip|code|mean|报警|故障|代码|什么意思|跳闸|停机"),
)  # fmt: skip
_TALK = re.compile(
    r"^\s*(?:hi|hello|hey|thanks?|thank you|ok(?:ay)?|bye|good (?:morning|evening)|你好|您好|谢谢|多谢|再见|好的|早上好)[\s!！.。,，~]*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question's language, intents and identifiers; `code` is the fault code asked about."""

    language: Language
    intents: frozenset[Intent]
    identifiers: tuple[Identifier, ...]

    @property
    def code(self) -> str | None:
        return next((i.text for i in self.identifiers if i.kind == "code"), None)


def understand(question: str, *, names: frozenset[str] = frozenset()) -> Understanding:
    """Find language, intents and identifiers; `names` are normal forms of tags and models, which are no codes."""
    if _TALK.match(question):
        return Understanding(detect_language(question), frozenset({"talk"}), ())
    intents: set[Intent] = {intent for intent, words in _WORDS if re.search(words, question, re.IGNORECASE)}
    identifiers = tuple(i for i in extract_identifiers(question) if i.normal not in names)
    if any(i.kind == "code" for i in identifiers):
        intents.add("fault")
    if "low_stock" in intents:
        intents.discard("stock")
    return Understanding(detect_language(question), frozenset(intents or {"lookup"}), identifiers)
