"""AWS's prices as dated data: what a transition, an Express request and its memory, and a Lambda call cost.

The numbers stand in prices.json with the month they are of. They are list prices without free tiers; Express and Lambda
are priced as in us-east-1, whatever the region.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.estimate.amount import Number
from flowdsl.integrations.regions import regions

MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Prices:
    """In `currency`, one unit each."""

    as_of: str
    currency: str
    region: str
    transition: float
    express_request: float
    tiers: tuple[tuple[float, float], ...]
    """(GB-hours of a month up to which, price of a GB-hour), cheapest last."""
    memory_step_mb: int
    duration_step: float
    base_memory_mb: int
    lambda_request: float
    lambda_gb_second: float

    def memory_mb(self, definition_bytes: Number, payload_bytes: Number, steps: Number) -> int:
        """Billed memory of an Express execution: 50 MB, the definition, the payload once for each parallel or map step.

        Rounded up to the next 64 MB (AWS's own formula).
        """
        used = self.base_memory_mb + definition_bytes / MEGABYTE + payload_bytes * max(1, steps) / MEGABYTE
        return math.ceil(used / self.memory_step_mb) * self.memory_step_mb

    def billed_seconds(self, seconds: Number) -> float:
        """Duration rounded up to the next 100 ms."""
        step = self.duration_step
        # A rounding error of the division must not become a step of its own.
        return round(math.ceil(round(seconds / step, 6)) * step, 6)

    def memory_price(self, gb_hours: float) -> float:
        """What so many GB-hours of one month cost."""
        price = 0.0
        below = 0.0
        for up_to, each in self.tiers:
            if gb_hours <= below:
                break
            price += (min(gb_hours, up_to) - below) * each
            below = up_to
        return price


def prices(region: str = "us-east-1", architecture: str = "x86_64", file: Path | None = None) -> Prices:
    """The prices of a region, from the package or from a file of the same form. A FlowDslError: no such region."""
    raw = _shipped() if file is None else _read(file)
    _check_region(region, raw)
    try:
        transition = raw["standard"]["transition"]
        express, function = raw["express"], raw["lambda"]
        return Prices(
            as_of=str(raw["as_of"]),
            currency=str(raw["currency"]),
            region=region,
            transition=float(transition.get(region, transition["default"])),
            express_request=float(express["request"]),
            tiers=tuple(
                (math.inf if tier["up_to"] is None else float(tier["up_to"]), float(tier["price"]))
                for tier in express["gb_hour_tiers"]
            ),
            memory_step_mb=int(express["memory_step_mb"]),
            duration_step=float(express["duration_step_seconds"]),
            base_memory_mb=int(express["base_memory_mb"]),
            lambda_request=float(function["request"]),
            lambda_gb_second=float(function["gb_second"][architecture]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FlowDslError(
            f"the prices in {file or 'prices.json'} are not of the form that is needed: {error!r}"
        ) from None


def _check_region(region: str, raw: dict[str, Any]) -> None:
    """Most regions have the default price; a name that is none would have it too."""
    if region == "us-east-1" or region in raw.get("standard", {}).get("transition", {}):
        return
    known = regions()
    if known and region not in known:
        raise FlowDslError(f"AWS has no region {region!r}{did_you_mean(region, known)}")


@cache
def _shipped() -> dict[str, Any]:
    return _read(Path(__file__).parent / "prices.json")


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FlowDslError(f"the prices in {path} cannot be read: {error}") from None
    return found
