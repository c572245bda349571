"""Four times the states are four times the work, whatever the clock says."""

from __future__ import annotations

import cProfile
import pstats
from typing import Any, cast

import pytest

from benchmarks.checks import jsonata
from benchmarks.definitions import machine
from flowdsl.asl.definition import Definition
from flowdsl.checks.runner import check


def calls(document: dict[str, Any]) -> int:
    """Functions called by a check, those of C included."""
    profile = cProfile.Profile()
    profile.runcall(check, Definition(document))
    return cast("Any", pstats.Stats(profile)).total_calls


@pytest.mark.parametrize("make", [machine, jsonata], ids=["JSONPath", "JSONata"])
def test_the_work_grows_with_the_states_and_no_faster(make: Any) -> None:
    check(Definition(make(10)))  # what is loaded once is no part of it
    few, many = calls(make(500)), calls(make(2_000))
    assert many < 4.4 * few
