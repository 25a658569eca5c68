"""A subscription to the plant's broker: each message is acknowledged once SQL has it, so that a kill loses none.

QoS 1 and a lasting session under a fixed name: what was not acknowledged comes again, and coming again changes nothing.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from corpus import Corpus, Refused, Settings, SettingsError
from ingest.feeds.messages import Message, MessageReader, Streamed

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

REJECTED = "mqtt-rejected.jsonl"
"""The file in the data folder that keeps the messages that could not be used, each with the reason."""
_BATCH = 1000  # messages a transaction
_WAITING = 10_000  # messages received and not yet stored
_KEEPALIVE = 30
_PAUSES = (0.5, 1, 2, 5, 10, 30)  # seconds before what the database did not take is tried again
_KEPT_BYTES = 5_000_000  # of rejected messages, before the file is begun anew
_SHOWN = 2000  # characters of a rejected payload
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A message, and the connection over which it may be acknowledged."""

    message: Message
    mid: int
    qos: int
    connection: int


_Readable = tuple[_Delivery, list[Streamed]]


class MqttFeed:
    """Stores what a broker delivers. Start it once; close it, and the broker keeps what comes until the next start."""

    def __init__(self, settings: Settings, corpus: Corpus) -> None:
        self._settings = settings
        self._corpus = corpus
        self._reader = MessageReader(settings.mqtt_topics, settings.zone)
        self._received: queue.Queue[_Delivery | None] = queue.Queue(_WAITING)
        self._closing = threading.Event()
        self._connection = 0
        self._network = self._storing = ""  # what is wrong on either side
        self._connected = False
        self.stored = 0
        self.rejected = 0
        self._host, self._port, self._tls = check_broker(settings)
        self._client = self._built()
        self._writer = threading.Thread(target=self._write, name="mqtt-writer", daemon=True)

    def start(self) -> None:
        self._writer.start()
        self._client.connect_async(self._host, self._port, keepalive=_KEEPALIVE)
        self._client.loop_start()

    def close(self) -> None:
        """End after the transaction in work; what is not stored by then the broker delivers again."""
        self._closing.set()
        with contextlib.suppress(queue.Full):
            self._received.put_nowait(None)
        self._writer.join(30)
        self._client.disconnect()
        self._client.loop_stop()

    def says(self) -> str:
        """Say how it stands, in one sentence."""
        where = f"{self._host}:{self._port}"
        state = f"connected to {where}" if self._connected else f"not connected to {where}"
        counts = f"{self.stored} messages stored, {self.rejected} set aside"
        told = "".join(f"; {trouble}" for trouble in (self._network, self._storing) if trouble)
        kept = f" (see {REJECTED} in the data folder)" if self.rejected else ""
        return f"{state}, {counts}{kept}{told}"

    @property
    def well(self) -> bool:
        """Say whether messages come in and are stored."""
        return self._connected and not self._network and not self._storing

    # --- the network's thread ------------------------------------------------------------------------------------

    def _built(self) -> Client:
        from paho.mqtt.client import Client, MQTTv311
        from paho.mqtt.enums import CallbackAPIVersion

        settings = self._settings
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.mqtt_client,
            clean_session=False,
            protocol=MQTTv311,
            manual_ack=True,
        )
        if settings.mqtt_user:
            password = settings.mqtt_password.get_secret_value() if settings.mqtt_password else None
            client.username_pw_set(settings.mqtt_user, password)
        if self._tls:
            try:
                client.tls_set(ca_certs=str(settings.mqtt_ca) if settings.mqtt_ca else None)
            except OSError as error:
                raise SettingsError(f"MILLHAND_MQTT_CA {settings.mqtt_ca} cannot be read ({error}).") from error
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connection += 1
        self._connected = not reason.is_failure
        if reason.is_failure:
            self._note_network(f"the broker refuses the connection ({reason})")
            return
        self._note_network("")
        client.subscribe([(one, 1) for one in self._reader.filters])

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        self._note_network("the broker cannot be reached")

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connected = False
        if not self._closing.is_set():
            self._note_network(f"the connection was lost ({reason})")

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, reasons: Sequence[Any], _properties: Any) -> None:
        refused = [one for one, reason in zip(self._reader.filters, reasons, strict=False) if reason.is_failure]
        if refused:
            self._note_network(f"the broker does not let {', '.join(refused)} be subscribed")

    def _on_message(self, _client: Client, _data: Any, received: MQTTMessage) -> None:
        try:
            topic = received.topic
        except UnicodeDecodeError:
            topic = "?"
        message = Message(topic, bytes(received.payload), datetime.now(UTC), received.retain)
        delivery = _Delivery(message, received.mid, received.qos, self._connection)
        while not self._closing.is_set():
            try:
                self._received.put(delivery, timeout=0.5)
                return
            except queue.Full:  # the broker waits as long as this thread does
                continue

    def _note_network(self, trouble: str) -> None:
        if trouble and trouble != self._network:
            _log.warning("MQTT: %s.", trouble)
        self._network = trouble

    # --- the writer's thread -------------------------------------------------------------------------------------

    def _write(self) -> None:
        while not self._closing.is_set():
            first = self._received.get()
            if first is None:
                return
            batch = [first]
            while len(batch) < _BATCH and not self._received.empty():
                following = self._received.get_nowait()
                if following is not None:
                    batch.append(following)
            with contextlib.suppress(_Stopped):
                self._store(batch)

    def _store(self, batch: Sequence[_Delivery]) -> None:
        """Store a batch in one transaction and acknowledge it; what is unreadable is set aside first."""
        readable: list[_Readable] = []
        for delivery in batch:
            try:
                readable.append((delivery, self._reader.read(delivery.message)))
            except ValueError as error:
                self._patiently(partial(self._set_aside, delivery, str(error)))
        if readable:
            self._patiently(partial(self._commit, readable))
        for delivery in batch:
            self._acknowledge(delivery)

    def _commit(self, readable: Sequence[_Readable]) -> None:
        records = [record for _, found in readable for record in found]
        try:
            self._corpus.take_stream(records, source=f"mqtt {self._host}")
            self.stored += len(readable)
        except Refused as error:
            if len(readable) == 1:
                self._set_aside(readable[0][0], str(error))
                return
            for one in readable:
                self._commit([one])

    def _patiently(self, work: Callable[[], None]) -> None:
        """Do the work; while disk or database fail, try again, with nothing acknowledged meanwhile."""
        for attempt in count():
            try:
                work()
                break
            except Exception as error:  # whatever it is, the message must not be lost
                self._storing = f"what arrived cannot be stored ({type(error).__name__}: {str(error)[:200]})"
                if attempt == 0:
                    _log.warning("MQTT: %s.", self._storing)
                if self._closing.wait(_PAUSES[min(attempt, len(_PAUSES) - 1)]):
                    raise _Stopped from error
        self._storing = ""

    def _set_aside(self, delivery: _Delivery, reason: str) -> None:
        """Keep a message that cannot be used, with the reason, for whoever mends the mapping or the sender."""
        message = delivery.message
        payload = message.payload[: 4 * _SHOWN].decode("utf-8", "backslashreplace")[:_SHOWN]
        line = {"at": message.received.isoformat(), "topic": message.topic, "reason": reason, "payload": payload}
        path = self._settings.data_dir / REJECTED
        if path.exists() and path.stat().st_size > _KEPT_BYTES:
            path.replace(path.with_suffix(".old.jsonl"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        if self.rejected == 0:
            _log.warning("MQTT: a message on %s was set aside: %s; see %s.", message.topic, reason, REJECTED)
        self.rejected += 1

    def _acknowledge(self, delivery: _Delivery) -> None:
        # A number given out on an earlier connection may mean another message now; that one comes again anyway.
        if delivery.qos and delivery.connection == self._connection:
            self._client.ack(delivery.mid, delivery.qos)


class _Stopped(Exception):
    """The feed ends while something could not be stored."""


def check_broker(settings: Settings) -> tuple[str, int, bool]:
    """Return host, port and whether it speaks TLS; refuses a broker outside the plant that is not allowed by name."""
    parts = urlsplit(settings.mqtt_url or "")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"MILLHAND_MQTT_URL {settings.mqtt_url!r} has no such port.") from error
    if not host:
        raise SettingsError(f"MILLHAND_MQTT_URL {settings.mqtt_url!r} is no address such as mqtt://broker.plant:1883.")
    if not settings.mqtt_topics:
        raise SettingsError("MILLHAND_MQTT_TOPICS is empty; it says what to subscribe to and how to read it.")
    if host not in settings.mqtt_hosts:
        with contextlib.suppress(OSError):  # a name that is not known yet may be when the network is up
            addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
            if not all(ipaddress.ip_address(str(address).split("%")[0]).is_private for address in addresses):
                raise SettingsError(
                    f"{host} lies outside the plant's private addresses; name it in MILLHAND_MQTT_HOSTS to allow it."
                )
    secure = parts.scheme == "mqtts"
    return host, port or (8883 if secure else 1883), secure
