"""Which machines a text means: by tag, by name, by kind and number ("press 2", "2号机"), or by what sets them apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.words import words
from corpus import Equipment, index_tokens, name_pattern, nicknames, series_of, short_tags, tells

_CHINESE_DIGITS = {digit: str(value) for value, digit in enumerate("一二三四五六七八九十", start=1)}
_NUMBERED = re.compile(
    r"(?:(\d{1,3}|[一二三四五六七八九十])\s*[号#]\s*)?(.*?)(?:[\s#-]*(\d{1,2}|[A-Z])[号#]?|([一二三四五六七八九十])号)?"
)
HAN = 3  # Chinese characters of a name that is no chance
_GENERAL = frozenset(
    "机组 设备 系统 装置 机器 单元 机台 生产线 工作站 流水线 "
    "set unit system plant station package group machine line".split()
)
_MACHINE = re.compile(r"lathe|mill|saw|crane|oven|furnace|kiln|autoclave|robot", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|for|on|at)\s+", re.IGNORECASE)  # "chiller of the press" is a chiller
_SIZE = re.compile(r"\s+\d[\d.,]*\s?(?:[A-Za-z]{1,3}[23²³]?)$")  # "air receiver 2000 l"
# "the dryer", "the conveyor" are machines; what is part of any machine is not
_DOER = re.compile(
    r"(?!(?:mot|monit|sens|invert|controll|regulat|actuat|damp|cylind|bump|filt|heat|cool|roll|count|tim|convert|transform)\w*$)"
    r"[a-z]{3,}(?:er|or)",
    re.IGNORECASE,
)
_QUANTITIES = "温压位速量度力频"  # 水温 is no 水式模温机
_SITES = "机站线台"  # one for another: "灌注机" for "氦检灌注站"
_LATIN = re.compile(r"([A-Za-z][A-Za-z-]{3,})(?=[\u4e00-\u9fff])")
_LETTERS = re.compile(r"([A-Za-z]{3,6})[-_ ]?\d+[A-Za-z]?$")
_ORDINALS = "first 1st second 2nd third 3rd fourth 4th fifth 5th".split()
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\s+$", re.IGNORECASE)
_SERIAL = 6  # characters of a serial number that is no chance
_JOINED = re.compile(r"^\s*(?:和|跟|与|同|、|or\b|and\b|vs\b|versus\b)|(?:\b(?:or|and|vs|versus)\b)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9)]\s*(?:和|跟|与|同|或者?|还是)\s*[\u4e00-\u9fffA-Za-z0-9]")
_ASIDE = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]")
_LEFT = re.compile(r"^[\s,，、:：-]+|[\s,，、:：-]+$")


@dataclass(frozen=True, slots=True)
class Meant:
    """The machines that a text may mean: none, one that is certain, or several to ask between.

    `rest` is the text without the words that name them; `unknown` a tag of the plant's form that no machine has;
    `kinds` whether a kind of machine was named, by which a machine elsewhere is set aside; `loosely` whether nothing
    else was: "the press" may be a machine, or a tool; `barely` whether it was named in a way that may be chance.
    """

    machines: tuple[Equipment, ...] = ()
    rest: str = ""
    unknown: str | None = None
    kinds: bool = False
    loosely: bool = False
    barely: bool = False

    @property
    def one(self) -> Equipment | None:
        return self.machines[0] if len(self.machines) == 1 else None


def plain(text: str) -> str:
    """Return the text with full-width forms folded, as all patterns expect it."""
    return unicodedata.normalize("NFKC", text)


def machines_meant(
    text: str, machines: Sequence[Equipment], *, around: Sequence[Equipment] = (), near: Equipment | None = None
) -> Meant:
    """Find the machines that a text means.

    `around` are those just offered to choose from, `near` the machine that was spoken of: a bare number or "the other
    one" is said of these.
    """
    text = plain(text)
    exact = _exact(text, machines)
    if exact:
        return Meant(tuple(machine for machine, _ in exact), _cut(text, [span for _, span in exact]), kinds=True)
    each = _each_named(text, machines) if _JOINED.search(text) or _BETWEEN.search(text) else []
    if len(each) > 1 and len({span for _, span in each}) > 1 and len({machine.model for machine, _ in each}) > 1:
        return Meant(tuple(machine for machine, _ in each), _cut(text, [span for _, span in each]), kinds=True)
    if words().machine["all"].search(text):
        return Meant((), text)  # "both", "each of them": none of them alone is meant
    modelled = _of_model(text, machines)
    if modelled:
        return Meant(tuple(machine for machine, _ in modelled), _cut(text, [modelled[0][1]]), kinds=True)
    unknown = _unknown_tag(text, machines)
    if unknown:
        return Meant((), text.replace(unknown, " "), unknown)
    kinds = kinds_in(text)
    pool = [machine for machine in machines if kinds_of(machine) & set(kinds)]
    spans = [match.span() for match in kinds.values()]
    called = [(machine, span) for machine, span in _called(text, machines) if not pool or machine in pool]
    if called:  # "the dyeing vat", "exhaust fan": the plant's own names are kinds too
        pool, spans = [machine for machine, _ in called], [*spans, *dict.fromkeys(span for _, span in called)]
    sisters = list(around) or ([m for m in machines if kinds_of(m) & kinds_of(near)] if near else [])
    named = bool(pool)
    if around and (not pool or set(pool) & set(around)):
        pool = [machine for machine in around if not pool or machine in pool]
    other = words().machine["other"].search(text)
    if other and near and len([m for m in sisters if m.tag != near.tag]) > 0 and (not pool or near in pool):
        rest = _cut(text, [*spans, other.span()])
        return Meant(tuple(m for m in sisters if m.tag != near.tag), rest, kinds=True)
    number, span = _number(text, spans, bare=bool(around))
    letter = _letter(text, [end for _, end in spans])
    if letter and (
        lettered := [machine for machine in pool if letter[0] in (base_of(machine.name)[1], machine.tag[-1])]
    ):
        return Meant(tuple(lettered), _cut(text, [*spans, letter[1]]), kinds=True)
    if number is not None:
        among = pool or sisters or machines
        numbered = [machine for machine in among if number in _numbers_in_name(machine)]
        numbered = numbered or [machine for machine in among if _number_of(machine) == number]
        after = text[span[1] : span[1] + 2] if not pool else ""
        if len(numbered) > 1 and len(after) == 2 and not after.isascii():  # "一号涂布" is the 涂布机
            numbered = [machine for machine in numbered if after in machine.name] or numbered
        if numbered:
            rest = _cut(text, [*spans, span])
            more = (
                machines_meant(rest, among) if len(numbered) == 1 and len(among) > 1 and _JOINED.search(rest) else None
            )
            if more and more.one and more.one not in numbered:  # "packer 1 or packer 2"
                return Meant((*numbered, more.one), more.rest, kinds=True)
            return Meant(tuple(numbered), rest, kinds=True)
    if not named and not around and (by_tag := _by_letters(text, machines)):
        return Meant((by_tag[0],), _cut(text, [by_tag[1]]), kinds=True, barely=True)
    apart = _set_apart(_cut(text, spans) if named else text, pool or list(around))
    if apart:
        return Meant(tuple(apart), _cut(text, spans) if named else "", kinds=named)
    loosely = named and not called
    return Meant(tuple(pool) if named else (), _cut(text, spans) if named else text, kinds=named, loosely=loosely)


def named_apart(text: str, machines: Sequence[Equipment]) -> tuple[Equipment, ...]:
    """Return a machine for each model where a text names several, each by its own name: "the press or the oven"."""
    models: dict[tuple[int, int], dict[str | None, Equipment]] = {}
    for machine, span in _each_named(plain(text), machines):
        models.setdefault(span, {}).setdefault(machine.model, machine)
    if len(models) < 2 or any(len(held) > 1 for held in models.values()):
        return ()
    return tuple(machine for held in models.values() for machine in held.values())


def _each_named(text: str, machines: Sequence[Equipment]) -> list[tuple[Equipment, tuple[int, int]]]:
    """Return every machine that a text names by its model or by what it is called, and where."""
    found = []
    for machine in machines:
        names = [machine.model, *series_of(machine.model)] if machine.model and re.search(r"\d", machine.model) else []
        spans = [match.span() for name in names if (match := _tag_pattern(name).search(text))]
        spans += [span for _, span in _called(text, [machine])]
        kinds = words().kinds
        spans += [match.span() for kind in kinds_of(machine) if kind in kinds and (match := kinds[kind].search(text))]
        if spans:
            found.append((machine, spans[0]))
    return sorted(found, key=lambda item: item[1])


def kinds_in(text: str) -> dict[str, re.Match[str]]:
    """Return the kinds of machine that a text names, and where."""
    return {name: match for name, pattern in words().kinds.items() if (match := pattern.search(text))}


def kinds_of(machine: Equipment) -> frozenset[str]:
    """Return the kinds that a machine's name and type speak of."""
    said = plain(f"{machine.name} {(machine.kind or '').replace('_', ' ')}")
    return frozenset(name for name, pattern in words().kinds.items() if pattern.search(said)) or frozenset(
        {machine.model or machine.tag}
    )


