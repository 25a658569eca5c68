"""The HTTP API for other machines: ask, search, parts and status, with an OpenAPI schema for those who hold a token."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from corpus import MillhandError, NotFound, Refused
from ui import lookups
from ui.access import account_of
from ui.house import House

NO_STORE = {"cache-control": "private, no-store"}
ABOUT = """Answers from the plant's own documents and records, each statement with its place.

Send `Authorization: Bearer TOKEN`; `millhand users token NAME` makes one. A refusal is `{"detail": sentence}`."""


class Problem(BaseModel):
    """Why a request was refused, in one sentence."""

    detail: str


class Question(BaseModel):
    """A question in Chinese or English."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=4000, examples=["What does E-407 mean and what do I do?"])
    equipment: str | None = Field(None, max_length=120, description="asset tag of the machine it is about")
    conversation: str | None = Field(
        None, max_length=64, pattern=r"^[0-9a-zA-Z_-]+$", description="goes on with an earlier answer's conversation"
    )


class SearchQuery(BaseModel):
    """What to find passages for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=1000)
    equipment: str | None = Field(None, max_length=120, description="asset tag: search what applies to this machine")
    k: int = Field(10, ge=1, le=50, description="how many passages at most")


class Place(BaseModel):
    """Where something stands: a page of a revision, a section, a row of a sheet, or a record; the rest is null."""

    source: str | None
    document: int | None
    revision: int | None
    page: int | None
    section: str | None
    row: int | None
    record: dict[str, Any] | None


class Citation(Place):
    """The n-th verbatim quote; the text's `[n]` points to it."""

    n: int
    quote: str


class Nearest(Place):
    """A document that came close, where there is no answer."""

    title: str


class Passage(Place):
    """A passage that was found, and by what."""

    rank: int
    score: float
    kind: str
    text: str
    why: list[str]
    applies: str
    title: str


class Stock(BaseModel):
    """A stock line: a part in one bin."""

    part_number: str
    name: str
    name_en: str | None
    spec: str | None
    bin: str | None
    on_hand: float | None
    minimum: float | None
    unit: str | None
    lead_time: float | None
    supplier: str | None
    as_of: str | None
    fits: list[str]
    substitutes: list[str]


class Reading(BaseModel):
    """The newest value of one metric."""

    equipment: str
    metric: str
    value: float
    unit: str | None
    limit_low: float | None
    limit_high: float | None
    at: str
    stale: bool


class MachineState(BaseModel):
    """What a status table last said a machine was doing, in its own words."""

    value: str
    at: str
    stale: bool


class Alarm(BaseModel):
    """A fault code that stood, or stands while `until` is null."""

    equipment: str
    code: str
    since: str
    until: str | None
    text: str | None


class Status(BaseModel):
    """What a machine is doing."""

    equipment: str
    name: str
    model: str | None
    state: MachineState | None
    readings: list[Reading]
    alarms: list[Alarm]


class Answer(BaseModel):
    """A checked answer; `state` is answered, clarify (see `choices`) or no_answer (see `nearest`)."""

    model_config = ConfigDict(extra="allow")

    state: str
    text: str
    citations: list[Citation]
    warnings: list[Citation]
    choices: list[str]
    nearest: list[Nearest]
    parts: list[dict[str, Any]]
    status: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    model: str
    fallback: str | None
    conversation: str | None
    latency_ms: dict[str, float]


REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No valid token"},
    403: {"model": Problem, "description": "Not allowed for this account"},
    404: {"model": Problem, "description": "No such machine or conversation"},
    422: {"model": Problem, "description": "The request is not understood"},
}


def api_routes(house: House) -> APIRouter:
    """Build /api/ask, /api/search, /api/parts and /api/status/{tag}."""
    router = APIRouter(prefix="/api", responses=REFUSALS)

    @router.post("/ask", response_model=Answer, operation_id="ask", summary="Answer a question with its sources")
    def ask(request: Request, question: Question) -> Response:
        account = account_of(request)
        return _answer(
            lambda: lookups.ask(house, account, question.question, question.equipment, question.conversation)
        )

    @router.post("/search", response_model=list[Passage], operation_id="search", summary="Find passages in documents")
    def search(query: SearchQuery) -> Response:
        return _answer(lambda: lookups.search(house, query.query, query.equipment, query.k))

    @router.get("/parts", response_model=list[Stock], operation_id="find_parts", summary="Find spare parts in stock")
    def parts(
        q: Annotated[str, Query(max_length=200, description="part number, name or specification")] = "",
        model: Annotated[str | None, Query(max_length=120, description="equipment model that it fits")] = None,
        below_minimum: bool = False,
        limit: Annotated[int, Query(ge=1, le=500)] = 20,
    ) -> Response:
        return _answer(lambda: lookups.parts(house, q, model, below_minimum=below_minimum, limit=limit))

    @router.get("/status/{tag}", response_model=Status, operation_id="read_status", summary="Readings and alarms")
    def status(
        tag: Annotated[str, Path(max_length=120, description="asset tag, in any spelling")],
        metric: Annotated[str | None, Query(max_length=120, description="only metrics of this name")] = None,
    ) -> Response:
        return _answer(lambda: lookups.status(house, tag, metric))

    return router


def add_schema(app: FastAPI, *routers: APIRouter) -> None:
    """Serve the schema of these routers, and say in one sentence what is wrong with a request."""

    @app.get("/api/openapi.json", include_in_schema=False)
    def schema() -> Response:
        routes = [route for router in routers for route in router.routes]
        value = get_openapi(title="Millhand", version="1", description=ABOUT, routes=routes)
        value["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        value["security"] = [{"bearer": []}]
        # What a request lacks is said in a sentence here, not in the framework's list.
        for name in ("HTTPValidationError", "ValidationError"):
            value["components"]["schemas"].pop(name, None)
        return JSONResponse(value, headers=NO_STORE)

    @app.exception_handler(RequestValidationError)
    def not_understood(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0] if error.errors() else {"loc": (), "msg": "it is not understood"}
        where = ".".join(str(part) for part in first["loc"] if part != "body") or "the request"
        return _problem(422, f"{where}: {first['msg']}.")


def _answer(value: Any) -> Response:
    try:
        return JSONResponse(value(), headers=NO_STORE)
    except MillhandError as error:
        status = 404 if isinstance(error, NotFound) else 403 if isinstance(error, Refused) else 422
        return _problem(status, str(error))


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail.encode("utf-8", "replace").decode()}, status, headers=NO_STORE)
