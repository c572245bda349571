"""Workflows made at random, with a typed input: most of them nearly right, so that many pass the checks and all can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from tests.checks.made_values import ORDER, RESULTS


def _holder(document: Any, pointer: str) -> tuple[dict[str, Any], str]:
    """The States object and the name in it that a pointer leads to, the innermost."""
    tokens = pointer.split("/")[1:]
    found: tuple[dict[str, Any], str] = (document["States"], document["StartAt"])
    here = document
    for i, token in enumerate(tokens):
        if token == "States" and is_object(here) and i + 1 < len(tokens):
            found = (here["States"], tokens[i + 1])
        here = here[int(token)] if is_list(here) else here.get(token)
        if here is None:
            break
    return found


def _is_reached(document: Any, states: dict[str, Any], name: str) -> bool:
    """Whether some state of the same scope, or its StartAt, leads to a state."""
    text = json.dumps([fields for key, fields in states.items() if key != name])
    return (
        f'"Next": "{name}"' in text or f'"Default": "{name}"' in text or f'"StartAt": "{name}"' in json.dumps(document)
    )


class Maker:
    """Makes one workflow. `fields` are the paths that may lead somewhere at the state in hand, by the kind of what is there."""

    def __init__(self, random: Random, language: str) -> None:
        self.random = random
        self.jsonata = language == "JSONata"
        self.language = language
        self.placeholders: dict[str, Binding] = {}
        self.number = 0
        self.results: list[str] = []
        self.variables: list[str] = []

    def definition(self) -> Definition:
        document = self.scope(self.random.randint(3, 7), 0, final=True)
        document = {"QueryLanguage": self.language, **document}
        return Definition(document, bindings=Bindings(ORDER, self.placeholders), name="Made")

    def repaired(
        self, definition: Definition, faults: Callable[[Definition], list[str]], rounds: int = 150
    ) -> Definition | None:
        """The workflow with each state that a finding points at made anew, until there is none; None: it took too long.

        What remains is what the checks only just let pass. Unreached states are taken out.
        """
        tried: dict[str, int] = {}
        for _ in range(rounds):
            found = faults(definition)
            if not found:
                return definition
            document = json.loads(json.dumps(definition.document))
            states, name = _holder(document, found[0])
            tried[name] = tried.get(name, 0) + 1
            names = list(states)
            later = names[names.index(name) + 1 :]
            if not _is_reached(document, states, name):
                del states[name]
            elif states[name]["Type"] == "Fail":
                states[name] = {"Type": "Fail", **self._fail()}
            elif not later:
                return None
            elif tried[name] > 12:
                states[name] = {"Type": "Pass", "Next": later[0]}
            else:
                states[name] = self.state(later, found[0].count("/States/") - 1)
            definition = Definition(document, bindings=Bindings(ORDER, self.placeholders), name="Made")
        return None

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def name(self) -> str:
        self.number += 1
        return f"S{self.number}"

    def scope(self, count: int, depth: int, *, final: bool = False) -> dict[str, Any]:
        names = [self.name() for _ in range(count)]
        ends = [self.name(), *([self.name()] if self.chance(0.3) else [])]
        states: dict[str, Any] = {}
        for i, name in enumerate(names):
            states[name] = self.state([*names[i + 1 :], *ends], depth)
        states[ends[0]] = {"Type": "Succeed"}
        for name in ends[1:]:
            states[name] = {"Type": "Fail", **self._fail()}
        return {"StartAt": names[0], "States": states}

    def state(self, later: list[str], depth: int) -> dict[str, Any]:
        kinds = ["Pass", "Pass", "Task", "Task", "Task", "Choice", "Choice", "Choice", "Wait"]
        kinds += ["Map", "Map", "Parallel"] if depth < 2 else []
        kind = self.random.choice(kinds)
        make: Callable[[list[str], int], dict[str, Any]] = getattr(self, f"_{kind.lower()}")
        return {"Type": kind, **make(later, depth)}

    def next(self, later: list[str]) -> str:
        return later[0] if self.chance(0.8) else self.random.choice(later)

    # what may be read

    def place(self) -> str:
        """A path below the input: JSONPath's `$` or JSONata's `$states.input`."""
        root = "$states.input" if self.jsonata else "$"
        pool = [
            "id", "total", "kind", "vip", "coupon", "note", "lines", "first", "first.sku", "first.n", "first.gift",
            "lines[0].sku", "pair[0].sku", "pair[1]", "pair", "id", "total", "first.n", "kind", "vip", "nope", "id.x",
            "to", "to.zip", "to.geo", "to.geo.x", "to.floor", "due", "tags", "tags[0]", "wait", "to.zip", "error", "error.Cause",
        ]  # fmt: skip
        pool += [
            f"{result}{below}"
            for result in self.results
            for below in ("", ".ok", ".n", ".why", ".status", ".line.sku", "[0].n")
        ]
        if self.chance(0.15) and self.variables:
            return f"${self.random.choice(self.variables)}" + self.random.choice(["", "", ".n", "[0]"])
        if self.chance(0.04):
            return self.random.choice(
                ["$states.context.Execution.Id", root] if self.jsonata else ["$$.Execution.Id", "$"]
            )
        return f"{root}.{self.random.choice(pool)}"

    def expression(self, depth: int = 0) -> str:
        random = self.random
        if depth > 2 or self.chance(0.45):
            return random.choice(
                [self.place(), self.place(), self.place(), "1", "'x'", "$states.input.lines", "$states.input.lines.sku"]
            )
        a, b = self.expression(depth + 1), self.expression(depth + 1)
        return random.choice(
            [
                f"{a} + 1", f"{a} & {b}", f"({self.condition()} ? {a} : {b})", f"[{a}, {b}]", f'{{"a": {a}, "b": {b}}}',
                f"$string({a})", f"$count({a})", f"$uppercase({a})", "$sum($states.input.lines.n)", f"$exists({a}) ? {a} : {b}",
                f"$map($states.input.lines, function($l) {{ $l.n + {a} }})", "$states.input.lines[n > 1]",
                f"$append({a}, {b})", f"$merge([$states.input, {{\"a\": {a}}}])", "[$states.input.lines[n > 1].sku]",
                f"{a} * 2 - {b}", f"-{a}", f"$substring({a}, 0, 2)", f"$split({a}, 'a')", f"$join({a}, '-')", f"$trim({a})",
                f"$contains({a}, 'x')", f"$replace({a}, 'a', 'b')", f"$length({a})", "$fromMillis(86400000)",
                "$toMillis($states.input.due) + 1000", "$now()", "$uuid()", f"$round({a})", f"$floor({a})", f"$abs({a})", f"$max({a})",
                f"$sort({a})", f"$distinct({a})", f"$reverse({a})", f"$lookup({a}, 'sku')", f"$keys({a})", f"$type({a})", f"$boolean({a})",
                f"$string({a}) & $string({b})", f"$filter({a}, function($x) {{ $exists($x) }})", f"$reduce({a}, function($s, $x) {{ $s + $x }})",
                f"{a}.sku", f"{a}.n", f"{a}[0]", f"{a}[-1]", "$states.input.lines.{{'s': sku, 'n': n}}".replace("{{", "{").replace("}}", "}"),
                f"($x := {a}; $x & '!')", f"{a} ~> $string()", f"[1..$count({a})]", "$states.input.to.{\"z\": zip}", f"{a}.(n * 2)",
                f"$formatNumber({a}, '0.0')", f"$each({a}, function($v, $k) {{ $k }})", f"$zip({a}, {b})", f"$min([1, {a}])",
                f"$hash({a}, 'MD5')", f"$partition({a}, 2)", "$range(0, 3, 1)", f"$exists({a}) and {b}",
            ]
        )  # fmt: skip

    def condition(self) -> str:
        a = self.place()
        return self.random.choice(
            [f"$exists({a})", f"{a} = 'web'", f"{a} > 5", f"{a} != null", "$states.input.vip", f"{a} < 3 and $states.input.total > 1",
             f"$type({a}) = 'string'", f"$not($exists({a}))", f"{a} in ['web', 'shop']", f"$count({a}) > 0",
             f"$exists({a}) and {a} > 1", f"$exists({a}) or $states.input.vip", f"$not({a} = 'x' or {a} = 'y')", f"$boolean({a})",
             f"$type({a}) = 'number' and {a} >= 2", f"{a} = null or {a} = ''", f"{a}", "$states.input.total < 5 and $not($states.input.vip)",
             f"$contains({a}, 'w')", f"$length({a}) > 1", f"{a} > $states.input.wait", "$states.input.due < '2027'"]
        )  # fmt: skip

    def template(self) -> Any:
        if self.jsonata:
            if self.chance(0.3):
                return {f"k{i}": f"{{% {self.expression()} %}}" for i in range(self.random.randint(1, 2))}
            return f"{{% {self.expression()} %}}"
        made: dict[str, Any] = {}
        for i in range(self.random.randint(1, 3)):
            if self.chance(0.3):
                made[f"k{i}"] = self.random.choice([1, "x", None, {"deep.$": self.place()}])
            else:
                made[f"k{i}.$"] = self.value()
        return made

    def value(self) -> str:
        a, b = self.place(), self.place()
        return self.random.choice(
            [a, a, a, a, f"States.Format('{{}} {{}}', {a}, {b})", f"States.MathAdd({a}, 1)", f"States.Array({a}, {b})",
             f"States.ArrayLength({a})", f"States.JsonToString({a})", "$.lines[*].sku",
             f"States.ArrayGetItem({a}, 0)", f"States.ArrayContains({a}, {b})", f"States.StringSplit({a}, ',')",
             f"States.JsonMerge({a}, {b}, false)", f"States.Hash({a}, 'MD5')", f"States.Base64Encode({a})", "States.ArrayRange(0, 9, 3)",
             f"States.ArrayPartition({a}, 2)", f"States.ArrayUnique({a})", "States.MathRandom(1, 9)", "States.UUID()",
             f"States.Format('{{}}', States.MathAdd({a}, 1))", f"States.ArrayGetItem(States.Array({a}, {b}), 1)", "$.pair[0:1]", "$.lines[?(@.n > 1)]",
             "$.lines[*]", "$..sku", "$.tags[-1]", f"States.ArrayLength(States.Array({a}))"]
        )  # fmt: skip

    # fields

    def ways_out(self, state: dict[str, Any], later: list[str]) -> dict[str, Any]:
        """What a state leaves behind, and where it goes."""
        if self.jsonata:
            if self.chance(0.35):
                state["Output"] = self.template()
            else:
                result = f"r{self.number}x{self.random.randint(0, 99)}"
                mine = "$states.result" if state["Type"] in ("Task", "Map", "Parallel") else "1"
                state["Output"] = f'{{% $merge([$states.input, {{"{result}": {mine}}}]) %}}'
                self.results.append(result)
        else:
            if self.chance(0.7):
                result = f"r{self.number}x{self.random.randint(0, 99)}"
                state["ResultPath"] = f"$.{result}"
                self.results.append(result)
            elif self.chance(0.4):
                state["ResultPath"] = None
            if self.chance(0.1):
                state["OutputPath"] = self.place()
        if self.chance(0.25):
            name = f"v{self.random.randint(0, 4)}"
            state["Assign"] = {name: f"{{% {self.expression()} %}}"} if self.jsonata else {f"{name}.$": self.value()}
            self.variables.append(name)
        state["Next"] = self.next(later)
        return {key: value for key, value in state.items() if key != "Type"}

    def _pass(self, later: list[str], depth: int) -> dict[str, Any]:
        state: dict[str, Any] = {"Type": "Pass"}
        if not self.jsonata:
            if self.chance(0.7):
                state["Parameters"] = self.template()
            else:
                state["Result"] = self.random.choice([{"ok": True, "n": 2}, [1, 2], "text", {"status": "DONE"}])
            if self.chance(0.1):
                state["InputPath"] = self.place()
        return self.ways_out(state, later)

    def _task(self, later: list[str], depth: int) -> dict[str, Any]:
        handler = f"H{len(self.placeholders)}"
        self.placeholders[handler] = Binding(
            handler, "lambda", f"made:{handler}", result_schema=self.random.choice(RESULTS)
        )
        state: dict[str, Any] = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
        call: dict[str, Any] = {"FunctionName": f"${{{handler}}}"}
        if self.jsonata:
            state["Arguments"] = {**call, "Payload": self.template()}
            self_made = self.ways_out(state, later)
            if isinstance(self_made.get("Output"), str):
                self_made["Output"] = self_made["Output"].replace("$states.result", "$states.result.Payload")
        else:
            state["Parameters"] = (
                {**call, "Payload": self.template()} if self.chance(0.6) else {**call, "Payload.$": "$"}
            )
            state["ResultSelector"] = self.random.choice(
                [{"p.$": "$.Payload"}, {"p.$": "$.Payload", "s.$": "$.StatusCode"}]
            )
            if self.chance(0.8):
                del state["ResultSelector"]
            self_made = self.ways_out(state, later)
        if self.chance(0.4):
            catcher: dict[str, Any] = {"ErrorEquals": ["States.TaskFailed"], "Next": self.next(later)}
            if not self.jsonata and self.chance(0.7):
                catcher["ResultPath"] = "$.error"
            elif self.jsonata and self.chance(0.7):
                catcher["Output"] = '{% $merge([$states.input, {"error": $states.errorOutput}]) %}'
            if self.chance(0.4):
                name = f"v{self.random.randint(0, 4)}"
                catcher["Assign"] = (
                    {name: self.random.choice(["{% $states.errorOutput.Cause %}", "{% $states.errorOutput %}", "x"])}
                    if self.jsonata
                    else {f"{name}.$": self.random.choice(["$.Cause", "$", "$.Error"])}
                )
                self.variables.append(name)
            self_made["Catch"] = [catcher]
        return self_made

    def _choice(self, later: list[str], depth: int) -> dict[str, Any]:
        rules: list[dict[str, Any]] = [
            {
                **({"Condition": f"{{% {self.condition()} %}}"} if self.jsonata else self.rule()),
                "Next": self.random.choice(later),
            }
            for _ in range(self.random.randint(1, 3))
        ]
        if self.chance(0.3):
            name = f"v{self.random.randint(0, 4)}"
            self.random.choice(rules)["Assign"] = (
                {name: f"{{% {self.expression(1)} %}}"} if self.jsonata else {f"{name}.$": self.value()}
            )
            self.variables.append(name)
        return {"Choices": rules, **({"Default": self.next(later)} if self.chance(0.85) else {})}

    def rule(self, depth: int = 0) -> dict[str, Any]:
        random = self.random
        if depth < 2 and self.chance(0.3):
            inner = [self.rule(depth + 1), self.rule(depth + 1)]
            return random.choice([{"And": inner}, {"Or": inner}, {"Not": inner[0]}])
        path = self.place()
        if path.startswith("$v") and "." not in path and self.chance(0.5):
            path = "$.total"
        if depth < 2 and self.chance(0.2):
            return {"And": [{"Variable": path, "IsPresent": True}, {"Variable": path, "StringEquals": "web"}]}
        return random.choice(
            [
                {"Variable": path, "IsPresent": random.random() < 0.7},
                {"Variable": path, "IsNull": random.random() < 0.5},
                {"Variable": path, "IsString": True},
                {"Variable": path, "NumericGreaterThan": random.randint(-1, 5)},
                {"Variable": path, "NumericLessThanEquals": random.randint(-1, 5)},
                {"Variable": path, "StringEquals": random.choice(["web", "shop", "DONE", "x"])},
                {"Variable": path, "BooleanEquals": random.random() < 0.5},
                {"Variable": path, "StringEqualsPath": self.place()},
                {"Variable": path, "NumericLessThanPath": self.place()},
                {"Variable": path, "StringMatches": "w*"},
                {"Variable": path, "IsTimestamp": True},
                {"Variable": path, "TimestampLessThan": "2027-01-01T00:00:00Z"},
                {"Variable": path, "IsNumeric": random.random() < 0.5},
                {"Variable": "$.wait", "NumericLessThan": random.randint(0, 9)},
                {"Variable": "$.kind", "StringEquals": random.choice(["web", "shop", "phone"])},
                {"Variable": "$.vip", "BooleanEquals": random.random() < 0.5},
            ]
        )

    def _wait(self, later: list[str], depth: int) -> dict[str, Any]:
        if self.jsonata:
            place = self.random.choice(
                [f"$states.input.{name}" for name in ("wait", "first", "id", "to.floor", "note", "vip", "lines")]
            )
            given = {"Seconds": f"{{% {place} %}}"} if self.chance(0.7) else {"Timestamp": "{% $states.input.due %}"}
        else:
            place = self.random.choice(
                [f"$.{name}" for name in ("wait", "first", "id", "to.floor", "note", "vip", "lines")]
            )
            given = {"SecondsPath": place} if self.chance(0.7) else {"TimestampPath": "$.due"}
        return {**given, "Next": self.next(later)}

    def _fail(self) -> dict[str, Any]:
        if self.jsonata:
            return {"Error": "Made", "Cause": f"{{% {self.expression(2)} %}}"}
        return {
            "Error": "Made",
            "CausePath": self.random.choice([self.place(), f"States.Format('{{}}', {self.place()})"]),
        }

    def _map(self, later: list[str], depth: int) -> dict[str, Any]:
        results, variables = self.results, self.variables
        state: dict[str, Any] = {"Type": "Map"}
        if self.jsonata:
            state["Items"] = (
                f"{{% {self.random.choice(['$states.input.lines', '$states.input.pair', self.place(), '[' + self.place() + ']'])} %}}"
            )
            state["ItemSelector"] = '{% $merge([$states.input, {"item": $states.context.Map.Item.Value}]) %}'
        else:
            state["ItemsPath"] = self.random.choice(["$.lines", "$.pair", self.place()])
            selector = {f"{name}.$": f"$.{name}" for name in ORDER["required"]}
            state["ItemSelector"] = {**selector, "item.$": "$$.Map.Item.Value"}
        if self.chance(0.2):
            del state["ItemSelector"]
        elif self.chance(0.2):
            key = "k" if self.jsonata else "k.$"
            item = "{% $states.context.Map.Item.Value %}" if self.jsonata else "$$.Map.Item.Value"
            state["ItemSelector"] = {key: item, **({} if self.jsonata else {"i.$": "$$.Map.Item.Index"})}
        self.results, self.variables = ["item"], list(variables)
        state["ItemProcessor"] = {
            "ProcessorConfig": {"Mode": "INLINE"},
            **self.scope(self.random.randint(1, 2), depth + 1),
        }
        self.results, self.variables = results, variables
        return self.ways_out(state, later)

    def _parallel(self, later: list[str], depth: int) -> dict[str, Any]:
        results, variables = self.results, self.variables
        branches: list[dict[str, Any]] = []
        for _ in range(2):
            self.results, self.variables = list(results), list(variables)
            branches.append(self.scope(self.random.randint(1, 2), depth + 1))
        self.results, self.variables = results, variables
        state: dict[str, Any] = {"Type": "Parallel", "Branches": branches}
        if not self.jsonata and self.chance(0.3):
            state["ResultSelector"] = {"a.$": self.random.choice(["$[0]", "$[1].id", "$[0].k0", "$"])}
        return self.ways_out(state, later)
