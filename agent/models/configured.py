"""The model that the settings name."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
from langchain_core.language_models import BaseChatModel

from agent.models.extractive import ExtractiveModel
from corpus import Settings, SettingsError

_TOKENS = 1500  # of one reply


def build_model(settings: Settings) -> BaseChatModel:
    """Return the chat model to use; raises SettingsError when an endpoint is not configured or not allowed."""
    if settings.model == "extractive":
        return ExtractiveModel(zone=settings.zone)
    if settings.model == "gguf":
        from agent.models.gguf import serve

        return serve(settings)
    if not settings.model_url or not settings.model_name:
        raise SettingsError("MILLHAND_MODEL=openai needs MILLHAND_MODEL_URL and MILLHAND_MODEL_NAME.")
    check_endpoint(settings.model_url, settings.model_hosts)
    return endpoint(settings, settings.model_url, settings.model_name)


def endpoint(settings: Settings, url: str, name: str) -> BaseChatModel:
    """Return a chat model behind an OpenAI-compatible endpoint."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    # Neither a proxy of the shell nor a redirect may carry a question out of the plant.
    guarded: dict[str, Any] = {"trust_env": False, "follow_redirects": False, "timeout": settings.model_seconds}
    return ChatOpenAI(
        base_url=url,
        model=name,
        api_key=settings.model_key or SecretStr("none"),
        timeout=settings.model_seconds,
        max_retries=0,
        temperature=0,
        max_completion_tokens=_TOKENS,
        http_client=httpx.Client(**guarded),
        http_async_client=httpx.AsyncClient(**guarded),
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
