"""Copies of moto's data: backends as they are at a moment, all in one piece."""

from __future__ import annotations

import copy
import tempfile
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Generator, Iterator
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
    known: dict[Any, Copier] = cast(Any, copy)._deepcopy_dispatch
    ours: dict[Any, Copier] = {
        type(threading.Lock()): _new(threading.Lock),
        type(threading.RLock()): _new(threading.RLock),
        threading.Condition: _new(threading.Condition),
        threading.Event: _new(threading.Event),
        tempfile.SpooledTemporaryFile: _buffer,
        **dict.fromkeys(_own_dicts(), _raw_dict),
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


def _raw_dict(value: Any, memo: dict[int, Any]) -> Any:
    """A dict of a class that looks things up, or takes them in, in its own way: what it holds, as it holds it."""
    cls: Any = value.__class__
    base: Any = OrderedDict if _is_kind(cls, OrderedDict) else dict
    twin: Any = cls.__new__(cls)
    memo[id(value)] = twin
    if _is_kind(cls, defaultdict):
        twin.default_factory = value.default_factory
    twin.__dict__.update(copy.deepcopy(value.__dict__, memo))
    for key in list(base.keys(value)):
        base.__setitem__(twin, key, copy.deepcopy(base.__getitem__(value, key), memo))
    return twin


def _is_kind(cls: Any, base: Any) -> bool:
    return issubclass(cls, base)


def _own_dicts(base: Any = dict) -> Iterator[Any]:
    """The subclasses of dict that moto has defined so far."""
    for cls in type.__subclasses__(base):
        if cls.__module__.startswith("moto.") and cls.__dictoffset__:
            yield cls
        yield from _own_dicts(cls)
