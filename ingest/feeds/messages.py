"""One message of a broker into readings and alarms, as the settings say where its payload has what."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from corpus import STREAMED, Alarm, AlarmSignal, MqttTopic, Reading
from ingest.tables.names import NAMES, plain, whole
from ingest.tables.values import is_number, number_and_unit, time, truth
from ingest.tables.wide import metric_and_unit

Streamed = Reading | Alarm | AlarmSignal
_LONGEST = {"equipment": 120, "metric": 200, "code": 120, "unit": 40, "severity": 60, "text": 2000}
_AHEAD = timedelta(hours=24)  # a clock may be in another zone; one that is days ahead would be the newest for days
_RECORDS = 10_000  # in one message
_STANDING = frozenset("true 1 yes on active raised set standing alarm 是 报警 触发".split())
_ENDED = frozenset("false 0 no off inactive cleared clear reset ok normal 否 恢复 解除 消除".split())
# A message's "min" and "max" may as well be the extremes of a period as limits.
_UNSURE = frozenset("low high min max minimum maximum 最小值 最大值".split())
_USUAL = {
    kind: {field: frozenset({field, *words.get(field, ())}) - _UNSURE for field in STREAMED[kind]}
    for kind, words in {
        "readings": NAMES["status"],
        "alarms": NAMES["alarms"]
        | {"at": NAMES["status"]["at"], "active": tuple("active state status standing 状态 报警状态".split())},
    }.items()
}
"""What a field's key in a payload is usually called."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a broker delivered, and when; `retained` is one that it had kept for whoever subscribes."""

    topic: str
    payload: bytes
    received: datetime
    retained: bool = False


class MessageReader:
    """Reads the messages of the topics that the settings name."""

    def __init__(self, topics: Sequence[MqttTopic], zone: ZoneInfo) -> None:
        self._rules = [_Rule(topic, zone) for topic in topics]

    @property
    def filters(self) -> list[str]:
        """Return what to subscribe to."""
        return list(dict.fromkeys(rule.filter for rule in self._rules))

    def read(self, message: Message) -> list[Streamed]:
        """Return what a message says; raises ValueError with the reason why it cannot be used."""
        for rule in self._rules:
            levels = rule.levels(message.topic)
            if levels is not None:
                try:
                    return rule.read(message, levels)
                except (OverflowError, RecursionError, OSError) as error:
                    raise ValueError(f"a value is out of all bounds ({type(error).__name__})") from error
        raise ValueError("no entry of MILLHAND_MQTT_TOPICS is for this topic")


class _Rule:
    """One topic of the settings, ready to match and read."""

    def __init__(self, topic: MqttTopic, zone: ZoneInfo) -> None:
        self._topic = topic
        self._zone = zone
        self._names = topic.topic.split("/")
        self.filter = re.sub(r"\{\w+\}", "+", topic.topic)

    def levels(self, topic: str) -> dict[str, str] | None:
        """Return the fields that the topic's levels fill; None where it is another topic."""
        given = topic.split("/")
        names = self._names
        if names[-1] == "#":
            names = names[:-1]
            given = given[: len(names)]
        if len(given) != len(names):
            return None
        found = {}
        for name, level in zip(names, given, strict=True):
            if name.startswith("{"):
                found[name[1:-1]] = level
            elif name not in ("+", level):
                return None
        return found

    def read(self, message: Message, levels: Mapping[str, str]) -> list[Streamed]:
        payload = _decoded(message.payload)
        rows = _at(payload, self._topic.rows) if self._topic.rows else payload
        if rows is None:
            raise ValueError(f"the payload has nothing at {self._topic.rows!r}")
        listed = rows if isinstance(rows, list) else [rows]
        if len(listed) > _RECORDS:
            raise ValueError(f"the payload has {len(listed)} records, {_RECORDS} at most are taken")
        outer = payload if isinstance(payload, dict) and payload is not rows else {}
        found = [record for row in listed for record in self._record(row, outer, levels, message)]
        if not found:
            raise ValueError("the payload holds no record")
        return found

    def _record(
        self, row: Any, outer: Mapping[str, Any], levels: Mapping[str, str], message: Message
    ) -> list[Streamed]:
        if not isinstance(row, dict):
            if self._topic.kind == "alarms":
                raise ValueError("the payload is no JSON object")
            row = {"value": row}
        fields = {**levels, **self._looked_up(row, outer, levels)}
        if self._topic.kind == "alarms":
            return [self._alarm(fields, message)]
        metrics = self._metrics(row, outer, fields)
        at = self._when(fields.get("at"), message)
        machine, unit = _name(fields, "equipment"), _name(fields, "unit", needed=False)
        return [
            Reading(
                machine,
                _name({"metric": metric}, "metric"),
                _number(value, "value"),
                at,
                _name({"unit": own}, "unit", needed=False) or unit,
                _bound(fields, "limit_low"),
                _bound(fields, "limit_high"),
            )
            for metric, value, own in metrics
        ]

    def _looked_up(self, row: Mapping[str, Any], outer: Mapping[str, Any], levels: Mapping[str, str]) -> dict[str, Any]:
        """Return each field's value: where the settings say, else under one of its usual names."""
        found: dict[str, Any] = {}
        for field, path in self._topic.fields.items():
            value = path[1:] if path.startswith("=") else _at(row, path)
            found[field] = _at(outer, path) if value is None else value
        usual = STREAMED[self._topic.kind] - self._topic.fields.keys() - levels.keys()
        for source in (row, outer):
            for key, value in source.items():
                spelled = {plain(key), whole(key)}
                for field in sorted(usual - found.keys()):
                    if spelled & _USUAL[self._topic.kind][field] and not isinstance(value, dict | list):
                        found[field] = value
        return {field: value for field, value in found.items() if value not in (None, "")}

    def _metrics(
        self, row: Mapping[str, Any], outer: Mapping[str, Any], fields: dict[str, Any]
    ) -> list[tuple[Any, Any, str]]:
        """Return (metric, value, unit): of one value, or of every number of an object."""
        path = self._topic.values
        if path is None and "value" in fields:
            value, unit = fields["value"], ""
            if isinstance(value, str) and (split := number_and_unit(value, "the value")):
                value, unit = split
            return [(fields.get("metric"), value, unit)]
        values = row if path is None else _at(row, path)
        if values is None and path is not None:
            values = _at(outer, path)
        if not isinstance(values, dict):
            raise ValueError("the value is missing" if path is None else f"the payload has no object at {path!r}")
        known = {name for words in NAMES["status"].values() for name in words} if path is None else set()
        known |= {plain(name) for name in self._topic.fields.values()} if path is None else set()
        numbers = {
            key: value
            for key, value in values.items()
            if isinstance(value, int | float) and not isinstance(value, bool) and plain(key) not in known
        }
        if not numbers:
            raise ValueError("the value is missing" if path is None else f"there is no number at {path!r}")
        return [(*metric_and_unit(key)[:1], value, metric_and_unit(key)[1]) for key, value in numbers.items()]

    def _alarm(self, fields: dict[str, Any], message: Message) -> Alarm | AlarmSignal:
        machine, code = _name(fields, "equipment"), _name(fields, "code")
        told, severity = (_name(fields, field, needed=False) for field in ("text", "severity"))
        if "active" in fields:
            at = self._when(fields.get("at", fields.get("since")), message)
            return AlarmSignal(machine, code, at, _active(fields["active"]), told, severity)
        since = self._when(fields.get("since", fields.get("at")), message)
        until = self._when(fields["until"], message) if fields.get("until") else None
        if until is not None and until < since:
            raise ValueError("the alarm ends before it begins")
        return Alarm(machine, code, since, until, told, severity)

    def _when(self, value: Any, message: Message) -> datetime:
        if value in (None, ""):
            if message.retained:
                raise ValueError("it was kept by the broker and does not say of when it is")
            return message.received
        at = _moment(value, self._zone)
        if at > message.received + _AHEAD:
            raise ValueError(f"its time {value!r} is in the future")
        return at


