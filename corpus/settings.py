"""Every setting, frozen and bounded. Environment names are `MILLHAND_` + the field's name in capitals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import SettingsError

PREFIX = "MILLHAND_"


class Settings(BaseSettings):
    """What a plant may choose; sizes in the unit that the name ends with."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Path(".data")
    database_url: str | None = Field(None, description="SQLAlchemy URL; by default SQLite inside the data folder")
    time_zone: str = Field("Asia/Shanghai", description="of times that a table gives without one, and of the page")

    # Finding
    embedding_model: str | None = Field(None, description="a sentence-transformers name or folder; default: e5-small")
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
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"{name}: {first['msg']}, is now {first['input']!r}.") from error
