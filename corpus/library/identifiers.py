"""Fault codes, part numbers, model names and tags: found in text and brought to one form for exact look-up."""

from __future__ import annotations

import re
import unicodedata

from corpus.domain import Identifier, IdentifierKind

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣"), "-")

# A run of letters and digits, joined by dashes, dots, slashes or underscores, that holds at least one digit.
_JOINED = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?=[A-Za-z0-9\-_.]*\d)"
    r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*"
    r"(?![A-Za-z0-9])"
)
# "E 407", "ALM 203", "E- 407": a code that is written with a space. Common words before a number are no code.
_SPACED = re.compile(
    r"(?<![A-Za-z0-9])([A-Z]{1,4})(?:[ \u00a0]|- | -)(\d{2,4})(?![A-Za-z0-9%]|[.,]\d|\s*(?:mm|bar|V|A|kW|Hz|h)\b)"
)
# "Er 3", "AL 12": what small controllers show.
_SHOWN = re.compile(r"(?<![A-Za-z0-9])(?:E[Rr]{1,2}|ALM?)[ \u00a0](\d{1,3})(?![A-Za-z0-9%]|[.,]\d)")
# Figures alone are a code where they are called one: "error code 31", "报警号 401"; "alarm 3 times" is none.
_NO_CODE = (
    r"(?![\w%‰°]|[.,:/-]\d|\s*(?:(?:[mcµu]m|[mu]s|[mk]g|ml|[mk]?v|ma|kw|[km]?hz|[km]?pa|m?bar|rpm|psi|kn|nm|min|times?|"
    r"of|degrees?|percent|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
    r"|[次个条起天年月日时分秒度台页步项种类倍伏安毫米升转帕巴℃]|小时|千克|公斤))"
)
_CALLED_CODE = re.compile(
    r"(?:\b(?:alarm|fault|error|trip|warn(?:ing)?|event|message|diagnostic)s?\s+(?:no\.?|number|id|#)"
    r"|\b(?<!zip )(?<!post )(?<!dialling )(?<!area )(?<![\w-])code"
    r"|(?:报警|故障|错误|告警|警告|警报|报错|事件|诊断|返回|信息)\s?(?:编号|号|码)|代[码号])"
    r"\s*(?:is|was|[:：=#]|为|是)?\s*(?P<called>-?\d{1,6})"
    + _NO_CODE
    + r"|(?:返回值?|\breturn(?:s|ed)?(?: value)?)\s?(?P<returned>-\d{1,6})"
    + _NO_CODE
    + r"|(?:\b(?:alarm|fault|error)\s+|(?:报警|告警|报错|故障|错误|报出?)\s*)(?P<named>\d{2,6})"
    + _NO_CODE,
    re.IGNORECASE,
)
NOT_A_PREFIX = frozenset(
    "THE AND FOR PAGE STEP FIG NO REV DN PN ISO IEC DIN EN GB UL CE TO OF AT BY IN ON OR IS A IP VG SAE API CLP HLP "
    "HM M G R L N V W X Y Z MM CM KG RPM PSI BAR MPA KW HZ DC AC RH LH MAX MIN FAA CFR PART CH SEC".split()
)
_UNIT = re.compile(
    r"^\d+(?:[.\-/]\d+)*(?:mm|cm|m|km|um|nm|kg|g|mg|t|s|ms|us|min|h|hr|d|v|kv|mv|a|ma|w|kw|mw|hz|khz|mhz|ghz|bar|mbar|mpa|kpa|"
    r"pa|psi|rpm|r|l|ml|db|dba|k|c|f|n|kn|nm|j|kj|va|kva|ah|mah|x|st|nd|rd|th|bit|bits|kb|mb|gb|tb|kbps|mbps|ppm|ohm|kohm|"
    r"in|ft|lb|lbs|oz|hp|gal|pcs|px|pt|deg|days?|weeks?|years?|hours?|times?)$",
    re.IGNORECASE,
)
_FORMULAS = frozenset(
    "O2 N2 H2 CO2 H2S SO2 SO3 NO2 N2O NH3 CH4 C2H2 C3H8 H2O H2O2 SF6 HNO3 H2SO4 H3PO4 CACO3 AL2O3 SIO2 FE2O3".split()
)
_CODE = re.compile(r"^[A-Z]{1,5}-?\d{1,4}[A-Z]?$")


def normal_identifier(text: str) -> str:
    """Return the form in which identifiers are compared: NFKC, capitals, without spaces, dashes, dots and slashes."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in folded if character.isalnum())


def normal_code(text: str) -> str:
    """Return the normal form of a code of figures alone, whose sign counts: -9 is not 9."""
    return f"-{normal_identifier(text)}" if text.startswith("-") else normal_identifier(text)


def plain_form(text: str) -> str:
    """Return the text in half-width forms with one kind of dash: what identifiers are looked for in."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES)


def extract_identifiers(text: str) -> list[Identifier]:
    """Find what looks like a fault code or part number, each normal form once, in the order they stand.

    Plain numbers, measurements and dates are left out, but for a number that is called a code. A name with its own
    dashes (HX-8100-0231) is one identifier.
    """
    plain = plain_form(text)
    found: dict[str, tuple[int, Identifier]] = {}
    for match in _JOINED.finditer(plain):
        written = match.group().strip("-_.")
        if _looks_like_one(written):
            normal = normal_identifier(written)
            found.setdefault(normal, (match.start(), Identifier(identifier_kind(written), normal, written)))
    for match in _SPACED.finditer(plain):
        if match.group(1) not in NOT_A_PREFIX:
            normal = normal_identifier(match.group())
            found.setdefault(normal, (match.start(), Identifier("code", normal, match.group())))
    for match in _SHOWN.finditer(plain):
        normal = normal_identifier(match.group())
        found.setdefault(normal, (match.start(), Identifier("code", normal, match.group())))
    for match in _CALLED_CODE.finditer(plain):
        name = next(name for name, held in match.groupdict().items() if held)
        normal = normal_code(match[name])
        found.setdefault(normal, (match.start(name), Identifier("code", normal, match[name])))
    return [identifier for _, identifier in sorted(found.values(), key=lambda item: item[0])]


def _looks_like_one(written: str) -> bool:
    letters = sum(character.isalpha() for character in written)
    digits = sum(character.isdigit() for character in written)
    if len(written) > 32 or not digits or _UNIT.match(written) or written.upper() in _FORMULAS:
        return False
    if letters:
        # "2nd", "x2", "1a" are too short to be looked up; a lower-case word with one digit is prose or a path.
        return len(written) >= 3 and not (written.islower() and digits < 2)
    # Digits alone: only a number in groups of some length ("6204-2RS" has letters), never a date, range or decimal.
    return bool(re.fullmatch(r"\d{3,}-\d{3,}(?:-\d+)*", written)) and not re.match(r"^(19|20)\d\d-", written)


def identifier_kind(written: str) -> IdentifierKind:
    """Say whether what was written is short as a fault code or long as a part number."""
    return "code" if _CODE.match(written.upper()) else "part"
