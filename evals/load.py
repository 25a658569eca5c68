"""Many people asking a running server at once: how long until each sees the first checked sentence.

    python -m evals.load http://127.0.0.1:7860 --people 20 --rounds 3 [--token TOKEN] [--json]

It speaks as a browser's page does: it opens the page, joins the queue of the question's handler and reads the events
until the answer stands. Exit status 1 when a question failed or the 95th percentile is over --limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import numpy as np

QUESTIONS = (
    ("CNC-03", "E-407 是什么故障，怎么处理？"),
    ("CNC-03", "What does E-407 mean and what do I do?"),
    ("", "哪些备件低于最低库存？"),
    ("CNC-01", "What is CNC-01 doing right now?"),
    ("CNC-03", "主轴过热怎么处理？"),
    ("AC-02", "How do I change the separator element?"),
    ("", "HX-8100-0231 还有库存吗，在哪个库位？"),
    ("IM-01", "IM-01 以前出过什么故障，是谁处理的？"),
)
HANDLER, GREETER = "ask_send", "page_greet"
SENTENCE = "mh-sentence"
FINISHED = "mh-answer mh-answered", "mh-answer mh-no_answer", "mh-answer mh-clarify"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: milliseconds until the first checked sentence and until the whole answer, or why it failed."""

    question: str
    first_ms: float | None = None
    whole_ms: float | None = None
    error: str | None = None


async def arrive(client: httpx.AsyncClient, handler: dict[str, Any]) -> str:
    """Open the page as a browser does before anybody can ask; return the session that goes on with it."""
    session = secrets.token_hex(6)
    call = {"data": [], "fn_index": handler["id"], "session_hash": session}
    (await client.post("/gradio_api/queue/join", json=call)).raise_for_status()
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
        async for line in events.aiter_lines():
            if line.startswith("data:") and json.loads(line[5:])["msg"] == "process_completed":
                break
    return session


async def ask(client: httpx.AsyncClient, handler: dict[str, Any], session: str, tag: str, question: str) -> Asked:
    """Ask as one page does and follow its events to the end."""
    data = _inputs(handler, tag, question)
    began = time.perf_counter()
    first: float | None = None
    try:
        call = {"data": data, "fn_index": handler["id"], "session_hash": session}
        (await client.post("/gradio_api/queue/join", json=call)).raise_for_status()
        async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
            async for line in events.aiter_lines():
                if not line.startswith("data:"):
                    continue
                took = (time.perf_counter() - began) * 1000
                event = json.loads(line[5:])
                shown = json.dumps(event.get("output") or {}, ensure_ascii=False)
                if first is None and (SENTENCE in shown or any(one in shown for one in FINISHED)):
                    first = took
                if event["msg"] == "process_completed":
                    if not event.get("success"):
                        return Asked(question, error=shown[:200])
                    return Asked(question, first, took) if first else Asked(question, error="no answer was shown")
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Asked(question, error=f"{type(error).__name__}: {error}")
    return Asked(question, error="the server ended the stream")


def _inputs(handler: dict[str, Any], tag: str, question: str) -> list[Any]:
    """Return the handler's inputs in their order: question, photo, machine, language, the page's own state."""
    language = "en" if question.isascii() else "zh"
    return [question, "", tag, language, *[None] * (len(handler["inputs"]) - 4)]


async def load(address: str, people: int, rounds: int, token: str | None) -> list[Asked]:
    """Let `people` ask at the same moment, `rounds` times."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Limits(max_connections=2 * people + 4)
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=120, limits=limits) as client:
        config = (await client.get("/config")).raise_for_status().json()
        handlers = {one["api_name"]: one for one in config["dependencies"]}
        sessions = await asyncio.gather(*(arrive(client, handlers[GREETER]) for _ in range(people)))
        asked: list[Asked] = []
        for turn in range(rounds):
            picked = [(one, *QUESTIONS[(turn + person) % len(QUESTIONS)]) for person, one in enumerate(sessions)]
            asked += await asyncio.gather(*(ask(client, handlers[HANDLER], *one) for one in picked))
        return asked


def summary(asked: list[Asked]) -> dict[str, Any]:
    """Sum up: how many, how many failed, and the 50th and 95th percentile of both times in milliseconds."""
    value: dict[str, Any] = {"asked": len(asked), "failed": sum(one.error is not None for one in asked)}
    for name in ("first_ms", "whole_ms"):
        times = [taken for one in asked if (taken := getattr(one, name)) is not None]
        value[name] = {f"p{q}": round(float(np.percentile(times, q)), 1) if times else None for q in (50, 95)}
    return value


def main() -> int:
    """Read the command line, ask, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--token")
    parser.add_argument("--limit", type=float, default=4000.0, help="milliseconds for p95 of the first sentence")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    asked = asyncio.run(load(args.address.rstrip("/"), args.people, args.rounds, args.token))
    value = summary(asked)
    if args.json:
        print(json.dumps({**value, "questions": [asdict(one) for one in asked]}, ensure_ascii=False))
    else:
        first, whole = value["first_ms"], value["whole_ms"]
        print(f"{value['asked']} questions by {args.people} at once, {value['failed']} failed")
        print(f"first checked sentence: {first['p50']} ms (median), {first['p95']} ms (95 %)")
        print(f"whole answer:           {whole['p50']} ms (median), {whole['p95']} ms (95 %)")
        for one in asked:
            if one.error:
                print(f"failed: {one.question}: {one.error}", file=sys.stderr)
    slow = value["first_ms"]["p95"] is None or value["first_ms"]["p95"] > args.limit
    return int(value["failed"] > 0 or slow)


if __name__ == "__main__":
    sys.exit(main())
