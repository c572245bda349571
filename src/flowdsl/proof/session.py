"""The boto3 session of every proof: a client is made once, whoever asks for it and however often."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, cast


@cache
def warm_session() -> Any:
    """A session that keeps its clients and the services' models: making them costs more than a scenario (measured).

    Clients hold nothing that a delivery could find again; a resource's client neither.
    """
    import boto3

    class WarmSession(boto3.Session):
        """Gives the same client for the same arguments."""

        def __init__(self) -> None:
            super().__init__()
            self._made: dict[tuple[Any, ...], Any] = {}

        def _once(self, kind: str, make: Any, args: Any, kwargs: Any) -> Any:
            # What a client takes from the environment when it is made.
            around = tuple(
                v for k, v in sorted(os.environ.items()) if k.startswith("AWS_") and not k.startswith("AWS_LAMBDA")
            )
            key = (kind, repr(args), repr(sorted(kwargs.items())), around)
            if "config" in kwargs or key not in self._made:
                self._made[key] = make(*args, **kwargs)
            return self._made[key]

        def client(self, *args: Any, **kwargs: Any) -> Any:
            return self._once("client", cast(Any, super()).client, args, kwargs)

        def resource(self, *args: Any, **kwargs: Any) -> Any:
            return self._once("resource", cast(Any, super()).resource, args, kwargs)

    return WarmSession()
