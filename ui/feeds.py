"""What brings records in by itself while a house is served: a broker's messages, a watched folder's tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from corpus import Settings, SettingsError
from ui.house import House


def check_feeds(settings: Settings) -> None:
    """Raise SettingsError where a feed's settings contradict each other or the data folder."""
    from ingest.feeds.mqtt import check_broker

    if settings.mqtt_url:
        check_broker(settings)
    elif settings.mqtt_topics:
        raise SettingsError("MILLHAND_MQTT_TOPICS is set, but MILLHAND_MQTT_URL names no broker.")
    if settings.watch_dir is not None:
        watched, data = settings.watch_dir.resolve(), settings.data_dir.resolve()
        if watched == data or data in watched.parents or watched in data.parents:
            raise SettingsError(f"MILLHAND_WATCH_DIR {watched} and the data folder {data} must lie apart.")


@contextmanager
def feeding(house: House) -> Iterator[None]:
    """Run the feeds that the settings name for as long as the block runs."""
    from ingest.feeds import MqttFeed, WatchedFolder

    with ExitStack() as running:
        if house.settings.mqtt_url:
            feed = MqttFeed(house.settings, house.corpus)
            feed.start()
            running.callback(feed.close)
            house.feeds += (feed,)
        if house.settings.watch_dir is not None:
            folder = WatchedFolder(house.settings, house.ingestor)
            folder.start()
            running.callback(folder.close)
            house.feeds += (folder,)
        try:
            yield
        finally:
            house.feeds = ()
