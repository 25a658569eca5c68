"""What ERP and gateway push, through the real application and its middleware."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from corpus import Settings
from ui.app import build_app
from ui.house import House, open_house

NOW = datetime.now(UTC).replace(microsecond=0).isoformat()
READINGS = [{"equipment": "HP-01", "metric": "pressure", "value": v, "at": f"2026-03-01T08:0{v}:00"} for v in range(5)]


@pytest.fixture
def served(settings: Settings) -> Iterator[tuple[TestClient, House, dict[str, dict[str, str]]]]:
    with open_house(settings) as house:
        keys = {}
        for name, role in (("lead", "lead"), ("tech", "technician")):
            house.corpus.add_account(name, role, "a long password", actor="test")
            keys[name] = {"authorization": f"Bearer {house.corpus.add_token(name, 'gateway', actor='test')}"}
        with TestClient(build_app(settings, house, True)) as client:
            yield client, house, keys


def test_pushes_need_a_keepers_token_and_may_be_repeated(served):
    client, house, keys = served
    status = {
        "source": "gateway",
        "readings": READINGS,
        "alarms": [{"equipment": "HP-01", "code": "F-12", "since": NOW}],
    }
    assert client.post("/api/status", json=status).status_code == 401
    assert client.post("/api/status", json=status, headers={"authorization": "Bearer forged"}).status_code == 401
    assert client.post("/api/status", json=status, headers=keys["tech"]).status_code == 403
    for _ in range(2):
        reply = client.post("/api/status", json=status, headers=keys["lead"])
        assert (reply.status_code, reply.json()) == (200, {"readings": 5, "alarms": 1})
    since, until = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    assert [r.value for r in house.corpus.readings("HP-01", "pressure", since, until)] == [0, 1, 2, 3, 4]
    assert [a.code for a in house.corpus.alarms("hp01", active=True)] == ["F-12"]
    bad = {"readings": [*READINGS, {"equipment": "HP-01", "metric": "pressure", "value": "much", "at": NOW}]}
    refused = client.post("/api/status", json=bad, headers=keys["lead"])
    assert refused.status_code == 422
    assert "value" in refused.json()["detail"]

    def push(on_hand: int, day: str, **more: object) -> dict[str, object]:
        line = {"part_number": "P-100", "name": "皮带", "bin": "A-1", "on_hand": on_hand, "minimum": 5, "unit": "条"}
        body = {"source": "ERP", "as_of": day, "parts": [line, *more.pop("others", [])], **more}
        reply = client.post("/api/parts", json=body, headers=keys["lead"])
        assert reply.status_code == 200, reply.json()
        return dict(reply.json())

    assert client.post("/api/parts", json={"as_of": NOW, "parts": []}, headers=keys["lead"]).status_code == 422
    push(3, "2026-03-01", others=[{"part_number": "P-200", "name": "油封", "on_hand": 9}])
    assert push(7, "2026-03-02")["lines"] == 2
    assert {(p.part_number, p.on_hand, p.unit) for p in house.corpus.all_parts()} == {
        ("P-100", 7.0, "条"),
        ("P-200", 9.0, None),
    }
    assert [s.line.on_hand for s in house.corpus.part_history("P-100")] == [3.0, 7.0]
    assert push(7, "2026-03-02", full=True)["lines"] == 1
    assert [p.part_number for p in house.corpus.all_parts()] == ["P-100"]
    assert len(house.corpus.documents()) == 1
