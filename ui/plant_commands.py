"""What the commands over records do: (house, parameters, progress) -> (a JSON value, the exit status)."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus import CaseFilter
from ui.house import House

Params = dict[str, Any]
Result = tuple[Any, int]
ACTOR = "local"


def cases_list(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.cases(state=params.get("state"), limit=1000)], 0


def cases_history(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.case_history(params["case"])], 0


def cases_approve(house: House, params: Params, _progress: Any) -> Result:
    return _json(house.corpus.approve_case(params["case"], actor=ACTOR)), 0


def cases_retire(house: House, params: Params, _progress: Any) -> Result:
    return _json(house.corpus.retire_case(params["case"], actor=ACTOR)), 0


def cases_restore(house: House, params: Params, _progress: Any) -> Result:
    return _json(house.corpus.restore_case(params["case"], actor=ACTOR)), 0


def cases_merge(house: House, params: Params, _progress: Any) -> Result:
    return _json(house.corpus.merge_cases(params["keep"], params["double"], actor=ACTOR)), 0


def cases_figures(house: House, params: Params, _progress: Any) -> Result:
    groups = house.corpus.case_groups(CaseFilter(equipment=params.get("equipment")), params["group"])
    return [{params["group"]: key} | _json(figures) for key, figures in groups], 0


def worklist_list(house: House, _params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.worklist(limit=1000)], 0


def worklist_solve(house: House, params: Params, _progress: Any) -> Result:
    gold = [(params["source"], params.get("page"))] if params.get("source") else []
    solved = house.corpus.solve_work(
        params["item"], actor=ACTOR, gold=gold, note=params.get("answer"), answerable=params["answerable"]
    )
    return _json(solved), 0


def worklist_drop(house: House, params: Params, _progress: Any) -> Result:
    return _json(house.corpus.drop_work(params["item"], actor=ACTOR)), 0


def worklist_export(house: House, params: Params, _progress: Any) -> Result:
    lines = house.corpus.work_questions()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    Path(params["file"]).write_text(text, encoding="utf-8")
    return {"file": params["file"], "questions": len(lines)}, 0


def parts_find(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.find_parts(params["query"])], 0


def parts_low(house: House, _params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.parts_below_minimum()], 0


def parts_history(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.part_history(params["number"])], 0


def status_latest(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.latest_status(house.corpus.equipment(params["tag"]).tag)], 0


def status_alarms(house: House, params: Params, _progress: Any) -> Result:
    return [_json(one) for one in house.corpus.alarm_figures(params.get("equipment"))], 0


def status_thin(house: House, _params: Params, _progress: Any) -> Result:
    return {"readings": house.corpus.thin_readings(actor=ACTOR)}, 0


def tables_preview(house: House, params: Params, _progress: Any) -> Result:
    preview = house.ingestor.preview_table(
        Path(params["file"]), as_table=params.get("as_table"), mapping=params.get("mapping")
    )
    return preview.to_json(), int(preview.error is not None)


def _json(value: Any) -> Any:
    """Write a frozen value as JSON; times in ISO form."""
    return json.loads(json.dumps(dataclasses.asdict(value), default=_text))


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


PLANT_COMMANDS = {
    "cases list": cases_list,
    "cases history": cases_history,
    "cases approve": cases_approve,
    "cases retire": cases_retire,
    "cases restore": cases_restore,
    "cases merge": cases_merge,
    "cases figures": cases_figures,
    "worklist list": worklist_list,
    "worklist solve": worklist_solve,
    "worklist drop": worklist_drop,
    "worklist export": worklist_export,
    "parts find": parts_find,
    "parts low": parts_low,
    "parts history": parts_history,
    "status latest": status_latest,
    "status alarms": status_alarms,
    "status thin": status_thin,
    "tables preview": tables_preview,
}
