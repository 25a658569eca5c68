"""What the columns of a manual's tables are called, in Chinese and English, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from corpus import extract_identifiers, normal_text

Role = Literal["code", "fault", "part", "item", "count", "name"]

_NAMES: dict[Role, str] = {
    "code": "code codes alarm alarms alarmno alarmnumber alarmcode error errorcode errorno errornumber errors fault "
    "faultcode faultcodes faultno faultnumber err tripcode dtc display displaycode messageno messagenumber warningcode "
    "warningno eventcode statuscode diagnosticcode "
    "代码 代号 故障代码 报警代码 报警号 报警编号 故障号 故障编号 错误代码 "
    "错误码 故障码 报警码 告警代码 告警码 显示代码 显示 编码 错误号",
    "fault": "meaning description message alarmmessage faultdescription alarmtext errormessage text symptom symptoms "
    "problem trouble cause causes possiblecause possiblecauses probablecause probablecauses reason reasons remedy "
    "remedies solution solutions action actions correctiveaction correctiveactions countermeasure countermeasures "
    "measure measures whattodo whattocheck remedialaction recommendedaction troubleshooting 含义 说明 内容 报警内容 "
    "报警信息 报警名称 故障内容 故障名称 故障描述 现象 故障现象 故障 原因 可能原因 故障原因 原因分析 产生原因 处理 "
    "处理方法 处理措施 处置 措施 对策 排除方法 解决方法 解决办法 消除方法 排除措施 处理办法 检查内容",
    "part": "partnumber partno partnr pn part# partcode ordernumber orderno orderingno ordercode articleno "
    "articlenumber catalogno cataloguenumber materialno materialnumber stockno sparepartno sparepartnumber drawingno "
    "件号 零件号 备件号 备件编号 备件编码 物料编码 物料编号 物料号 订货号 图号 零件编号 零件图号 料号 配件号 配件编号",
    "item": "item itemno itemnumber pos position posno ref refno reference no nr index key keyno callout "
    "序号 位置号 位号 编号 项 项目 序 项次",
    "count": "qty quantity quantities pcs amount qtyunit quantityperunit 数量 件数 用量 数量件",
    "name": "name description designation partname denomination component part parts title nomenclature "
    "名称 零件名称 备件名称 品名 物料名称 名称及规格 部件 配件名称",
}
_ROLES: dict[str, list[Role]] = {}
for _role, _names in _NAMES.items():
    for _name in _names.split():
        _ROLES.setdefault(_name, []).append(_role)
_CODE = re.compile(r"[A-Z]{1,5}[\s\-–.]{0,2}\d{1,5}[A-Z]?|\d{3,6}|\d{1,3}[.\-]\d{1,4}", re.IGNORECASE)
_JOINED = re.compile(r"[/\n、&]|\s(?:and|or)\s|[及与和]")  # "Meaning and remedy"
_CONTINUED = re.compile(r"\(?\s*(?:continued|cont['’]?d?\.?|续表?)\s*\)?", re.IGNORECASE)


def roles(cell: str) -> list[Role]:
    """Return what a column of this name may hold; nothing when it is no known name."""
    names = [normal_text(re.sub(r"[\s.:：/()（）*_\-]", "", part)) for part in (cell, *_JOINED.split(cell))]
    return [role for name in names[:1] + [n for n in names[1:] if n] for role in _ROLES.get(name, [])]


def named(cells: Sequence[str]) -> int:
    """Count the cells that are names of columns."""
    return sum(bool(roles(cell)) for cell in cells if cell and len(cell) < 40)


def is_code(cell: str) -> bool:
    """Say whether a cell holds a fault code and nothing else, or several."""
    text = bare_code(cell)
    if not text or len(text) > 40:
        return False
    found = extract_identifiers(text)
    if len(found) == 1:
        return len(found[0].text) >= len(text) - 1 and found[0].kind == "code"
    pieces = [piece for piece in re.split(r"[\s,，、/;；…~～]+|\bto\b|至", text) if piece]
    return len(found) > 1 and all(_CODE.fullmatch(piece) for piece in pieces)


def could_be_code(cell: str) -> bool:
    """Say whether a cell under a heading such as "Code" is one: short, and with a digit."""
    text = bare_code(cell)
    return 0 < len(text) <= 24 and any(character.isdigit() for character in text) and len(text.split()) <= 3


def bare_code(cell: str) -> str:
    """Leave out that an entry is continued."""
    return _CONTINUED.sub("", cell).strip()


def says_continued(text: str) -> bool:
    """Say whether a line only says that a table goes on."""
    return len(text) < 80 and _CONTINUED.search(text) is not None


def header_height(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of the first rows are the header (0: none can be told from the data)."""
    known = [named(row) for row in rows[:3]]
    for count in (1, 2):
        if len(rows) <= count or known[count - 1] < 1:
            continue
        if any(is_code(cell) for row in rows[:count] for cell in row):
            break
        if count == 1 and _goes_on(rows[0], rows[1]):
            continue
        return count
    if len(rows) > 2 and _goes_on(rows[0], rows[1]) and not any(is_code(cell) for row in rows[:2] for cell in row):
        return 2
    return 1 if len(rows) > 1 and known[0] else 0


def _goes_on(first: Sequence[str], second: Sequence[str]) -> bool:
    """Say whether the second row divides merged headings of the first: none of its cells holds a figure."""
    merged = [
        i
        for i, cell in enumerate(first)
        if (i and cell and cell == first[i - 1]) or (i + 1 < len(first) and cell and cell == first[i + 1])
    ]
    if not merged:
        return False
    below = [second[i] for i in merged if i < len(second)]
    return len(set(below)) > 1 and all(cell and not any(c.isdigit() for c in cell) for cell in below)


def flat_header(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Bring header rows into one: "Limit" over "low" and "high" becomes "Limit low" and "Limit high"."""
    width = max((len(row) for row in rows), default=0)
    names = []
    for i in range(width):
        parts: list[str] = []
        for row in rows:
            if i < len(row) and row[i].strip() and row[i].strip() not in parts:
                parts.append(row[i].strip())
        names.append(" ".join(parts))
    return tuple(names)
