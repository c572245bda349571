"""Every definition in use has an estimate, quickly, and none is said to break that runs every day."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.estimate.cost import Cost
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.limits import Limits
from flowdsl.estimate.paths import ends_of
from flowdsl.estimate.prices import prices

pytestmark = pytest.mark.corpus


def test_definitions_in_use_are_within_their_quotas(corpus: Path) -> None:
    known = prices()
    broken = []
    for path in sorted((corpus / "asl").glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        document = record["definition"]
        if not isinstance(document, dict) or "known_invalid" in record:
            continue
        estimate = Estimate(Definition(document))
        ends = ends_of(estimate)
        assert Cost(estimate, known).standard_worst.at(estimate.bounds) >= Cost(estimate, known).standard.at({})
        for end in ends:
            assert end.worst.events.at(estimate.bounds) <= estimate.worst.events.at(estimate.bounds)
        broken += [f"{path.stem}: {limit.about}" for limit in Limits(estimate).all if limit.exceeded]
    assert broken == []
