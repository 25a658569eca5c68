"""What ERP and gateway push, through the real application and its middleware."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.testclient import TestClient

from corpus import Settings
from ui.app import build_app
from ui.house import House, open_house
from ui.serving import served as real_server

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


@pytest.mark.parametrize("path", ["/api/status", "/api/parts"])
def test_pushes_keep_to_their_schema(settings: Settings, path: str) -> None:
    with open_house(settings) as house:
        house.corpus.add_account("lead", "lead", "a long password", actor="test")
        headers = {"authorization": f"Bearer {house.corpus.add_token('lead', 'gateway', actor='test')}"}
        with real_server(house, accounts=True) as address:
            schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json", headers=headers)
            (operation,) = (one.ok() for one in schema.include(path=path, method="POST").get_all_operations())

            @given(case=operation.as_strategy())
            @hypothesis_settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
            def keeps(case: Any) -> None:
                # An alarm that ends before it begins is refused, which no schema can say.
                case.call_and_validate(
                    headers=headers, timeout=120, excluded_checks=[ignored_auth, positive_data_acceptance]
                )

            keeps()
