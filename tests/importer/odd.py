"""Odd but valid definitions, drawn from the table of fields: every field of every state, placeholders where one may stand."""

from __future__ import annotations

import random
from typing import Any

from flowdsl.asl.choice_fields import OPERATORS
from flowdsl.asl.fields import fields_of
from flowdsl.asl.values import is_object

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
NAMES = [
    "Get user's ID",
    "get_users_id",
    "GetUsersID",
    "Pass",
    "class",
    "import",
    "workflow",
    "start",
    "print",
    "None",
    "é",
    "日本語",
    "1st",
    "_",
    "__init__",
    "a.b",
    'quo"te',
    "back\\slash",
    "${Stage}-Load",
    "{% x %}",
    "Any",
    "Retry",
    "RETRY",
    "LAMBDA_RETRY",
    "self",
    "group",
    "Rule",
    "wf",
    "wf_item",
    "x" * 80,
    "Fail",
    "Succeed",
    "Match",
    "type",
    "  ",
    "A" * 40 + "B" * 40,
    "A" * 40 + "C" * 40,
]
TEXTS = [
    "",
    " ",
    "plain",
    "two\nlines",
    'say "x"',
    "'",
    "\\",
    "{x}",
    "${Table}",
    "{% 1 %} no",
    "é",
    "\u2028",
    "$.a",
    "a" * 200,
]
JSONATA = [
    "{% $states.input.a %}",
    "{% 1 %}",
    "{% [1,2] %}",
    "{% $states.context.Execution.Id %}",
    '{% "\\"" %}',
    "{%\n  1 +\n  2\n%}",
]
PATHS = ["$", "$.a", "$.a.b[0]", "$['a b']", "$v", "$$.Execution.Id"]
LAMBDA = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
ERRORS = ["States.Timeout", "States.TaskFailed", "Mine", "a.b.c", "State.ALL", "${Error}", "weird name", *LAMBDA]
RESOURCES = [
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:::aws-sdk:s3:listBuckets",
    "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "arn:${AWS::Partition}:states:::sns:publish",
    "${Function}",
    "arn:aws:states:eu-west-1:123456789012:activity:a",
]