def without_machines(text: str, machines: Iterable[Equipment]) -> str:
    """Leave tags and names of these machines out of a text."""
    text = plain(text)
    return _cut(text, [span for _, span in _exact(text, list(machines))])


def _exact(text: str, machines: Sequence[Equipment]) -> list[tuple[Equipment, tuple[int, int]]]:
    """Return each machine whose tag or whole name stands in the text, in the order they stand there."""
    found: dict[str, tuple[Equipment, tuple[int, int]]] = {}
    short = short_tags(machines)
    shared = Counter(name for machine in machines for name in {*names_of(machine)})
    for machine in machines:
        names = [name for name in names_of(machine) if shared[name] == 1]
        for pattern in _patterns_of(machine, short.get(machine.tag), names):
            match = pattern.search(text)
            if match and (machine.tag not in found or match.start() < found[machine.tag][1][0]):
                found[machine.tag] = (machine, match.span())
    return sorted(_outermost(list(found.values())), key=lambda item: item[1])


def _outermost(found: list[tuple[Equipment, tuple[int, int]]]) -> list[tuple[Equipment, tuple[int, int]]]:
    """Leave out a name that stands within a longer one: "空压机" in "1号空压机"."""
    spans = [span for _, span in found]
    return [
        (machine, (start, end))
        for machine, (start, end) in found
        if not any(first <= start and end <= last and last - first > end - start for first, last in spans)
    ]


