"""A plain handler's answer as Lambda's Python runtime writes it: plain JSON and Decimal, and no more."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


class MarshalError(Exception):
    """The runtime cannot write an answer: it reports Runtime.MarshalError, whatever has been done by then (documented)."""


def marshalled(answer: Any) -> Any:
    """An answer as JSON carries it. Raises MarshalError for what the runtime cannot write: a set, a datetime, an object."""
    try:
        return json.loads(json.dumps(answer, default=_number, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise MarshalError(str(error)) from None


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
