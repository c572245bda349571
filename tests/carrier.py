"""The carrier that parcels are registered with, for tests: it knows one token, and one label a key."""

from __future__ import annotations

import io
import json
from email.message import Message
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest


class Carrier:
    """Stands for `urlopen`."""

    def __init__(self) -> None:
        self.token = "token-1"
        self.labels: dict[str, str] = {}
        """Tracking number by Idempotency-Key."""

    def __call__(self, request: Request, timeout: float) -> io.BytesIO:
        assert isinstance(request.data, bytes)
        if request.get_header("Authorization") != f"Bearer {self.token}":
            raise self._error(request, 401)
        if not json.loads(request.data)["address"]:
            raise self._error(request, 422)
        key = request.get_header("Idempotency-key")
        assert key is not None
        tracking = self.labels.setdefault(key, f"TRACK-{len(self.labels) + 1}")
        return io.BytesIO(json.dumps({"tracking": tracking}).encode())

    @staticmethod
    def _error(request: Request, status: int) -> HTTPError:
        return HTTPError(request.full_url, status, "refused", Message(), None)


@pytest.fixture
def carrier(world: Any, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    """The carrier, reached by the handlers."""
    from handlers import carriers

    carriers._token.cache_clear()
    found = Carrier()
    monkeypatch.setattr(carriers, "urlopen", found)
    return found
