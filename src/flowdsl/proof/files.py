"""Which files a delivery writes: so that what it leaves behind is known, whoever else uses /tmp."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND

_watcher: Files | None = None
_hooked = False


class Files:
    """Notes every file that is opened for writing while it is entered, and a delivery runs."""

    def __init__(self, is_running: Callable[[], bool]) -> None:
        self._is_running = is_running
        self._written: dict[str, bool] = {}

    def __enter__(self) -> Files:
        global _watcher, _hooked
        if not _hooked:
            # An audit hook sees every way to open a file, and cannot be taken away again: it looks at nothing without a watcher.
            sys.addaudithook(_hook)
            _hooked = True
        _watcher = self
        return self

    def __exit__(self, *_: object) -> None:
        global _watcher
        _watcher = None
        self.remove()

    def note(self, path: Any, mode: Any, flags: Any) -> None:
        """A file is being opened."""
        if isinstance(path, int) or not (isinstance(flags, int) and flags & _WRITING) or not self._is_running():
            return
        text = os.fsdecode(path)
        if "__pycache__" not in text and not text.endswith(".pyc") and text != os.devnull:
            whole = os.path.abspath(text)
            self._written.setdefault(whole, os.path.exists(whole))

    @property
    def left(self) -> list[str]:
        """Files written and still there."""
        return [path for path in self._written if os.path.isfile(path)]

    def remove(self) -> None:
        """Takes those away that were not there before, as a new environment has an empty /tmp."""
        for path in self.left:
            if not self._written[path]:
                os.unlink(path)
        self._written.clear()


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watcher is not None:
        _watcher.note(*arguments[:3])