class Odd:
    """One definition, drawn with the choices of `random.Random(seed)`."""

    def __init__(self, seed: int, depth: int = 3) -> None:
        self.r = random.Random(seed)
        self.machine = self.r.choice(["JSONPath", "JSONata"])
        self.depth = depth
        self.used: set[str] = set()
        self.labels = 0

    def document(self) -> dict[str, Any]:
        body = self.scope(self.depth)
        head: dict[str, Any] = {}
        if self.maybe():
            head["Comment"] = self.r.choice(TEXTS)
        if self.machine == "JSONata" or self.maybe():
            head["QueryLanguage"] = self.machine
        if self.maybe(0.3):
            head["Version"] = "1.0"
        if self.maybe(0.3):
            head["TimeoutSeconds"] = self.number(1, 99_999_999)
        return {**head, **body} if self.maybe() else {**body, **head}

    def maybe(self, chance: float = 0.5) -> bool:
        return self.r.random() < chance

    def number(self, low: int, high: int) -> Any:
        return self.r.choice([low, min(high, low + 7), high, low, "${Number}"])

    def name(self) -> str:
        while True:
            name = self.r.choice(NAMES) if self.maybe() else f"State {self.r.randrange(1000)}"
            if name not in self.used:
                self.used.add(name)
                return name

    def json(self, depth: int = 2) -> Any:
        r = self.r
        if depth and self.maybe():
            if self.maybe():
                return [self.json(depth - 1) for _ in range(r.randrange(3))]
            return {self.key(): self.json(depth - 1) for _ in range(r.randrange(4))}
        return r.choice([None, True, False, 0, -1, 1.5, 1e22, 2**53 + 1, *TEXTS])

    def key(self) -> str:
        return self.r.choice(["a", "b c", "", "é", 'q"', "class", "{x}", "${Key}", "$ref", "a$b"])

    def template(self, language: str, depth: int = 2) -> Any:
        r = self.r
        if depth and self.maybe(0.6):
            if self.maybe(0.3):
                return [self.template(language, depth - 1) for _ in range(r.randrange(3))]
            found: dict[str, Any] = {}
            for _ in range(r.randrange(4)):
                key = self.key()
                if language == "JSONPath" and self.maybe():
                    if key not in found:
                        found[key + ".$"] = r.choice(
                            [*PATHS, "States.UUID()", "States.Format('{}-\\'', $.a)", "$.a[?(@.b==1)]"]
                        )
                elif key + ".$" not in found:
                    found[key] = self.template(language, depth - 1)
            return found
        if language == "JSONata" and self.maybe():
            return r.choice(JSONATA)
        return self.json(1)

    def object(self, language: str) -> dict[str, Any]:
        while True:
            value = self.template(language)
            if is_object(value):
                return value

    def errors(self) -> list[str]:
        return ["States.ALL"] if self.maybe(0.3) else self.r.sample(ERRORS, self.r.randrange(1, 4))

    def retry(self) -> list[Any]:
        if self.maybe(0.2):
            return []
        found: list[Any] = []
        for _ in range(self.r.randrange(1, 4)):
            item: dict[str, Any] = {"ErrorEquals": self.errors()}
            for name, value in (
                ("IntervalSeconds", self.number(1, 99_999_999)),
                ("MaxAttempts", self.number(0, 99_999_999)),
                ("BackoffRate", self.r.choice([1, 1.0, 1.5, 2, 2.0, "${Rate}"])),
                ("MaxDelaySeconds", self.number(1, 31_622_400)),
                ("JitterStrategy", self.r.choice(["FULL", "NONE", "${Jitter}"])),
                ("Comment", self.r.choice(TEXTS)),
            ):
                if self.maybe(0.3):
                    item[name] = value
            found.append(item)
            if item["ErrorEquals"] == ["States.ALL"]:
                break
        return found

    def catch(self, names: list[str], language: str) -> list[Any]:
        if self.maybe(0.2):
            return []
        found: list[Any] = []
        for _ in range(self.r.randrange(1, 3)):
            item: dict[str, Any] = {"ErrorEquals": self.errors(), "Next": self.r.choice(names)}
            if self.maybe(0.3):
                item["Comment"] = self.r.choice(TEXTS)
            if self.maybe(0.3):
                item["Assign"] = self.assign(language)
            if language == "JSONPath" and self.maybe():
                item["ResultPath"] = self.r.choice(["$.error", None, "$"])
            if language == "JSONata" and self.maybe():
                item["Output"] = self.template(language)
            found.append(item)
            if item["ErrorEquals"] == ["States.ALL"]:
                break
        return found

    def assign(self, language: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.r.randrange(3)):
            name = f"{self.r.choice(['x', 'é', 'class', '日本', 'a_b', 'Any'])}{self.r.randrange(10**6)}"
            if language == "JSONPath" and self.maybe():
                found[name + ".$"] = self.r.choice(["$", "$.a", "States.UUID()"])
            else:
                found[name] = self.template(language)
        return found

    def condition(self, depth: int = 3) -> dict[str, Any]:
        kind = self.r.choice(["And", "Or", "Not", "test", "test"]) if depth else "test"
        if kind == "Not":
            found: dict[str, Any] = {"Not": self.condition(depth - 1)}
        elif kind in ("And", "Or"):
            found = {kind: [self.condition(depth - 1) for _ in range(self.r.randrange(1, 4))]}
        else:
            operator = self.r.choice(list(OPERATORS.values()))
            values: dict[str, Any] = {
                "text": self.r.choice(TEXTS),
                "number": self.r.choice([0, -1.5, 10]),
                "boolean": self.maybe(),
                "timestamp": "2026-01-01T00:00:00Z",
                "reference-path": self.r.choice(PATHS),
            }
            found = {"Variable": self.r.choice(PATHS), operator.name: values[operator.kind]}
        if self.maybe(0.1):
            found["Comment"] = self.r.choice(TEXTS)
        return found

    def rules(self, names: list[str], language: str) -> list[Any]:
        found: list[Any] = []
        for _ in range(self.r.randrange(1, 4)):
            rule: dict[str, Any] = {"Condition": self.r.choice([True, False, *JSONATA[:2]])}
            if language == "JSONPath":
                rule = self.condition()
            rule["Next"] = self.r.choice(names)
            if self.maybe(0.3):
                rule["Comment"] = self.r.choice(TEXTS)
            if self.maybe(0.3):
                rule["Assign"] = self.assign(language)
            if language == "JSONata" and self.maybe(0.3):
                rule["Output"] = self.template(language)
            found.append(rule)
        return found

    def scope(self, depth: int) -> dict[str, Any]:
        """Each state leads to the one drawn after it, so that all are reached and the last one ends; the rest is as it comes."""
        names = [self.name() for _ in range(self.r.randrange(1, 6))]
        states = {name: self.state(i, names, depth) for i, name in enumerate(names)}
        start = names[0]
        if self.maybe():
            self.r.shuffle(names)
        states = {name: states[name] for name in names}
        found: dict[str, Any] = {"StartAt": start, "States": states}
        if self.maybe(0.2):
            found = {"States": states, "StartAt": found["StartAt"]}
        return found

    def inner(self, depth: int) -> dict[str, Any]:
        found = self.scope(depth)
        return {"Comment": self.r.choice(TEXTS), **found} if self.maybe(0.3) else found

    def state(self, place: int, names: list[str], depth: int) -> dict[str, Any]:
        r = self.r
        last = place + 1 == len(names)
        unfit = {"Choice"} if last else {"Succeed", "Fail"}
        types = [t for t in TYPES if t not in unfit and (depth or t not in ("Parallel", "Map"))]
        state: dict[str, Any] = {"Type": r.choice(types)}
        language = self.machine
        if self.maybe(0.2):
            language = "JSONata" if language == "JSONata" else r.choice(["JSONata", "JSONPath"])
            state["QueryLanguage"] = language
        kind = state["Type"]
        fill = getattr(self, f"_{kind.lower()}")
        state.update(fill(names, language, depth))
        known = fields_of(kind)
        for field in ("Comment",):
            if self.maybe(0.3):
                state[field] = r.choice(TEXTS)
        if language == "JSONPath":
            for field in ("InputPath", "OutputPath"):
                if field in known and self.maybe(0.3):
                    state[field] = r.choice([*PATHS, None, "$.a[*]"])
            if "ResultPath" in known and self.maybe(0.3):
                state["ResultPath"] = r.choice(["$", "$.a", None, "$['x y'].z"])
            if "ResultSelector" in known and self.maybe(0.3):
                state["ResultSelector"] = self.object(language)
            if "Parameters" in known and kind in ("Task", "Pass", "Parallel") and self.maybe():
                state["Parameters"] = (
                    self.object(language) if kind != "Pass" or self.maybe() else self.template(language)
                )
        else:
            if "Arguments" in known and self.maybe():
                state["Arguments"] = r.choice([self.object(language), JSONATA[0], []])
            if "Output" in known and self.maybe():
                state["Output"] = self.template(language)
        if "Assign" in known and self.maybe(0.3):
            state["Assign"] = self.assign(language)
        if "Retry" in known and self.maybe():
            state["Retry"] = self.retry()
        if "Catch" in known and self.maybe():
            state["Catch"] = self.catch(names, language)
        if "Next" in known:
            if last:
                state["End"] = True
            else:
                state["Next"] = names[place + 1]
        elif not last and not any(rule["Next"] == names[place + 1] for rule in state["Choices"]):
            state["Default"] = names[place + 1]
        items = list(state.items())
        if self.maybe():
            r.shuffle(items)
        return dict(items)

    def _task(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {"Resource": self.r.choice(RESOURCES)}
        for field in ("TimeoutSeconds", "HeartbeatSeconds"):
            if self.maybe(0.3):
                found.update(self.amount(field, language, *((1, 500) if field[0] == "H" else (600, 99_999_999))))
        if self.maybe(0.2):
            role = {"RoleArn": "arn:aws:iam::123456789012:role/r"}
            found["Credentials"] = role if language == "JSONata" else self.r.choice([role, {"RoleArn.$": "$.role"}])
        return found

    def amount(self, field: str, language: str, low: int, high: int) -> dict[str, Any]:
        if language == "JSONPath":
            return {f"{field}Path": "$.n"} if self.maybe() else {field: self.number(low, high)}
        return {field: self.r.choice([self.number(low, high), "{% $states.input.n %}"])}

    def _pass(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        return {"Result": self.json()} if language == "JSONPath" and self.maybe() else {}

    def _choice(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {"Choices": self.rules(names, language)}
        if self.maybe(0.7):
            found["Default"] = self.r.choice(names)
        return found

    def _wait(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        ways: list[dict[str, Any]] = [
            {"Seconds": self.number(0, 99_999_999)},
            {"Timestamp": "2030-01-01T00:00:00Z"},
            {"Timestamp": "${When}"},
        ]
        if language == "JSONPath":
            ways += [{"SecondsPath": "$.n"}, {"TimestampPath": "$v.at"}]
        else:
            ways += [{"Seconds": JSONATA[1]}, {"Timestamp": JSONATA[0]}]
        return self.r.choice(ways)

    def _succeed(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        return {}

    def _fail(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in ("Error", "Cause"):
            if self.maybe(0.7):
                found[field] = self.r.choice([*TEXTS, JSONATA[0] if language == "JSONata" else "x"])
                if language == "JSONPath" and self.maybe():
                    del found[field]
                    found[f"{field}Path"] = self.r.choice(["$.a", "$$.State.Name", "States.Format('{}', $.a)"])
        return found

    def _parallel(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        return {"Branches": [self.inner(depth - 1) for _ in range(self.r.randrange(1, 4))]}

    def _map(self, names: list[str], language: str, depth: int) -> dict[str, Any]:
        r = self.r
        found: dict[str, Any] = {}
        processor = self.inner(depth - 1)
        distributed = self.maybe()
        if distributed:
            processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": r.choice(["STANDARD", "EXPRESS"])}
        elif self.maybe():
            processor["ProcessorConfig"] = {"Mode": "INLINE"}
        found["Iterator" if self.maybe(0.2) else "ItemProcessor"] = processor
        if self.maybe():
            found.update(self.amount("MaxConcurrency", language, 0, 1000))
        if self.maybe():
            selector = "Parameters" if language == "JSONPath" and self.maybe(0.3) else "ItemSelector"
            found[selector] = self.object(language)
        if language == "JSONPath" and self.maybe():
            found["ItemsPath"] = r.choice(["$.items", "$items", "$$.Execution.Input.a"])
        if language == "JSONata" and self.maybe():
            found["Items"] = r.choice(
                [[], [1, "{% 1 %}"], JSONATA[2], JSONATA[0]] + ([{"a": 1}] if distributed else [])
            )
        if distributed:
            found.update(self.distributed(language))
        return found

    def distributed(self, language: str) -> dict[str, Any]:
        r = self.r
        found: dict[str, Any] = {}
        arguments = "Parameters" if language == "JSONPath" else "Arguments"
        if self.maybe(0.7):
            found["ItemReader"] = self.reader(arguments, language)
        if self.maybe(0.3):
            self.labels += 1
            found["Label"] = f"Label-{self.labels}"
        if self.maybe(0.4):
            batcher: dict[str, Any] = self.amount("MaxItemsPerBatch", language, 1, 1000)
            if self.maybe():
                batcher.update(self.amount("MaxInputBytesPerBatch", language, 1, 262_144))
            if self.maybe():
                batcher["BatchInput"] = self.object(language)
            found["ItemBatcher"] = batcher
        if self.maybe(0.4):
            writer: dict[str, Any] = {
                "WriterConfig": {
                    "Transformation": r.choice(["NONE", "COMPACT", "FLATTEN"]),
                    "OutputType": r.choice(["JSON", "JSONL"]),
                }
            }
            if self.maybe():
                writer["Resource"] = "arn:aws:states:::s3:putObject"
                writer[arguments] = {"Bucket": "${Bucket}", "Prefix": "p"}
                if self.maybe():
                    del writer["WriterConfig"]
            found["ResultWriter"] = writer
        if self.maybe(0.3):
            found.update(self.amount("ToleratedFailureCount", language, 0, 1000))
        if self.maybe(0.3):
            found.update(self.amount("ToleratedFailurePercentage", language, 0, 100))
        return found

    def reader(self, arguments: str, language: str) -> dict[str, Any]:
        r = self.r
        key = {"Bucket": "${Bucket}", "Key": "k"}
        kinds: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
            ("listObjectsV2", {"Bucket": "b", "Prefix": ""}, {}),
            ("listObjectsV2", {"Bucket": "b"}, {"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSONL"}),
            ("getObject", key, {"InputType": "JSON", "ItemsPointer": "/a~1b/0"}),
            ("getObject", key, {"InputType": "JSONL"}),
            ("getObject", key, {"InputType": "PARQUET"}),
            ("getObject", key, {"InputType": "MANIFEST"}),
            ("getObject", key, {"ManifestType": "S3_INVENTORY"}),
            ("getObject", key, {"ManifestType": "ATHENA_DATA", "InputType": "PARQUET"}),
            ("getObject", key, {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVDelimiter": "TAB"}),
            ("getObject", key, {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "é", '"']}),
        ]
        action, given, config = r.choice(kinds)
        if config and self.maybe(0.3):
            config = {**config, **self.amount("MaxItems", language, 0, 100_000_000)}
        found: dict[str, Any] = {"Resource": f"arn:aws:states:::s3:{action}", arguments: given}
        if config:
            found["ReaderConfig"] = config
        return found


def odd(seed: int, depth: int = 3) -> dict[str, Any]:
    """The definition of one seed: valid ASL as far as its fields go."""
    return Odd(seed, depth).document()
