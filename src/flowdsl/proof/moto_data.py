"""Moto's data: every backend of the services touched so far, taken away, put back, reset."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

from flowdsl.proof import moto_copy

Kept = tuple[list[tuple[Any, dict[str, Any], dict[str, Any]]], list[list[Any]]]
"""(a service, its accounts, whose a bucket's name is) of each service, and the files of S3's objects."""


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
    kept: Kept = [(s, dict(s), dict(_names(s))) for s in services], [list(files) for files in _files()]
    for service in services:
        service.clear()
        _names(service).clear()
    services.clear()
    for files in _files():
        files.clear()
    return kept


def put_back(kept: Kept) -> None:
    """What `take_away` took."""
    services, kept_files = kept
    for service, accounts, names in services:
        service.update(accounts)
        _names(service).update(names)
        _services().append(service)
    for files, before in zip(_files(), kept_files, strict=False):
        files.extend(before)


def _names(service: Any) -> dict[str, Any]:
    """S3's bucket names, which all accounts share: moto keeps them beside the accounts."""
    return cast("dict[str, Any]", getattr(service, "bucket_accounts", {}))


def _files() -> list[list[Any]]:
    """What moto closes at a reset, whoever's it is: the files in which it keeps the objects of S3."""
    models: Any = sys.modules.get("moto.s3.models")
    return [] if models is None else [models.FakeKey.instances_tracked, models.FakeMultipart.instances_tracked]


def reset() -> None:
    """Nothing is there."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    cast(Any, BackendDict).reset()
    # Moto lists every object ever made, for a dashboard; worlds without number would never be let go of.
    reset_model_data()


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of moto's data."""

    places: list[tuple[Any, str, str]]
    """(service, account, region) of each backend."""
    backends: list[Any]
    instances: list[Any]
    """Every model in them."""


def copied() -> Copied:
    """A copy of everything that is there. Raises what copying raises."""
    from moto.core.model_instances import model_data

    places = [(s, account, region) for s in _services() for account, region, _ in s.iter_backends()]
    backends = [service[account][region] for service, account, region in places]
    listed: list[list[Any]] = [
        cast(Any, m).instances_tracked for models in model_data.values() for m in models.values()
    ]
    sizes = [len(instances) for instances in listed]
    ours: list[Any] = []
    copy = Copied(places, [], ours)
    try:
        copy.backends.extend(moto_copy.copied(backends))
    finally:
        # Resetting S3 closes every object that moto lists; the copy is kept beyond that.
        for instances, size in zip(listed, sizes, strict=True):
            ours += instances[size:]
            del instances[size:]
        if not copy.backends:
            dispose(copy)
    return copy


def put_copy(kept: Copied) -> None:
    """Makes a copy of a copy what is there now."""
    for (service, account, region), backend in zip(kept.places, moto_copy.copied(kept.backends), strict=True):
        plain: type[dict[str, Any]] = dict
        plain.__setitem__(service[account], region, backend)


def dispose(kept: Copied) -> None:
    """Lets go of a copy: S3 wants its objects closed."""
    for instance in kept.instances:
        close = getattr(instance, "dispose", None)
        if close is not None:
            close()


@contextmanager
def settings(wanted: dict[str, Any]) -> Generator[None]:
    """Moto's settings, for a while. Its own way to set them does not put them back when it is used within another."""
    from moto.core.config import default_user_config

    current: dict[str, Any] = cast(Any, default_user_config)
    saved = dict(current)
    current.update(wanted)
    try:
        yield
    finally:
        current.clear()
        current.update(saved)


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