def _of_model(text: str, machines: Sequence[Equipment]) -> list[tuple[Equipment, tuple[int, int]]]:
    """Return the machines of the one model that a text names; nothing where it names two to compare."""
    models = {machine.model for machine in machines if machine.model and re.search(r"\d", machine.model)}
    found = {model: match.span() for model in models if (match := _tag_pattern(model).search(text))}
    found = found or {
        model: match.span()
        for model in models
        for series in series_of(model)
        if (match := _tag_pattern(series).search(text))
    }
    if len(found) != 1:
        return []
    return [(machine, found[machine.model]) for machine in machines if machine.model in found]


def _patterns_of(machine: Equipment, short: str | None, names: Sequence[str]) -> Iterator[re.Pattern[str]]:
    yield _tag_pattern(machine.tag)
    if short:
        yield _tag_pattern(short)
    yield from map(name_pattern, names)
    if machine.serial and len(machine.serial) >= _SERIAL:
        yield _tag_pattern(machine.serial)


def _tag_pattern(tag: str) -> re.Pattern[str]:
    pieces = re.findall(r"\d+|[^\W\d_]+", plain(tag))
    whole = r"[\s\-‐‑–—_.]?".join(map(re.escape, pieces)) or r"(?!)"
    # "cnc3" is CNC-03 too, but "AC 1" with a space may be anything.
    short = r"[\-‐‑–—_]?".join(str(int(p)) if p.isdigit() and len(p) < 4 else re.escape(p) for p in pieces) or r"(?!)"
    return re.compile(rf"(?<![A-Za-z0-9])(?:{whole}|{short})(?![A-Za-z0-9]|[-–]\d)", re.IGNORECASE)


def without_kind(text: str, machine: Equipment) -> str:
    """Leave out of a text what a machine is called apart from its number."""
    found = _called(text, [machine])
    return _cut(text, [span for _, span in found])


def names_of(machine: Equipment) -> list[str]:
    """Split a bilingual name ("1号空压机 Compressor 1") into its halves, each long enough to tell; nicknames too."""
    called = nicknames(machine)
    return [half for half in halves(machine) if half in called or tells(half)]


def halves(machine: Equipment) -> list[str]:
    name = _SIZE.sub("", _ASIDE.sub("", plain(machine.name)).strip())
    halves = re.match(r"^(.*[\u4e00-\u9fff])\s+([A-Za-z][A-Za-z0-9 \-]*)$", name) or re.match(
        r"^([A-Za-z][A-Za-z0-9 /\-]*?)\s+([\u4e00-\u9fff].*)$", name
    )
    return [half.strip() for half in (*(halves.groups() if halves else (name,)), *nicknames(machine)) if half.strip()]


