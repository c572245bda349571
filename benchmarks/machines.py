"""The machines that the interpreter and its peers are measured with, as plain documents."""

from __future__ import annotations

from typing import Any

CHAIN = 100
ROUNDS = 1_000
ITEMS = 1_000


def _next(index: int, last: int) -> dict[str, Any]:
    return {"Next": f"S{index + 1}"} if index < last else {"End": True}


def chain(language: str = "JSONPath") -> dict[str, Any]:
    """A chain of 100 Pass states."""
    states = {f"S{i}": {"Type": "Pass", **_next(i, CHAIN - 1)} for i in range(CHAIN)}
    return {"QueryLanguage": language, "StartAt": "S0", "States": states}


def jsonpath_loop() -> dict[str, Any]:
    """A counter to 1,000: a Choice and a Pass with States.MathAdd."""
    return {
        "StartAt": "Start",
        "States": {
            "Start": {"Type": "Pass", "Result": {"n": 0}, "Next": "Check"},
            "Check": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericLessThan": ROUNDS, "Next": "Count"}],
                "Default": "Done",
            },
            "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Check"},
            "Done": {"Type": "Succeed"},
        },
    }


def jsonata_loop() -> dict[str, Any]:
    """The same in JSONata, with a variable."""
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Start",
        "States": {
            "Start": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Check"},
            "Check": {
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% $n < {ROUNDS} %}}", "Next": "Count"}],
                "Default": "Done",
            },
            "Count": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Check"},
            "Done": {"Type": "Succeed"},
        },
    }


def inline_map(language: str = "JSONPath") -> dict[str, Any]:
    """Three Pass states for each of 1,000 items."""
    states = {f"S{i}": {"Type": "Pass", **_next(i, 2)} for i in range(3)}
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "S0", "States": states}
    return {
        "QueryLanguage": language,
        "StartAt": "Each",
        "States": {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}},
    }


CASES: dict[str, tuple[dict[str, Any], Any, int]] = {
    "chain of 100 Pass states": (chain(), {"a": 1}, CHAIN),
    "JSONPath loop of 1,000 rounds": (jsonpath_loop(), {}, 2 * ROUNDS + 3),
    "JSONata loop of 1,000 rounds": (jsonata_loop(), {}, 2 * ROUNDS + 3),
    "inline Map, 1,000 items of 3 Passes": (inline_map(), list(range(ITEMS)), 3 * ITEMS),
}
"""(machine, input, transitions) by name."""


def spoken(document: dict[str, Any], language: str) -> dict[str, Any]:
    """A machine in the language that a peer speaks; those without expressions say the same in both."""
    return {**document, "QueryLanguage": language}
