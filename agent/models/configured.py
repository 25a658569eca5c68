"""The model that the settings name."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

import httpx
from langchain_core.language_models import BaseChatModel

from agent.models.extractive import ExtractiveModel
from corpus import Settings, SettingsError


def build_model(settings: Settings) -> BaseChatModel:
    """Return the chat model to use; raises SettingsError when an endpoint is not configured or not allowed."""
    if settings.model == "extractive":
        return ExtractiveModel(zone=settings.zone)
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    if not settings.model_url or not settings.model_name:
        raise SettingsError("MILLHAND_MODEL=openai needs MILLHAND_MODEL_URL and MILLHAND_MODEL_NAME.")
    check_endpoint(settings.model_url, settings.model_hosts)
    return ChatOpenAI(
        base_url=settings.model_url,
        model=settings.model_name,
        api_key=settings.model_key or SecretStr("none"),
        timeout=settings.model_seconds,
        max_retries=0,
        temperature=0,
        # Neither a proxy of the shell nor a redirect may carry a question out of the plant.
        http_client=httpx.Client(trust_env=False, follow_redirects=False, timeout=settings.model_seconds),
    )


def check_endpoint(url: str, allowed: tuple[str, ...]) -> None:
    """Refuse an endpoint outside private address ranges unless its host is allowed by name."""
    host = urlsplit(url).hostname
    if not host:
        raise SettingsError(f"MILLHAND_MODEL_URL {url!r} is no URL such as http://127.0.0.1:8000/v1.")
    if host in allowed:
        return
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise SettingsError(f"The host {host} of MILLHAND_MODEL_URL is not known.") from error
    if not all(ipaddress.ip_address(address).is_private for address in addresses):
        raise SettingsError(
            f"{host} lies outside the plant's private addresses; name it in MILLHAND_MODEL_HOSTS to allow it."
        )
