"""Random machines that any interpreter of ASL can run: no Task, no clock, no chance."""

from __future__ import annotations

import random
from typing import Any

INPUT: dict[str, Any] = {
    "n": 3,
    "f": 2.5,
    "s": "a,b c",
    "l": [3, 1, 2],
    "o": {"a": 1, "k": [True]},
    "b": True,
    "z": None,
}
PATHS = [
    "$.n",
    "$.f",
    "$.s",
    "$.l",
    "$.o",
    "$.b",
    "$.z",
    "$.l[0]",
    "$.l[1:]",
    "$.l[*]",
    "$.o.k[0]",
    "$..a",
    "$.none[*]",
    "$.missing",
]
INTRINSICS = [
    "States.Format('{} and {}', $.n, $.s)",
    "States.Array($.n, $.s, null)",
    "States.ArrayLength($.l)",
    "States.ArrayContains($.l, $.n)",
    "States.ArrayRange(1, 9, $.n)",
    "States.ArrayPartition($.l, 2)",
    "States.ArrayGetItem($.l, 1)",
    "States.ArrayUnique($.l)",
    "States.StringSplit($.s, ', ')",
    "States.MathAdd($.n, -5)",
    "States.JsonToString($.o)",
    "States.StringToJson('[1, 2]')",
    "States.JsonMerge($.o, $.o, false)",
    "States.Base64Encode($.s)",
    "States.Hash($.s, 'SHA-256')",
    "States.ArrayGetItem($.l, 9)",
]
EXPRESSIONS = [
    "$states.input.n + 1",
    "$sum($states.input.l)",
    "$states.input.l[$ > 1]",
    "$sort($states.input.l)",
    "$map($states.input.l, function($x) {$x * 2})",
    "$states.input.s & '!'",
    "$split($states.input.s, ',')",
    "$merge([$states.input.o, {'c': 2}])",
    "$states.input.missing",
    "$exists($states.input.z)",
    "$keys($states.input.o)",
    "$states.input.n = 3 ? 'three' : 'other'",
    "$formatNumber($states.input.f, '0.00')",
    "$count($states.input.l[$ > 2])",
    "$uppercase($states.input.s)",
    "$string($states.input.o)",
]
TESTS: list[dict[str, Any]] = [
    {"Variable": "$.n", "NumericGreaterThan": 2},
    {"Variable": "$.s", "StringMatches": "a*c"},
    {"Variable": "$.b", "BooleanEquals": False},
    {"Variable": "$.z", "IsNull": True},
    {"Variable": "$.none", "IsPresent": False},
    {"Variable": "$.f", "NumericEqualsPath": "$.n"},
    {"Not": {"Variable": "$.s", "IsNumeric": True}},
    {"And": [{"Variable": "$.n", "IsNumeric": True}, {"Variable": "$.s", "StringLessThan": "b"}]},
]


def machine(seed: int) -> dict[str, Any]:
    """The machine of one seed, for INPUT."""
    chance = random.Random(seed)
    language = chance.choice(["JSONPath", "JSONata"])
    return {"QueryLanguage": language, **_scope(chance, language, "S", 2)}


def _scope(chance: random.Random, language: str, prefix: str, depth: int) -> dict[str, Any]:
    count = chance.randrange(2, 5)
    states: dict[str, Any] = {}
    for i in range(count):
        name, following = f"{prefix}{i}", {"Next": f"{prefix}{i + 1}"}
        make = _jsonpath if language == "JSONPath" else _jsonata
        states[name] = make(chance, name, depth, following)
    states[f"{prefix}{count}"] = {"Type": "Succeed"}
    return {"StartAt": f"{prefix}0", "States": states}


def _jsonpath(chance: random.Random, name: str, depth: int, following: dict[str, Any]) -> dict[str, Any]:
    kind = chance.choice(["Pass", "Pass", "Pass", "Choice", "Map", "Parallel"] if depth else ["Pass", "Pass", "Choice"])
    result = chance.choice([f"$.r{name}", f"$.deep.{name}", None])
    if kind == "Pass":
        value = chance.choice(PATHS if chance.random() < 0.5 else INTRINSICS)
        return {"Type": "Pass", "Parameters": {"v.$": value, "c": ["$.n"]}, "ResultPath": result, **following}
    if kind == "Choice":
        rules = [{**test, **following} for test in chance.sample(TESTS, 2)]
        return {"Type": "Choice", "Choices": rules, "Default": following["Next"]}
    inner = _scope(chance, "JSONPath", f"{name}x", depth - 1)
    if kind == "Map":
        selector = {"i.$": "$$.Map.Item.Index", "x.$": "$$.Map.Item.Value", **{f"{k}.$": f"$.{k}" for k in INPUT}}
        state: dict[str, Any] = {"Type": "Map", "ItemsPath": "$.l", "ItemSelector": selector, "ItemProcessor": inner}
    else:
        state = {"Type": "Parallel", "Branches": [inner, _scope(chance, "JSONPath", f"{name}y", depth - 1)]}
    return {**state, "ResultPath": result, **following}


def _jsonata(chance: random.Random, name: str, depth: int, following: dict[str, Any]) -> dict[str, Any]:
    kind = chance.choice(["Pass", "Pass", "Pass", "Choice", "Map", "Parallel"] if depth else ["Pass", "Pass", "Choice"])
    text = f"{{% {chance.choice(EXPRESSIONS)} %}}"
    if kind == "Pass":
        if chance.random() < 0.5:
            return {"Type": "Pass", "Assign": {f"v{name}": text}, **following}
        return {"Type": "Pass", "Output": f"{{% $merge([$states.input, {{'{name}': {text[3:-3]}}}]) %}}", **following}
    if kind == "Choice":
        condition = chance.choice(["$states.input.n > 2", "$exists($states.input.none)", "'a' in $states.input.s"])
        return {
            "Type": "Choice",
            "Choices": [{"Condition": f"{{% {condition} %}}", **following}],
            "Default": following["Next"],
        }
    inner = _scope(chance, "JSONata", f"{name}x", depth - 1)
    output = f"{{% $merge([$states.input, {{'{name}': $states.result}}]) %}}"
    if kind == "Map":
        selector = "{% $merge([$states.input, {'x': $states.context.Map.Item.Value}]) %}"
        return {
            "Type": "Map",
            "Items": "{% $states.input.l %}",
            "ItemSelector": {
                "x": "{% $states.context.Map.Item.Value %}",
                "n": 1,
                "l": [1, 2],
                "s": "x,y",
                "o": {"a": selector},
            },
            "ItemProcessor": inner,
            "Output": output,
            **following,
        }
    return {
        "Type": "Parallel",
        "Branches": [inner, _scope(chance, "JSONata", f"{name}y", depth - 1)],
        "Output": output,
        **following,
    }