def base_of(name: str) -> tuple[str, str]:
    """Split a name into what kind of machine it is and its number or letter: ("高温染缸", "A"), ("laser", "1")."""
    match = _NUMBERED.fullmatch(plain(name).strip())
    assert match is not None  # every part of the pattern may be empty
    number = match[1] or match[3] or match[4] or ""
    return match[2].strip(), _CHINESE_DIGITS.get(number, number)


def _called(text: str, machines: Sequence[Equipment]) -> list[tuple[Equipment, tuple[int, int]]]:
    """Return the machines whose name without its number stands in the text, or its last words do; the longest only."""
    found = []
    for machine in machines:
        for half in halves(machine):
            for said in _spoken(base_of(half)[0]):
                if match := re.search(said, text, re.IGNORECASE):
                    found.append((machine, match.span()))
                    break
    longest = max((end - start for _, (start, end) in found), default=0)
    return [(machine, (start, end)) for machine, (start, end) in found if end - start == longest]


def _spoken(base: str) -> Iterator[str]:
    """Yield patterns of what people call a machine of this name, the longest first."""
    if not base.isascii():
        if latin := _LATIN.match(base):  # "xray" for X-Ray检查机
            yield rf"(?<![A-Za-z0-9]){latin[1].replace('-', '[- ]?')}(?![A-Za-z0-9])"
        yield from map(re.escape, [base, *shorter_names(base)] if len(base) >= HAN else shorter_names(base))
        return
    plural = r"(?:e?s)?(?![A-Za-z0-9])"
    for called in [base, *shorter_names(base)] if base else ():
        if " " in called or (called == base and len(base) > HAN):
            yield rf"(?<![A-Za-z0-9]){re.escape(called)}{plural}"
        else:
            yield rf"\b(?:the|our|this|that)\s+{re.escape(called)}{plural}"


def shorter_names(base: str) -> Iterator[str]:
    """Yield shorter names for a machine, the longest first: "模温机" for "水式模温机", "dryer" for "air dryer"."""
    if base.isascii():
        base = _OF.split(base)[0]
        said = base.split()
        if len(said) > 2 and said[-1].lower() in _GENERAL:
            yield from [" ".join(said[:-1]), *shorter_names(" ".join(said[:-1])), f"{said[0]} {said[-1]}"]
            return
        if len(said) > 2:
            yield " ".join(said[-2:])
        if len(re.split(r"[\s-]+", base)) > 1:
            yield from filter(names_machine, said[-1].split("-"))
        return
    yield from _abbreviated(base)
    if len(base) <= HAN:
        return
    least = min(HAN, len(base) - 2)
    ends = [base[at:] for at in range(1, len(base) - least + 1)]
    kinds = _SITES if base[-1] in _SITES else base[-1]
    pairs = (
        [base[at : at + 2] + kind for at in range(len(base) - HAN + 1) for kind in kinds] if len(base) > HAN + 1 else []
    )
    yield from dict.fromkeys(name for name in [*ends, *pairs] if len(name) > 1 and name not in _GENERAL)


def _abbreviated(base: str) -> Iterator[str]:
    """Yield what people make of a machine that works in some way: 颚破 of 颚式破碎机, 立磨 of 立式辊磨机."""
    way, sign, works = base.partition("式")
    if sign and way and len(works) > 2:
        yield from (way[0] + character for character in works[:2] if character not in _QUANTITIES)


def names_machine(word: str) -> bool:
    """Say whether an English word alone is what a machine is called: "dryer", "oven"."""
    return bool(_DOER.fullmatch(word) or _MACHINE.fullmatch(word))


def _by_letters(text: str, machines: Sequence[Equipment]) -> tuple[Equipment, tuple[int, int]] | None:
    """Return the machine that is called by the letters of its tag, which no other has: "the AHU" is AHU-04."""
    letters = Counter(match[1].casefold() for one in machines if (match := _LETTERS.match(one.tag)))
    for machine in machines:
        match = _LETTERS.match(machine.tag)
        if not match or letters[match[1].casefold()] > 1:
            continue
        if found := re.search(rf"(?<![A-Za-z0-9-]){match[1]}(?![A-Za-z0-9]|-\w)", text, re.IGNORECASE):
            return machine, found.span()
    return None


