"""What other systems push: stock from an ERP, readings and alarms from a gateway, with a keeper's bearer token.

Both may be sent again: what is known already changes nothing.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from corpus import Account, Alarm, MillhandError, Part, Reading
from ui.access import KEEPERS, account_of, require
from ui.api_ask import REFUSALS
from ui.house import House

_AT_ONCE = 10_000
Name = Annotated[str, Field(min_length=1, max_length=120)]
_COLUMNS = (
    "part_number", "description", "name_en", "spec", "warehouse", "bin", "on_hand", "minimum", "unit", "lead_time",
    "supplier", "fits", "substitutes", "as_of",
)  # fmt: skip


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReadingIn(_Body):
    """One measured value; a time without a zone is in the plant's."""

    equipment: Name
    metric: Annotated[str, Field(min_length=1, max_length=200)]
    value: FiniteFloat
    at: datetime
    unit: Annotated[str | None, Field(max_length=40)] = None
    limit_low: FiniteFloat | None = None
    limit_high: FiniteFloat | None = None


class AlarmIn(_Body):
    """A fault code that stands, or stood until `until`."""

    equipment: Name
    code: Name
    since: datetime
    until: datetime | None = None
    text: Annotated[str | None, Field(max_length=2000)] = None
    severity: Annotated[str | None, Field(max_length=60)] = None


class StatusPush(_Body):
    """A batch of readings and alarms of one source."""

    source: Name = "api"
    readings: Annotated[list[ReadingIn], Field(max_length=_AT_ONCE)] = []
    alarms: Annotated[list[AlarmIn], Field(max_length=_AT_ONCE)] = []


class PartIn(_Body):
    """One stock line: a part in one bin; `lead_time` in days, `fits` are models, tags or names of machines."""

    part_number: Name
    name: Annotated[str, Field(max_length=400)] = ""
    name_en: Annotated[str | None, Field(max_length=400)] = None
    spec: Annotated[str | None, Field(max_length=1000)] = None
    warehouse: Annotated[str | None, Field(max_length=120)] = None
    bin: Annotated[str | None, Field(max_length=120)] = None
    on_hand: FiniteFloat | None = None
    minimum: FiniteFloat | None = None
    unit: Annotated[str | None, Field(max_length=40)] = None
    lead_time: FiniteFloat | None = None
    supplier: Annotated[str | None, Field(max_length=400)] = None
    fits: Annotated[list[Name], Field(max_length=100)] = []
    substitutes: Annotated[list[Name], Field(max_length=100)] = []


class PartsPush(_Body):
    """Stock lines of one source; `full` says that the source has no others any more."""

    source: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w .\-]+$")] = "api"
    as_of: datetime
    full: bool = False
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=_AT_ONCE)]


def push_routes(house: House) -> APIRouter:
    """Build POST /api/parts and POST /api/status."""
    router = APIRouter(prefix="/api", responses=REFUSALS)

    @router.post("/status", operation_id="push_status", summary="Store readings and alarms")
    def push_status(request: Request, batch: StatusPush) -> Response:
        account = _keeper(request)
        return _done(lambda: _status(house, batch, account.name))

    @router.post("/parts", operation_id="push_parts", summary="Store stock lines as a stock-taking")
    def push_parts(request: Request, push: PartsPush) -> Response:
        account = _keeper(request)
        return _done(lambda: _parts(house, push, account.name))

    return router


def _status(house: House, batch: StatusPush, actor: str) -> dict[str, int]:
    corpus = house.corpus
    readings = [
        Reading(r.equipment, r.metric, r.value, _aware(house, r.at), r.unit, r.limit_low, r.limit_high)
        for r in batch.readings
    ]
    alarms = [
        Alarm(
            a.equipment, a.code, _aware(house, a.since), _aware(house, a.until) if a.until else None, a.text, a.severity
        )
        for a in batch.alarms
    ]
    wrong = next((a for a in alarms if a.until and a.until < a.since), None)
    if wrong:
        raise MillhandError(f"The alarm {wrong.code} on {wrong.equipment} ends before it begins; nothing was stored.")
    return {
        "readings": corpus.add_readings(readings, actor=actor, source=batch.source) if readings else 0,
        "alarms": corpus.add_alarms(alarms, actor=actor, source=batch.source) if alarms else 0,
    }


def _parts(house: House, push: PartsPush, actor: str) -> dict[str, Any]:
    """Make a table of the lines and bring it in as the next revision of this source's stock."""
    from ingest import IngestOptions

    name = f"{push.source}.csv"
    title = f"Stock from {push.source}"
    as_of = _aware(house, push.as_of)
    lines = [Part(**one.model_dump(exclude={"fits", "substitutes"}), fits=tuple(one.fits),
                  substitutes=tuple(one.substitutes), as_of=as_of) for one in push.parts]  # fmt: skip
    if not push.full:
        pushed = {_line(line) for line in lines}
        lines += [line for line in house.corpus.all_parts() if line.source == name and _line(line) not in pushed]
    before = next((d.id for d in house.corpus.documents() if d.title == title), None)
    with tempfile.TemporaryDirectory(prefix="millhand-push-") as scratch:
        path = Path(scratch) / name
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            table.writerows(map(_cells, lines))
        options = IngestOptions(title=title, as_table="parts", supersedes=before)
        result = house.ingestor.ingest([path], options, progress=lambda _: None, actor=actor)[0]
    if result.error:
        raise MillhandError(result.error)
    return {"parts": len(push.parts), "lines": len(lines), "state": result.state, "document": result.document}


def _line(part: Part) -> tuple[str, str, str]:
    return part.part_number, part.warehouse or "", part.bin or ""


def _cells(part: Part) -> list[Any]:
    values = {name: getattr(part, name, None) for name in _COLUMNS}
    values |= {"description": part.name, "fits": "、".join(part.fits), "substitutes": "、".join(part.substitutes)}
    values["as_of"] = part.as_of.isoformat() if part.as_of else ""
    return ["" if values[name] is None else values[name] for name in _COLUMNS]


def _aware(house: House, at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=house.settings.zone)


def _keeper(request: Request) -> Account:
    account = account_of(request)
    require(account, KEEPERS)
    return account


def _done(work: Any) -> Response:
    try:
        return JSONResponse(work())
    except MillhandError as error:
        return JSONResponse({"detail": str(error).encode("utf-8", "replace").decode()}, 422)
