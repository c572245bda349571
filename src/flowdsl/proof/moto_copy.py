"""Copies of moto's data: backends as they are at a moment, all in one piece."""

from __future__ import annotations

import copy
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

Copier = Callable[[Any, dict[int, Any]], Any]


def copied(backends: list[Any]) -> list[Any]:
    """The backends' copies. Raises what copy.deepcopy raises for something that cannot be copied."""
    with _copiers():
        return copy.deepcopy(backends)


@contextmanager
def _copiers() -> Generator[None]:
    """Teaches copy.deepcopy, for a while, what moto's data holds besides plain values: locks, buffers, dicts of its own."""
    from moto.ssm.models import ParameterDict

    known: dict[Any, Copier] = cast(Any, copy)._deepcopy_dispatch
    ours: dict[Any, Copier] = {
        type(threading.Lock()): _new(threading.Lock),
        type(threading.RLock()): _new(threading.RLock),
        threading.Condition: _new(threading.Condition),
        threading.Event: _new(threading.Event),
        tempfile.SpooledTemporaryFile: _buffer,
        ParameterDict: _default_dict,
    }
    saved = {kind: known.get(kind) for kind in ours}
    known.update(ours)
    try:
        yield
    finally:
        for kind, copier in saved.items():
            if copier is None:
                del known[kind]
            else:
                known[kind] = copier


def _new(make: Callable[[], Any]) -> Copier:
    return lambda value, memo: make()


def _buffer(value: Any, memo: dict[int, Any]) -> Any:
    at = value.tell()
    value.seek(0)
    twin: Any = tempfile.SpooledTemporaryFile(max_size=value._max_size)  # noqa: SIM115 - its owner closes it
    twin.write(value.read())
    value.seek(at)
    twin.seek(at)
    return twin


def _default_dict(value: Any, memo: dict[int, Any]) -> Any:
    """A defaultdict whose class has a constructor of its own."""
    plain: type[dict[Any, Any]] = dict
    cls: Any = value.__class__
    twin: Any = cls.__new__(cls)
    cast(Any, defaultdict).__init__(twin, value.default_factory)
    memo[id(value)] = twin
    twin.__dict__.update(copy.deepcopy(value.__dict__, memo))
    for key in list(plain.keys(value)):
        plain.__setitem__(twin, key, copy.deepcopy(plain.__getitem__(value, key), memo))
    return twin
