"""Every setting, frozen and bounded. Environment names are `MILLHAND_` + the field's name in capitals."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from corpus.errors import SettingsError

PREFIX = "MILLHAND_"
STREAMED = {
    "readings": frozenset({"equipment", "metric", "value", "at", "unit", "limit_low", "limit_high"}),
    "alarms": frozenset({"equipment", "code", "since", "until", "at", "active", "text", "severity"}),
}
"""What a message may say, by what it is about."""


class MqttTopic(BaseModel):
    """Which messages are taken and where they say what: `{field}` in the topic, dotted paths into the JSON payload.

    A topic such as `plant/{equipment}/status/{metric}`; `+` and a final `#` stand for levels that say nothing. `fields`
    leads from a field to its place in the payload ("data.v"), or to a constant ("=bar"); what it leaves out is looked
    for under its usual names. `rows` leads to a list of records; `values` to an object whose numbers are metrics.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str = Field(min_length=1, max_length=500)
    kind: Literal["readings", "alarms"] = "readings"
    fields: Mapping[str, str] = {}
    rows: str = ""
    values: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> MqttTopic:
        levels = self.topic.split("/")
        named = [level[1:-1] for level in levels if re.fullmatch(r"\{\w+\}", level)]
        plain = [level for level in levels if not re.fullmatch(r"\{\w+\}", level)]
        known = STREAMED[self.kind]
        wrong = sorted({*named, *self.fields} - known)
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no field of {self.kind}, which have {', '.join(sorted(known))}")
        if any(re.search(r"[{}]", level) or (level != "+" and "+" in level) for level in plain):
            raise ValueError(f"in {self.topic!r} a {{field}} or + must be a whole level between two slashes")
        if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
            raise ValueError(f"in {self.topic!r} the # must be the last level")
        if len(named) != len(set(named)):
            raise ValueError(f"{self.topic!r} names a field twice")
        return self


class Settings(BaseSettings):
    """What a plant may choose; sizes in the unit that the name ends with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Path(".data")
    database_url: str | None = Field(None, description="SQLAlchemy URL; by default SQLite inside the data folder")
    time_zone: str = Field("Asia/Shanghai", description="of times that a table gives without one, and of the page")

    # Finding
    embedding_model: str | None = Field(None, description="a sentence-transformers name or folder; default: e5-small")
    cross_encoder: str | None = Field(
        None,
        description="a sentence-transformers cross-encoder, name or folder, that reads statements with the question",
    )
    embedding_precision: Literal["auto", "bf16", "fp32"] = "auto"
    embedding_threads: int = Field(0, ge=0, le=256, description="0: as many as the machine has cores")
    search_candidates: int = Field(60, ge=10, le=1000, description="taken from each search before they are combined")

    # Reading
    chunk_characters: int = Field(450, ge=100, le=4000)
    ocr: bool = True
    parse_seconds: int = Field(
        35,
        ge=1,
        le=86_400,
        description="of work without progress by page, then a parse is ended; of waiting, three times that",
    )
    file_seconds: int = Field(21_600, ge=1, le=864_000, description="after these, no further page of a file is begun")
    parse_memory_mb: int = Field(1600, ge=256, le=65_536)
    unpacked_mb: int = Field(512, ge=1, le=65_536, description="of a DOCX or XLSX, and of one PDF stream")
    pages_at_most: int = Field(10_000, ge=1, le=1_000_000)
    upload_mb: int = Field(300, ge=1, le=10_000)

    # Answering
    model: Literal["extractive", "openai", "gguf"] = "extractive"
    model_file: Path | None = Field(None, description="a GGUF file, which llama.cpp serves on this machine")
    model_url: str | None = Field(None, description="base URL of an OpenAI-compatible endpoint")
    model_name: str | None = None
    model_key: SecretStr | None = None
    model_seconds: float = Field(60, gt=0, le=600)
    model_hosts: tuple[str, ...] = Field((), description="hosts outside private addresses that are allowed by name")
    stale_minutes: int = Field(60, ge=1, le=1_000_000, description="older readings are called stale")

    raw_days: int = Field(90, ge=1, le=36_500, description="after which only extremes of each hour are kept")
    keep_days: int = Field(0, ge=0, le=36_500, description="after which readings are deleted; 0: never")

    # Feeds, which run beside the page
    mqtt_url: str | None = Field(
        None, pattern=r"^mqtts?://[^\s/@]+/?$", description="the broker, such as mqtt://broker.plant:1883 or mqtts://…"
    )
    mqtt_topics: tuple[MqttTopic, ...] = Field((), description="what is subscribed and how its messages are read")
    mqtt_client: str = Field("millhand", min_length=1, max_length=60, description="the name of the lasting session")
    mqtt_user: str | None = None
    mqtt_password: SecretStr | None = None
    mqtt_ca: Path | None = Field(None, description="the authority that signed the broker's certificate")
    mqtt_hosts: tuple[str, ...] = Field((), description="brokers outside private addresses that are allowed by name")
    watch_dir: Path | None = Field(None, description="a folder from which tables are taken in as they arrive")
    watch_seconds: float = Field(5, ge=0.1, le=3600, description="for which a file must not have grown")

    # Serving
    host: str = "127.0.0.1"
    port: int = Field(7860, ge=0, le=65_535)
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+$",
        description="the address that QR codes carry, such as https://millhand.plant",
    )
    session_hours: float = Field(12, gt=0, le=720)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone name such as Asia/Shanghai") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return ZoneInfo(self.time_zone)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment; `overrides` win.

    Raises:
        SettingsError: a `MILLHAND_` name that is no setting, or a value out of bounds.
    """
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith(PREFIX) and name[len(PREFIX) :].lower() not in Settings.model_fields
    )
    if unknown:
        raise SettingsError(
            f"{', '.join(unknown)} in the environment is no setting of Millhand; see `millhand doctor`."
        )
    try:
        return Settings(**overrides)
    except SourceError as error:
        field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise SettingsError(f'{PREFIX}{field.upper()} is no JSON; it wants a list such as ["one"].') from error
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}, is now {first['input']!r}.") from error
