"""An uploaded file is waited for: the answer to an upload goes out before the file stands in its place."""

from __future__ import annotations

import threading
from pathlib import Path

from ui.uploads import arrived


def test_a_file_that_is_still_on_its_way_is_waited_for(tmp_path: Path) -> None:
    place = tmp_path / "note.md"
    late = threading.Timer(0.2, place.write_text, ["# Note"])
    late.start()
    assert arrived(str(place)).read_text() == "# Note"
    late.join()
