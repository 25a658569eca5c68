"""A small house with a winch: one manual, one machine with readings and alarms, two stock lines, one account a role."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import Alarm, Chunk, DocumentDraft, Equipment, Page, Part, Reading, RepairCase, Settings
from ui.house import House, open_house
from ui.serving import served

PASSWORD = "correct horse"
ROLES = ("technician", "lead", "evaluator", "admin")
MANUAL = "# Winch W-9 manual\n\n## Rope\n\nReplace the rope when E-77 stands and 6 wires are broken.\n"


def draft_of(folder: Path, name: str, text: str, **more: object) -> DocumentDraft:
    """Write a file and describe it as one passage."""
    file = folder / name
    file.write_text(text)
    given: dict[str, object] = {
        "source": name,
        "file": file,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "title": text.splitlines()[0].lstrip("# "),
        "kind": "manual",
        "language": "en",
        "pages": [Page(None, text.strip(), text.strip())],
        "chunks": [Chunk(text.strip().splitlines()[-1], ("Rope",))],
        **more,
    }
    return DocumentDraft(**given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def winch_house(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("winch")
    data = folder / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    now = datetime.now(UTC)
    records = (
        Equipment("WN-01", "Winch", model="W-9"),
        Part("WR-12", "Wire rope", name_en="Wire rope", bin="B-03", on_hand=1.0, minimum=2.0, unit="pc", fits=("W-9",)),
        Part("BL-4", "Brake lining", bin="B-04", on_hand=6.0, minimum=2.0, unit="pc", fits=("W-9",)),
        Reading("WN-01", "rope load", 12.5, now - timedelta(minutes=2), unit="kN", limit_low=0.0, limit_high=10.0),
        Alarm("WN-01", "E-77", now - timedelta(hours=1)),
        RepairCase("WN-01", "E-77 stands", cause="rope worn", action="Replaced the rope", by="Li", date=now),
    )
    with open_house(Settings(data_dir=data)) as house:
        for role in ROLES:
            house.corpus.add_account(role, role, PASSWORD, actor="test")  # type: ignore[arg-type]
        house.corpus.add_document(draft_of(folder, "winch.md", MANUAL, models=("W-9",)), actor="test")
        table = draft_of(folder, "plant.csv", "# Plant table\nrows", kind="other", records=records)
        house.corpus.add_document(table, actor="test")
        yield house


@pytest.fixture(scope="module")
def winch_server(winch_house: House) -> Iterator[str]:
    """The house served with accounts, by a real server on a port of its own."""
    with served(winch_house, accounts=True) as address:
        yield address


@pytest.fixture(scope="module")
def technician_token(winch_house: House) -> str:
    return winch_house.corpus.add_token("technician", "test", actor="test")
