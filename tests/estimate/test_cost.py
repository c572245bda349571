"""What executions cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.estimate.cost import Cost, LambdaUse
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.prices import prices

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def chain(*states: dict[str, Any]) -> Definition:
    named = {f"S{i}": {**state, "Next": f"S{i + 1}"} for i, state in enumerate(states)}
    last = named[f"S{len(states) - 1}"]
    del last["Next"]
    last["End"] = True
    return Definition({"StartAt": "S0", "States": named})


def test_a_standard_execution_costs_its_transitions() -> None:
    cost = Cost(Estimate(chain(INVOKE, INVOKE, {"Type": "Pass"})), prices())
    assert cost.standard.at({}) * 1_000_000 == pytest.approx(75)


def test_retries_are_transitions_at_worst_only() -> None:
    cost = Cost(Estimate(chain({**INVOKE, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]})), prices())
    assert cost.standard.at({}) == pytest.approx(0.000025)
    assert cost.standard_worst.at({}) == pytest.approx(0.0001)


def test_a_regions_own_price_counts() -> None:
    cost = Cost(Estimate(chain({"Type": "Pass"})), prices("sa-east-1"))
    assert cost.standard.at({}) == pytest.approx(0.0000375)


def test_express_is_billed_in_64_mb_and_100_ms_steps() -> None:
    cost = Cost(Estimate(chain({"Type": "Wait", "Seconds": 1}, INVOKE)), prices(), volume=1_000_000)
    assert cost.express is not None
    assert (cost.express.memory_mb, cost.express.billed_seconds) == (64, 1.2)
    # A million requests; 1.2 s of 64 MB are 20.83 GB-hours, all in the first tier.
    assert cost.express.each * 1_000_000 == pytest.approx(1 + 20.8333 * 0.06, rel=1e-4)


def test_awss_own_example_of_memory_and_tiers() -> None:
    """100 million workflows of 10 s, a 50 KB definition, 400 map steps of 32 KB: $382.97 of duration (AWS's price page)."""
    known = prices()
    memory = known.memory_mb(50 * 1024, 32 * 1024, 400)
    gb_hours = 100_000_000 * 10 * memory / 1024 / 3600
    assert memory == 64
    assert gb_hours == pytest.approx(17_361.11, abs=0.01)
    assert known.memory_price(gb_hours) == pytest.approx(382.97, abs=0.01)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (
            {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync"},
            "'S0' waits for a job, a worker or a callback",
        ),
        ({"Type": "Wait", "Seconds": 600}, "'S0' waits 600 s, and an Express execution has 300"),
        (
            {
                "Type": "Map",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                    "StartAt": "P",
                    "States": {"P": {"Type": "Pass", "End": True}},
                },
            },
            "'S0' is a Distributed Map",
        ),
    ],
)
def test_what_cannot_be_express_is_told_with_the_reason(state: dict[str, Any], why: str) -> None:
    cost = Cost(Estimate(chain(state)), prices())
    assert (cost.not_express, cost.express) == (why, None)


def test_lambda_is_counted_on_demand() -> None:
    estimate = Estimate(chain(INVOKE, INVOKE))
    without, with_ = Cost(estimate, prices()), Cost(estimate, prices(), functions=LambdaUse(1024, 1.0))
    difference = with_.standard.at({}) - without.standard.at({})
    assert difference == pytest.approx(2 * (0.0000002 + 0.0000166667))


def test_a_price_may_depend_on_the_items() -> None:
    inner = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    cost = Cost(Estimate(chain({"Type": "Map", "ItemProcessor": inner})), prices(), {"n": 99})
    assert cost.standard.at({}) == pytest.approx(0.0025)


def test_prices_may_come_from_a_file(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "src" / "flowdsl" / "estimate" / "prices.json"
    raw = json.loads(shipped.read_text(encoding="utf-8"))
    raw["standard"]["transition"]["default"] = 1.0
    (tmp_path / "mine.json").write_text(json.dumps(raw), encoding="utf-8")
    assert prices(file=tmp_path / "mine.json").transition == 1.0


def test_prices_of_another_form_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"standard": {}}', encoding="utf-8")
    with pytest.raises(FlowDslError, match="are not of the form that is needed: KeyError"):
        prices(file=tmp_path / "mine.json")
    with pytest.raises(FlowDslError, match="cannot be read"):
        prices(file=tmp_path / "none.json")


def test_express_children_of_a_distributed_map_are_billed_as_express_executions_are() -> None:
    state = {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            "StartAt": "W",
            "States": {"W": {"Type": "Wait", "Seconds": 240, "End": True}},
        },
    }
    estimate = Estimate(chain(state), item_counts={"/States/S0": 1_000})
    cost = Cost(estimate, prices(), volume=1)
    # 1,001 transitions; 1,000 requests; 1,000 times 240 s of 64 MB at $0.06 a GB-hour.
    assert cost.standard.at({}) == pytest.approx(1_001 * 0.000025 + 1_000 * 0.000001 + 1_000 * 240 / 16 / 3600 * 0.06)


def test_a_region_that_aws_does_not_have_is_refused() -> None:
    with pytest.raises(FlowDslError) as refused:
        prices("eu-wset-1")
    assert str(refused.value) == "AWS has no region 'eu-wset-1'; did you mean 'eu-west-1'?"
