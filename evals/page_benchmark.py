"""How soon a running server's page is of use: a cold load until a question can be typed, and a cited page's picture.

    python -m evals.page_benchmark http://127.0.0.1:7860 [--times 5] [--token TOKEN] [--json]

A cold load is a fresh browser profile without a cache, until the machines are listed and the question box is ready. The
pictures are of citations of a real search, each with its quote marked and none asked for before. Exit status 1 when the
median load is over --load-limit or the median picture over --picture-limit.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx

QUERIES = (
    "主轴",
    "belt tension",
    "液压油温度",
    "alarm reset",
    "过滤器更换",
    "bearing temperature",
    "报警",
    "lubrication",
)
READY = """() => {
  const box = document.querySelector('#mh-question textarea');
  const machine = document.querySelector('#mh-equipment input');
  return document.querySelector('.mh-head[data-ready]') && box && !box.disabled && machine && machine.offsetHeight > 0
    && document.querySelector('#mh-chat .mh-suggested');
}"""


def loads(address: str, times: int, token: str | None) -> list[float]:
    """Load the page cold; return milliseconds until a machine can be picked and a question typed."""
    from playwright.sync_api import sync_playwright

    path = next(
        (one for name in ("chromium", "chromium-browser", "google-chrome") if (one := shutil.which(name))), None
    )
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(times):
            context = browser.new_context(extra_http_headers={"authorization": f"Bearer {token}"} if token else {})
            page = context.new_page()
            page.set_default_timeout(60_000)
            began = time.perf_counter()
            page.goto(address, wait_until="commit")
            page.wait_for_function(READY, polling=20)
            taken.append((time.perf_counter() - began) * 1000)
            page.click("#mh-equipment input")
            page.locator("#mh-equipment [role=option]").nth(1).wait_for()
            page.fill("#mh-question textarea", "?")
            context.close()
        browser.close()
    return taken


def pictures(client: httpx.Client, times: int) -> list[float]:
    """Fetch the pictures of cited pages; return milliseconds each, the place's own HTML included."""
    taken = []
    for place in _places(client):
        began = time.perf_counter()
        query = {"page": place["page"], "quote": place["text"][:200], "fragment": 1}
        html = client.get(f"/places/{place['revision']}", params=query).raise_for_status().text
        source = re.search(r'<img src="([^"]+)"', html)
        if source is None:
            continue
        client.get(source[1].replace("&amp;", "&")).raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
        if len(taken) == times:
            break
    return taken


def _places(client: httpx.Client) -> Iterator[dict[str, Any]]:
    seen = set()
    for query in QUERIES:
        found = client.post("/api/search", json={"query": query, "k": 20}).raise_for_status().json()
        for one in found:
            at = one["revision"], one["page"]
            if one["page"] and at not in seen:
                seen.add(at)
                yield one


def main() -> int:
    """Read the command line, measure, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--token")
    parser.add_argument("--load-limit", type=float, default=3000.0, help="milliseconds for the median load")
    parser.add_argument("--picture-limit", type=float, default=500.0, help="milliseconds for the median picture")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    address = args.address.rstrip("/")
    headers = {"authorization": f"Bearer {args.token}"} if args.token else {}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        drawn = pictures(client, args.times)
    value = {"load_ms": loads(address, args.times, args.token), "picture_ms": drawn}
    medians = {name: statistics.median(times) if times else None for name, times in value.items()}
    if args.json:
        print(json.dumps({**value, "median": medians}))
    else:
        for name, times in value.items():
            print(f"{name}: median {medians[name] or 0:.0f}, each {', '.join(f'{one:.0f}' for one in times)}")
    limits = {"load_ms": args.load_limit, "picture_ms": args.picture_limit}
    return int(any(medians[name] is None or medians[name] > limit for name, limit in limits.items()))


if __name__ == "__main__":
    sys.exit(main())
