"""A GGUF file as the language model: llama.cpp serves it here, and the agent talks to it as to any endpoint."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from corpus import Settings, SettingsError

_CONTEXT = 8192  # tokens; the prompt, ten passages and the answer
_serving: dict[str, Any] = {}  # one server a file for the life of the process: it holds the weights


def serve(settings: Settings) -> BaseChatModel:
    """Serve the file that the settings name; raises SettingsError where it cannot be."""
    from agent.models.configured import endpoint

    file = settings.model_file
    if file is None or not file.is_file():
        raise SettingsError("MILLHAND_MODEL=gguf needs MILLHAND_MODEL_FILE, the path of a GGUF file.")
    try:
        import xllamacpp
    except ImportError as error:
        raise SettingsError("A GGUF file needs the optional extra: pip install millhand[gguf].") from error
    key = str(file.resolve())
    if key not in _serving:
        parameters = xllamacpp.CommonParams()
        parameters.model.path = key
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.n_ctx = _CONTEXT
        parameters.use_jinja = True  # without it, tools are not offered to the model
        try:
            _serving[key] = xllamacpp.Server(parameters)
        except Exception as error:  # llama.cpp says what is wrong with a file in ways of its own
            raise SettingsError(f"{file.name} cannot be served: {error}") from error
    return endpoint(settings, f"{_serving[key].listening_address}/v1", file.stem)
