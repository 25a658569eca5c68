"""An uploaded file is waited for: the answer to an upload goes out before the file stands in its place."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from corpus import Corpus, Settings
from ui.house import House
from ui.uploads import Uploads, arrived


def test_a_file_that_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    place = tmp_path / "note.md"
    late = threading.Timer(0.2, place.write_text, ["# Note"])
    late.start()
    assert arrived(str(place)).read_text() == "# Note"
    late.join()


def test_the_same_file_chosen_twice_is_brought_in_once(settings: Settings, corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "saw.md"
    file.write_text("# Saw\n\nThe blade is blunt.\n")
    house = House(settings, corpus)
    upload = Uploads(house).begin([str(file), str(file)], "lead", {})
    until = time.monotonic() + 60
    while upload.running and time.monotonic() < until:
        time.sleep(0.05)
    assert [(one.source, one.state) for one in upload.files] == [("saw.md", "indexed")]
    house.ingestor.close()
