"""Random state machines of every state type, in both languages: the same seed gives the same machines."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

PATHS = (
    "$",
    "$.a",
    "$.n",
    "$.list",
    "$.list[0]",
    "$.o.x",
    "$.list[1:]",
    "$.missing",
    "$$.State.Name",
    "$.list[*]",
    "$..x",
)
INTRINSICS = (
    "States.Format('{}-{}', $.n, $.s)",
    "States.Array($.n, $.s, true)",
    "States.MathAdd($.n, 1)",
    "States.ArrayLength($.list)",
    "States.ArrayGetItem($.list, 1)",
    "States.ArrayContains($.list, $.n)",
    "States.ArrayUnique($.list)",
    "States.ArrayPartition($.list, 2)",
    "States.ArrayRange(1, 9, 3)",
    "States.StringSplit($.s, '-')",
    "States.JsonToString($.o)",
    "States.StringToJson($.json)",
    "States.JsonMerge($.o, $.p, false)",
    "States.Base64Encode($.s)",
    "States.Hash($.s, 'SHA-256')",
)
EXPRESSIONS = (
    "$states.input.n + 1",
    "$states.input.s & '!'",
    "$states.input.list[0]",
    "$reverse($states.input.list)",
    "$sum($states.input.list)",
    "$map($states.input.list, function($v) { $v * 2 })",
    "$merge([$states.input.o, $states.input.p])",
    "$states.input.missing",
    "$string($states.input.o)",
    "$count($states.input.list) > 2 ? 'many' : 'few'",
    "$states.context.State.Name",
    "$split($states.input.s, '-')",
    "$v",
)
COMPARISONS: tuple[tuple[str, str, Any], ...] = (
    ("$.n", "NumericEquals", 2),
    ("$.n", "NumericGreaterThan", 1),
    ("$.s", "StringEquals", "a-b"),
    ("$.s", "StringMatches", "a*"),
    ("$.s", "StringLessThan", "b"),
    ("$.b", "BooleanEquals", True),
    ("$.missing", "IsPresent", False),
    ("$.z", "IsNull", True),
    ("$.list", "IsString", True),
    ("$.t", "TimestampLessThan", "2026-06-01T00:00:00Z"),
    ("$.n", "NumericEqualsPath", "$.o.x"),
)


def value(pick: Random) -> dict[str, Any]:
    """An input with something of every kind."""
    return {
        "a": pick.choice([1, "x", None, [1], {"b": 2}]),
        "n": pick.choice([0, 1, 2, 2.5, -3]),
        "s": pick.choice(["a-b", "", "éa", "abc"]),
        "b": pick.choice([True, False]),
        "z": None,
        "t": pick.choice(["2026-01-01T00:00:00Z", "2027-01-01T12:00:00+02:00"]),
        "json": pick.choice(['{"k": [1, 2]}', "[1]", "1"]),
        "list": pick.choice([[1, 2, 3], [3, 3, 1], [], ["a", 1]]),
        "o": {"x": pick.choice([1, 2]), "y": "y"},
        "p": {"y": "z", "w": 1},
        "fail": pick.choice(["Custom", "Other"]),
    }


def machines(seed: int, count: int) -> Iterator[tuple[dict[str, Any], Any]]:
    """(machine, input) of each."""
    for index in range(count):
        pick = Random(f"{seed} {index}")
        language = pick.choice(["JSONPath", "JSONata"])
        machine, told = {"QueryLanguage": language, **_scope(pick, language, 2)}, value(pick)
        if language == "JSONata":
            del told["json"]
        yield machine, told


def _scope(pick: Random, language: str, depth: int) -> dict[str, Any]:
    names = [f"S{i}" for i in range(pick.randint(1, 5))]
    prefix = f"D{depth}{pick.randint(0, 10**6)}"
    names = [f"{prefix}{name}" for name in names]
    states = {name: _state(pick, language, depth, names[i + 1 :]) for i, name in enumerate(names)}
    return {"StartAt": names[0], "States": states}


def _state(pick: Random, language: str, depth: int, later: list[str]) -> dict[str, Any]:
    kinds = ["Pass"] * 4 + ["Task"] * 2 + ["Fail"]
    if later:
        kinds += ["Choice"] * 3
    if depth:
        kinds += ["Map", "Parallel"]
    kind = pick.choice(kinds)
    jsonata = language == "JSONata"
    if kind == "Fail":
        return {"Type": "Fail", "Error": pick.choice(["Custom", "Other"]), "Cause": "because"}
    if kind == "Choice":
        return _choice(pick, jsonata, later)
    state: dict[str, Any] = {"Type": kind}
    if kind == "Pass":
        state |= _pass_jsonata(pick) if jsonata else _pass(pick)
    elif kind == "Task":
        state |= _task(pick, jsonata)
    elif kind == "Parallel":
        state["Branches"] = [_scope(pick, language, depth - 1) for _ in range(pick.randint(1, 2))]
    else:
        state |= {"Items": "{% $states.input.list %}"} if jsonata else {"ItemsPath": "$.list"}
        state |= {"ItemProcessor": _scope(pick, language, depth - 1), "MaxConcurrency": 1}
    if kind != "Pass" and later and pick.random() < 0.5:
        catcher: dict[str, Any] = {"ErrorEquals": [pick.choice(["States.ALL", "Custom"])], "Next": pick.choice(later)}
        if not jsonata and pick.random() < 0.5:
            catcher["ResultPath"] = "$.error"
        state["Catch"] = [catcher]
    if later and pick.random() < 0.9:
        state["Next"] = later[0]
    else:
        state["End"] = True
    return state


def _pass(pick: Random) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if pick.random() < 0.3:
        told["InputPath"] = pick.choice([*PATHS, None])
    if pick.random() < 0.5:
        told["Parameters"] = {"keep.$": "$", "got.$": pick.choice([*PATHS, *INTRINSICS, *INTRINSICS])}
    elif pick.random() < 0.3:
        told["Result"] = value(pick)
    if pick.random() < 0.5:
        told["ResultPath"] = pick.choice(["$", "$.r", "$.o.r", None])
    if pick.random() < 0.2:
        told["OutputPath"] = pick.choice([*PATHS, None])
    if pick.random() < 0.2:
        told["Assign"] = {"v.$": pick.choice([*PATHS, *INTRINSICS])}
    return told


def _pass_jsonata(pick: Random) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if pick.random() < 0.3:
        told["Assign"] = {"v": f"{{% {pick.choice(EXPRESSIONS[:-1])} %}}"}
    if pick.random() < 0.6:
        got = f"{{% {pick.choice(EXPRESSIONS)} %}}"
        told["Output"] = pick.choice([{"got": got}, {f"{k}": f"{{% $states.input.{k} %}}" for k in ("n", "s", "list")}])
    return told


def _task(pick: Random, jsonata: bool) -> dict[str, Any]:
    fails = pick.random() < 0.3
    function = "failing" if fails else "echo"
    told: dict[str, Any] = {"Resource": "arn:aws:states:::lambda:invoke"}
    if jsonata:
        told["Arguments"] = {"FunctionName": function, "Payload": "{% $states.input %}"}
        told["Output"] = "{% $states.result.Payload %}"
    else:
        told["Parameters"] = {"FunctionName": function, "Payload.$": "$"}
        told["OutputPath"] = "$.Payload"
    return told


def _choice(pick: Random, jsonata: bool, later: list[str]) -> dict[str, Any]:
    rules: list[dict[str, Any]] = []
    for _ in range(pick.randint(1, 2)):
        target = pick.choice(later)
        if jsonata:
            test = pick.choice(
                ["$states.input.n > 1", "$exists($states.input.s)", "$states.input.b", "$count($states.input.list) = 3"]
            )
            rules.append({"Condition": f"{{% {test} %}}", "Next": target})
            continue
        variable, operator, operand = pick.choice(COMPARISONS)
        rule: dict[str, Any] = {"Variable": variable, operator: operand}
        shape = pick.random()
        if shape < 0.2:
            rule = {"Not": rule}
        elif shape < 0.4:
            other = pick.choice(COMPARISONS)
            rule = {pick.choice(["And", "Or"]): [rule, {"Variable": other[0], other[1]: other[2]}]}
        rules.append({**rule, "Next": target})
    told: dict[str, Any] = {"Type": "Choice", "Choices": rules}
    if pick.random() < 0.8:
        told["Default"] = pick.choice(later)
    return told
