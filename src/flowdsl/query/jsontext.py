"""JSON as compact text, as AWS prints it in causes and JsonToString; and numbers as Java prints them."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

Json = Any

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def dumps(value: Json) -> str:
    """Compact JSON, keys in their order, nothing escaped that need not be."""
    try:
        return _compact(value)
    except RecursionError:
        return "..."


def java_double(value: float) -> str:
    """A double as Java's Double.toString: `1.5`, `100.0`, `1.0E7`, `1.0E-4`, `Infinity`, `NaN`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    shown = "".join(map(str, digits)).rstrip("0") or "0"
    power = int(exponent) + len(digits) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"