def _letter(text: str, ends: Sequence[int]) -> tuple[str, tuple[int, int]] | None:
    """Return the letter that a machine is called by, right behind its kind, and where it stands."""
    for end in ends:
        if match := re.match(r"\s*([A-Z])(?![A-Za-z0-9'-])", text[end:]):
            return match[1], (end, end + match.end())
    return None


def _unknown_tag(text: str, machines: Sequence[Equipment]) -> str | None:
    """Return a tag written as this plant writes its tags, but which no machine has."""
    forms = {match.group(1) for machine in machines if (match := re.match(r"([A-Za-z]{2,})[-_ ]?\d+$", machine.tag))}
    for form in sorted(forms):
        found = re.search(
            rf"(?<![A-Za-z0-9-]){re.escape(form)}[-_ ]?\d{{1,3}}(?![A-Za-z0-9]|[-.]\d)", text, re.IGNORECASE
        )
        if found:
            return found.group()
    return None


def _number(text: str, kinds: Sequence[tuple[int, int]], *, bare: bool) -> tuple[str | None, tuple[int, int]]:
    """Return the number that a machine is called by, and where it stands; `kinds` is where its kind does."""
    for start, _ in kinds:
        if match := _ORDINAL.search(text[:start]):
            return str(_ORDINALS.index(match[1].lower()) // 2 + 1), match.span()
    for pattern in (words().machine["number"], *([words().machine["bare"]] if bare else [])):
        match = pattern.search(text)
        if match:
            said = next(group for group in match.groups() if group)
            return str(int(_CHINESE_DIGITS.get(said, said))), match.span()
    for _, end in kinds:
        match = re.match(
            r"\s*(?:no\.?\s*|number\s*|#\s*)?0*(\d{1,3})(?![\d.,]*\d|\s*(?:%|°|(?:kW|V|A|bar|MPa|mm|min|h|s|L|t)\b))",
            text[end:],
            re.IGNORECASE,
        )
        if match:
            return match.group(1), (end, end + match.end())
    return None, (0, 0)


def _number_of(machine: Equipment) -> str | None:
    numbers = re.findall(r"\d+", plain(machine.tag))
    return str(int(numbers[-1])) if numbers else None


def _numbers_in_name(machine: Equipment) -> set[str]:
    """Return the numbers that a machine's name calls it by: "1号空压机", "Chiller 6", which its tag may not have."""
    said = [
        re.findall(
            r"^(\d{1,3}|[一二三四五六七八九十])\s*[号#]|(?:\s|#|[\u4e00-\u9fff])(\d{1,2})[号#]?$"
            r"|(?<=[\u4e00-\u9fff])([一二三四五六七八九十])号$",
            half,
        )
        for half in names_of(machine)
    ]
    numbers = [number for found in said for groups in found for number in groups if number]
    return {str(int(_CHINESE_DIGITS.get(number, number))) for number in numbers}


def _set_apart(text: str, pool: Sequence[Equipment]) -> list[Equipment]:
    """Return those of several machines that the text describes and the others not: a size, a word of name or place."""
    if len(pool) < 2:
        return []
    sizes = set(re.findall(r"(?<![\d.])\d{2,4}(?![\d.])", text))
    said = set(index_tokens(text)) | {f"size {size}" for size in sizes}
    marks = {machine.tag: _marks(machine) for machine in pool}
    shared = frozenset.intersection(*marks.values())
    held = {machine.tag: len((marks[machine.tag] - shared) & said) for machine in pool}
    most = max(held.values())
    best = [machine for machine in pool if held[machine.tag] == most]
    return best if most and len(best) < len(pool) else []


def _marks(machine: Equipment) -> frozenset[str]:
    name = plain(machine.name)
    for pattern in words().kinds.values():
        name = pattern.sub(" ", name)
    tokens = {token for token in index_tokens(f"{name} {machine.location or ''}") if not token.isdigit()}
    tokens = {token for token in tokens if len(token) > 1 or not token.isascii()}  # "a conveyor" is not conveyor A
    return frozenset(tokens | {f"size {size}" for size in re.findall(r"\d+", machine.model or "")})


def _cut(text: str, spans: Iterable[tuple[int, int]]) -> str:
    left = len(text)  # what stands behind this has been looked at: spans may be the same or overlap
    for start, end in sorted(spans, key=lambda span: (span[1], span[0]), reverse=True):
        end = min(end, left)
        if start < end:
            text, left = f"{text[:start]} {text[end:]}", start
    return _LEFT.sub("", re.sub(r"\s+", " ", text))
