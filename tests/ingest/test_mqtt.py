"""The subscription against a real broker: nothing is lost, and nothing stops the stream."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from corpus import Corpus, Settings, open_corpus
from ingest.feeds.mqtt import REJECTED, MqttFeed

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="there is no MQTT broker here: apt-get install mosquitto")
TOPICS = (
    {"topic": "plant/{equipment}/status/{metric}", "fields": {"value": "v", "at": "ts", "unit": "u"}},
    {"topic": "gateway/{equipment}", "values": "data"},
    {"topic": "alarm/{equipment}/{code}", "kind": "alarms"},
)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=30)


class Broker:
    """A mosquitto on a port of its own that keeps its sessions on disk."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"user root\nlistener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nautosave_interval 1\nmax_queued_messages 0\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], **quiet)
        wait_until(lambda: _open(self.port))

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


def _open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Broker(folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def plant(settings: Settings, broker: Broker) -> Settings:
    url = f"mqtt://127.0.0.1:{broker.port}"
    return Settings(data_dir=settings.data_dir, mqtt_url=url, mqtt_topics=TOPICS)  # type: ignore[arg-type]


@contextmanager
def feeding(settings: Settings, corpus: Corpus) -> Iterator[MqttFeed]:
    feed = MqttFeed(settings, corpus)
    feed.start()
    try:
        wait_until(lambda: feed.well)
        time.sleep(0.1)  # the subscription follows the connection
        yield feed
    finally:
        feed.close()


@contextmanager
def publishing(broker: Broker) -> Iterator[Callable[..., None]]:
    """Publish at QoS 1; what the broker has not taken when the block ends is waited for."""
    client = Client(CallbackAPIVersion.VERSION2, client_id="gateway", clean_session=False)
    client.max_queued_messages_set(0)
    client.reconnect_delay_set(1, 1)
    taken: set[int] = set()
    # What is published without a connection is queued, and paho calls it failed for ever; the broker's word counts.
    client.on_publish = lambda _client, _userdata, mid, _reason, _properties: taken.add(mid)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent: set[int] = set()

    def publish(topic: str, payload: object, **more: object) -> None:
        raw = payload if isinstance(payload, bytes | str) else json.dumps(payload)
        sent.add(client.publish(topic, raw, qos=1, **more).mid)  # type: ignore[arg-type]

    try:
        yield publish
        wait_until(lambda: sent <= taken)
    finally:
        client.disconnect()
        client.loop_stop()


def reading(number: int) -> dict[str, object]:
    return {"v": number, "u": "bar", "ts": (BEGIN + timedelta(seconds=number)).isoformat()}


def values(corpus: Corpus, metric: str = "pressure") -> list[float]:
    return [r.value for r in corpus.readings("HP-01", metric, BEGIN, END)]


def test_messages_become_readings_and_alarms_and_bad_ones_stop_nothing(plant, broker):
    kept = plant.data_dir / REJECTED
    with open_corpus(plant) as corpus, feeding(plant, corpus) as feed, publishing(broker) as publish:
        publish("plant/HP-01/status/pressure", reading(1))
        publish("plant/HP-01/status/pressure", b"\xff\x00 no JSON")
        publish("plant/HP-01/status/pressure", {"v": float("nan"), "ts": BEGIN.isoformat()})
        publish("plant/HP-01/status/pressure", {"v": "plenty", "ts": BEGIN.isoformat()})
        publish("plant/HP-01/status/pressure", {"v": 1, "ts": "2093-01-01"})
        publish("plant/HP-01/status/pressure", {"v": 10**400, "ts": BEGIN.isoformat()})
        publish("plant/HP-01/status/" + "x" * 300, reading(1))
        publish("plant/HP-01/status/pressure", '{"v": "\\ud800"}')
        publish("plant/HP-01/status/pressure", reading(2))
        publish("gateway/HP-01", {"时间": "2026-03-01 20:00:00", "data": {"油温(℃)": 41.5, "speed": 1480, "ok": True}})
        publish("alarm/HP-01/F-12", {"active": True, "at": BEGIN.isoformat(), "message": "压力低"})
        publish("alarm/HP-01/F-12", {"active": True, "at": (BEGIN + timedelta(minutes=1)).isoformat()})
        publish("alarm/HP-01/F-12", {"active": False, "at": (BEGIN + timedelta(minutes=5)).isoformat()})
        publish("alarm/HP-01/F-13", {"since": BEGIN.isoformat(), "severity": "high"})
        publish("alarm/HP-01/F-14", {"since": "yesterday"})
        wait_until(lambda: feed.stored + feed.rejected == 15)
        assert values(corpus) == [1, 2]
        assert corpus.latest_status("hp01", metric="pressure")[0].unit == "bar"
        assert [(r.metric, r.value, r.unit) for r in corpus.latest_status("HP-01", metric="油温")] == [
            ("油温", 41.5, "℃")
        ]
        assert values(corpus, "speed") == [1480]
        alarms = {a.code: a for a in corpus.alarms("HP-01")}
        assert (alarms["F-12"].since, alarms["F-12"].until, alarms["F-12"].text) == (
            BEGIN,
            BEGIN + timedelta(minutes=5),
            "压力低",
        )
        assert [a.code for a in corpus.alarms("HP-01", active=True)] == ["F-13"]
        assert "8 set aside" in feed.says()
    reasons = [json.loads(line)["reason"] for line in kept.read_text().splitlines()]
    assert len(reasons) == 8
    assert any("in the future" in reason for reason in reasons)
    assert any("no text" in reason for reason in reasons)


def test_nothing_is_lost_over_a_broker_restart(plant, broker):
    with open_corpus(plant) as corpus, feeding(plant, corpus), publishing(broker) as publish:
        for number in range(2000):
            publish("plant/HP-01/status/pressure", reading(number))
            if number == 1000:
                broker.stop()
            if number == 1500:
                broker.start()
        wait_until(lambda: len(values(corpus)) == 2000)
        assert values(corpus) == list(range(2000))


def test_nothing_is_lost_over_a_restart_of_millhand(plant, broker):
    with publishing(broker) as publish:
        with open_corpus(plant) as corpus, feeding(plant, corpus):
            for number in range(500):
                publish("plant/HP-01/status/pressure", reading(number))
        for number in range(500, 1500):  # while nobody listens
            publish("plant/HP-01/status/pressure", reading(number))
        with open_corpus(plant) as corpus, feeding(plant, corpus):
            wait_until(lambda: len(values(corpus)) == 1500)
            assert values(corpus) == list(range(1500))


def test_nothing_is_lost_when_serve_is_killed_between_receipt_and_commit(plant, broker, tmp_path):
    environment = os.environ | {
        "MILLHAND_MQTT_URL": plant.mqtt_url,
        "MILLHAND_MQTT_TOPICS": json.dumps(TOPICS),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = [sys.executable, "-m", "ui.cli", "serve", "--data-dir", str(plant.data_dir), "--port", "0",
               "--no-accounts"]  # fmt: skip
    with (tmp_path / "log").open("w") as log:
        serve = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=tmp_path)
    try:
        path = plant.data_dir / "millhand.db"

        def held() -> int:
            with closing(sqlite3.connect(path, timeout=30)) as reader:
                return int(reader.execute("SELECT count(*) FROM readings").fetchone()[0])

        with publishing(broker) as publish:
            wait_until(lambda: "answers on" in (tmp_path / "log").read_text(), 120)
            time.sleep(1)  # for the session to stand
            for number in range(100):
                publish("plant/HP-01/status/pressure", reading(number))
            wait_until(lambda: held() == 100)
            with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as writer:
                writer.execute("BEGIN IMMEDIATE")  # from here on the server receives and cannot commit
                for number in range(100, 300):
                    publish("plant/HP-01/status/pressure", reading(number))
                time.sleep(1)
                os.kill(serve.pid, signal.SIGKILL)
                serve.wait(10)
                writer.execute("ROLLBACK")
            assert held() == 100
    finally:
        serve.kill()
        serve.wait(10)
    with open_corpus(plant) as corpus, feeding(plant, corpus):
        wait_until(lambda: len(values(corpus)) == 300)
        assert values(corpus) == list(range(300))
