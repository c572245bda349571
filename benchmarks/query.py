"""Expressions of both query languages: microseconds of one evaluation, compiled."""

from __future__ import annotations

from random import Random
from typing import Any

from benchmarks.timing import best
from flowdsl.query.base import Env, Evaluate
from flowdsl.query.jsonata.dialect import compile_expression
from flowdsl.query.jsonpath import compile_choice, compile_intrinsic, compile_path, compile_set_at, compile_template

ROUNDS = 20_000

SMALL: dict[str, Any] = {"order": {"id": "o-1", "total": 12.5}, "n": 3, "status": "PAID"}
LARGE: dict[str, Any] = {**SMALL, "items": [{"sku": str(i), "price": i, "tags": ["a", "b"]} for i in range(2_000)]}


def env(document: Any) -> Env:
    return Env(
        document,
        {"Execution": {"Id": "e"}, "State": {"Name": "S"}},
        {"n": 3, "order": {"id": "o-1"}},
        now_ms=lambda: 1_767_268_800_000,
        random=Random(0),
    )


def microseconds(evaluate: Evaluate, given: Env, rounds: int = ROUNDS) -> float:
    def work() -> None:
        for _ in range(rounds):
            evaluate(given)

    return best(work) / rounds * 1e6


def main() -> None:
    placed = compile_set_at("$.result")
    rows: list[tuple[str, Evaluate, Any, int]] = [
        ("path  $.order.id", compile_path("$.order.id", "InputPath"), SMALL, ROUNDS),
        ("path  $.items[*].sku of 2,000", compile_path("$.items[*].sku", "InputPath"), LARGE, 100),
        ("path  $.items[?(@.price > 1990)] of 2,000", compile_path("$.items[?(@.price > 1990)]", "InputPath"), LARGE, 20),
        ("choice $.n < 10", compile_choice({"Variable": "$.n", "NumericLessThan": 10}), SMALL, ROUNDS),
        ("template of three", compile_template({"a.$": "$.n", "b": 1, "c.$": "$.order.id"}, "Parameters"), SMALL, ROUNDS),
        ("States.MathAdd($.n, 1)", compile_intrinsic("States.MathAdd($.n, 1)", "x.$"), SMALL, ROUNDS),
        ("States.Format('{}-{}', $.n, $.status)", compile_intrinsic("States.Format('{}-{}', $.n, $.status)", "x.$"), SMALL, ROUNDS),
        ("ResultPath $.result", lambda given: placed(given.input, 1), SMALL, ROUNDS),
        ("{% $states.input.order.id %}", compile_expression("$states.input.order.id", "Output"), LARGE, ROUNDS),
        ("{% $n + 1 %}", compile_expression("$n + 1", "Output"), SMALL, ROUNDS),
        ("{% $n < 1000 %}", compile_expression("$n < 1000", "Output"), SMALL, ROUNDS),
        ("{% $states.input.n + $n %} of a large input", compile_expression("$states.input.n + $n", "Output"), LARGE, ROUNDS),
        ("{% $sum($states.input.items.price) %} of 2,000", compile_expression("$sum($states.input.items.price)", "Output"), LARGE, 50),
        ("{% $uuid() %}", compile_expression("$uuid()", "Output"), SMALL, ROUNDS),
    ]  # fmt: skip
    for name, evaluate, document, rounds in rows:
        print(f"{name:48} {microseconds(evaluate, env(document), rounds):10.2f} µs")
