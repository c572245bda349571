"""Moto's data: every backend of the services touched so far, taken away, put back, reset."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any, cast

Kept = list[tuple[Any, dict[str, Any]]]
"""(a service, its accounts)."""


def _services() -> list[Any]:
    from moto.core.base_backend import BackendDict

    # Only what has been touched: asking for the others would load dozens of moto's modules (measured).
    return cast("list[Any]", cast(Any, BackendDict)._instances)


def touched() -> list[tuple[str, Any]]:
    """(moto's name of the service, backend) of each account and region, by name."""
    services = sorted(_services(), key=lambda service: str(service.service_name))
    return [(str(s.service_name), backend) for s in services for _, _, backend in s.iter_backends()]


def take_away() -> Kept:
    """What the test around has made, out of the way."""
    services = _services()
    kept: Kept = [(service, dict(service)) for service in services]
    for service in services:
        service.clear()
    services.clear()
    return kept


def put_back(kept: Kept) -> None:
    """What `take_away` took."""
    for service, accounts in kept:
        service.update(accounts)
        _services().append(service)


def reset() -> None:
    """Nothing is there."""
    from moto.core.base_backend import BackendDict

    cast(Any, BackendDict).reset()


_PURE = ("camelcase_to_underscores", "method_names_from_class")
"""Functions of moto that work out the same thing at every request: a fifth of a scenario's time (measured)."""


@contextmanager
def quicker() -> Generator[None]:
    """Lets moto remember what its own pure functions give."""
    saved: list[tuple[Any, str, Any]] = []
    for module in ("moto.core.responses", "moto.core.serialize", "moto.core.utils"):
        loaded: Any = import_module(module)
        for name in _PURE:
            if hasattr(loaded, name):
                saved.append((loaded, name, getattr(loaded, name)))
                setattr(loaded, name, _remembering(getattr(loaded, name)))
    try:
        yield
    finally:
        for owner, name, original in saved:
            setattr(owner, name, original)


@cache
def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    return cache(function)
