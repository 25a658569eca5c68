"""Turns at something that one thread at a time may use: whoever has a person waiting goes before long work."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock in the order of asking; a plain one mostly goes back to who gave it up and asks again at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._first: deque[object] = deque()
        self._later: deque[object] = deque()

    @contextmanager
    def take(self, *, first: bool) -> Iterator[None]:
        """Hold a turn; with `first`, before all who asked without it."""
        asked, line = object(), self._first if first else self._later
        with self._changed:
            line.append(asked)
            try:
                self._changed.wait_for(lambda: not self._taken and (self._first or self._later)[0] is asked)
                self._taken = True
            finally:
                line.remove(asked)
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()
