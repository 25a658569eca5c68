"""What a message is read as, by the settings' mapping and without one."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from corpus import Alarm, AlarmSignal, Reading, Settings, SettingsError, load_settings
from ingest.feeds.messages import Message, MessageReader

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
AT = datetime(2026, 3, 31, 7, 30, tzinfo=UTC)
WHEN = AT.isoformat()


def read(topic, payload, *, rule, retained=False):
    topics = Settings(mqtt_topics=(rule,)).mqtt_topics
    raw = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    return MessageReader(topics, ZONE).read(Message(topic, raw, NOW, retained))


@pytest.mark.parametrize(
    ("rule", "topic", "payload"),
    [
        ({"topic": "p/{equipment}/{metric}"}, "p/CNC-03/temp", {"value": 41.5, "ts": AT.timestamp(), "unit": "℃"}),
        ({"topic": "p/{equipment}/{metric}"}, "p/CNC-03/temp", {"数值": "41.5 ℃", "时间": "2026-03-31 15:30"}),
        ({"topic": "p/#"}, "p/x/y", {"设备编号": "CNC-03", "参数": "temp", "值": 41.5, "单位": "℃", "ts": WHEN}),
        (
            {"topic": "+/data", "rows": "body.list",
             "fields": {"equipment": "body.dev", "metric": "k", "value": "v.0"}},
            "line1/data",
            {"body": {"dev": "CNC-03", "list": [{"k": "temp", "v": [41.5], "u": 1, "unit": "℃",
                                                 "ts": AT.timestamp() * 1000}]}},
        ),
        ({"topic": "{equipment}"}, "CNC-03", {"timestamp": AT.timestamp() * 1e9, "temp(℃)": 41.5, "on": True}),
        ({"topic": "{equipment}", "values": "d"}, "CNC-03", {"d": {"temp[℃]": 41.5}, "date": "2026-03-31T07:30:00Z"}),
        ({"topic": "{equipment}/{metric}", "fields": {"unit": "=℃", "at": "t"}}, "CNC-03/temp",
         {"value": 41.5, "t": AT.isoformat(), "device": "a gateway, which the topic overrules"}),
    ],
)  # fmt: skip
def test_one_reading_told_in_many_ways(rule, topic, payload):
    assert read(topic, payload, rule=rule) == [Reading("CNC-03", "temp", 41.5, AT, "℃")]


def test_a_bare_number_is_of_now_unless_the_broker_had_kept_it():
    rule = {"topic": "p/{equipment}/{metric}", "fields": {"unit": "=bar"}}
    assert read("p/HP-01/pressure", b"7.5", rule=rule) == [Reading("HP-01", "pressure", 7.5, NOW, "bar")]
    with pytest.raises(ValueError, match="does not say of when"):
        read("p/HP-01/pressure", b"7.5", rule=rule, retained=True)


def test_alarms_whole_and_as_signals():
    rule = {"topic": "alarm/{equipment}", "kind": "alarms"}
    whole = {"报警代码": "E-07", "发生时间": "2026-03-31 15:30", "报警内容": "主轴过热", "级别": "高"}
    assert read("alarm/CNC-03", whole, rule=rule) == [Alarm("CNC-03", "E-07", AT, None, "主轴过热", "高")]
    ended = {"code": "E-07", "state": "cleared", "ts": AT.timestamp()}
    assert read("alarm/CNC-03", ended, rule=rule) == [AlarmSignal("CNC-03", "E-07", AT, False)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b"{", "no JSON"),
        (b"[]", "no record"),
        ({"value": None, "ts": "2026-03-31"}, "value is missing"),
        ({"value": [1, 2]}, "no number|value is missing"),
        ({"value": 1, "ts": "soon"}, "is no time"),
        ({"value": 1, "ts": True}, "is no time"),
        (b"[" * 100_000, "bounds"),
        (b'{"value": 1e999}', "finite"),
    ],
)
def test_what_cannot_be_used_says_why(payload, reason):
    with pytest.raises(ValueError, match=reason):
        read("p/HP-01/pressure", payload, rule={"topic": "p/{equipment}/{metric}"})
    with pytest.raises(ValueError, match="MILLHAND_MQTT_TOPICS"):
        read("q/HP-01/pressure", payload, rule={"topic": "p/{equipment}/{metric}"})


@pytest.mark.parametrize(
    ("topics", "reason"),
    [
        ("plant/#", "no JSON"),
        ('[{"topic": "p/{machine}"}]', "no field of readings"),
        ('[{"topic": "p/x{equipment}"}]', "whole level"),
        ('[{"topic": "p/#/{metric}"}]', "last level"),
        ('[{"topic": "p/+", "field": {}}]', "Extra"),
    ],
)
def test_a_wrong_mapping_is_refused_in_one_sentence(monkeypatch, topics, reason):
    monkeypatch.setenv("MILLHAND_MQTT_TOPICS", topics)
    with pytest.raises(SettingsError, match=reason):
        load_settings()
