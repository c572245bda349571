"""A setup is run before every scenario; from the second time on, AWS answers it from memory and its data is copied.

Making a world costs more than all that happens in it (measured: two thirds of a scenario's calls). The setup's own code
still runs each time. Where it calls something else than the time before, or where moto's data cannot be copied, the world
is made from the beginning.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from flowdsl.proof import moto_data

Call = Callable[[str, str, Any, Callable[[], Any]], Any]
"""(service, operation, parameters, the real call) -> the response."""


class Diverged(BaseException):
    """The setup calls something else than the first time."""


class Rehearsal:
    """What one setup called, what it was answered, and what AWS then held."""

    def __init__(self) -> None:
        self.is_usable = True
        self._calls: list[tuple[str, Any, BaseException | None]] = []
        self._position = 0
        self._data: Any = None

    def record(self, service: str, operation: str, parameters: Any, call: Callable[[], Any]) -> Any:
        """Makes a call, and notes it."""
        asked = _asked(service, operation, parameters)
        try:
            answer = call()
        except Exception as error:
            self._note(asked, None, error)
            raise
        self._note(asked, answer, None)
        return answer

    def _note(self, asked: str | None, answer: Any, error: BaseException | None) -> None:
        if asked is None:
            self.is_usable = False
        if self.is_usable:
            try:
                self._calls.append((asked or "", copy.deepcopy(answer), error))
            except Exception:  # a body that is read once
                self.is_usable = False

    def keep(self, extra: Any) -> None:
        """After the setup: copies what is there now. `extra` goes with it."""
        if self.is_usable:
            try:
                self._data = moto_data.copied(), extra
            except Exception:
                # Whatever a service's data holds that cannot be copied: the setup then makes it anew each time.
                self.is_usable = False

    def begin(self) -> None:
        """Before the setup runs again."""
        self._position = 0

    def replay(self, service: str, operation: str, parameters: Any, call: Callable[[], Any]) -> Any:
        """Answers a call as the first time."""
        if self._position >= len(self._calls):
            raise Diverged
        asked, answer, error = self._calls[self._position]
        if asked != _asked(service, operation, parameters):
            raise Diverged
        self._position += 1
        if error is not None:
            raise error
        return copy.deepcopy(answer)

    @property
    def is_complete(self) -> bool:
        """Whether the setup called everything that it called the first time."""
        return self._position == len(self._calls)

    def restore(self) -> Any:
        """Puts back what AWS held after the setup; gives `extra`."""
        data, extra = self._data
        moto_data.put_copy(data)
        return extra

    def forget(self) -> None:
        """Lets go of what is kept."""
        if self._data is not None:
            moto_data.dispose(self._data[0])
        self._data = None
        self.is_usable = False


def _asked(service: str, operation: str, parameters: Any) -> str | None:
    """A call as text; None for one that holds more than plain values, such as a file."""
    try:
        return json.dumps([service, operation, parameters], sort_keys=True, default=_plain)
    except TypeError:
        return None


def _plain(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    kind = type(value).__name__
    if kind in ("Decimal", "datetime", "date", "UUID", "Binary"):
        return f"{kind} {value}"
    raise TypeError(kind)