def _decoded(payload: bytes) -> Any:
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = payload.decode("gb18030")
        except UnicodeDecodeError as error:
            raise ValueError("the payload is no text") from error
    if not text.strip():
        raise ValueError("the payload is empty")
    try:
        return json.loads(text)
    except ValueError as error:
        if len(text) < 60 and is_number(text):
            return text.strip()  # a bare "42.5 bar"
        raise ValueError("the payload is no JSON") from error


def _at(value: Any, path: str) -> Any:
    """Follow a dotted path through objects and lists; None where it leads nowhere."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _name(fields: Mapping[str, Any], field: str, *, needed: bool = True) -> Any:
    """Return a field as text of bounded length."""
    value = fields.get(field)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise ValueError(f"the {field} is no text")
    text = "" if value is None else str(value).strip()
    if not text:
        if needed:
            raise ValueError(f"the {field} is missing")
        return None
    if len(text) > _LONGEST[field]:
        raise ValueError(f"the {field} has {len(text)} characters, {_LONGEST[field]} at most are taken")
    if any(0xD800 <= ord(character) <= 0xDFFF or character == "\0" for character in text):
        raise ValueError(f"the {field} holds characters that are none")
    return text


def _number(value: Any, field: str) -> float:
    if isinstance(value, str):
        split = number_and_unit(value, f"the {field}")
        value = split[0] if split else None
    if not isinstance(value, int | float):  # true and false are a signal's 1 and 0
        raise ValueError(f"the {field} is no number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"the {field} is no finite number")
    return number


def _bound(fields: Mapping[str, Any], field: str) -> float | None:
    return _number(fields[field], field.replace("_", " ")) if field in fields else None


def _active(value: Any) -> bool:
    said = str(value).strip().casefold()
    if said in _STANDING or truth(said) is True:
        return True
    if said in _ENDED or truth(said) is False:
        return False
    raise ValueError(f"{value!r} does not say whether the alarm stands")


def _moment(value: Any, zone: ZoneInfo) -> datetime:
    """Return a time: ISO and its kin, or seconds, milliseconds, microseconds or nanoseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no time")
    if isinstance(value, str) and not re.fullmatch(r"\d{10,19}(\.\d+)?", value.strip()):
        return time(value, zone)
    number = float(value)
    if not math.isfinite(number) or number < 1e8:
        raise ValueError(f"{value!r} is no time")
    scale = next(scale for scale, least in ((1e9, 1e17), (1e6, 1e14), (1e3, 1e11), (1.0, 0.0)) if number >= least)
    return datetime.fromtimestamp(number / scale, zone)
