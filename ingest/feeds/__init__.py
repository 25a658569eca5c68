"""What arrives by itself while Millhand serves: messages of a broker, tables in a watched folder."""

from ingest.feeds.mqtt import MqttFeed
from ingest.feeds.watched import WatchedFolder

__all__ = ["MqttFeed", "WatchedFolder"]
