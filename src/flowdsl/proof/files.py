"""Which files a delivery writes: so that what it leaves behind is known, whoever else uses /tmp."""

from __future__ import annotations

import os
import sys
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND

_watcher: Files | None = None
_hooked = False


class Files:
    """Notes every file that is opened for writing while it is entered."""

    def __init__(self) -> None:
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

    def note(self, path: Any, mode: Any, flags: Any) -> None:
        """A file is being opened."""
        if isinstance(path, int) or not (isinstance(flags, int) and flags & _WRITING):
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


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watcher is not None:
        _watcher.note(*arguments[:3])
