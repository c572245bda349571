"""The paths as a pytest file that a person would keep: a test a path, values as literals, the common ones by name."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from flowdsl.asl.values import is_list
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.cases import Case
from flowdsl.explore.chains import repeats
from flowdsl.explore.explore import Exploration
from flowdsl.explore.sentences import identifier, names_for_tests, results_of
from flowdsl.explore.wants import same
from flowdsl.importer.source_text import WIDTH, Call, Code, flat, layout, string
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Hangs, Mocks, Raises, Returns
from flowdsl.interpreter.program import program_of

Json = Any

MARK: Final = "Written by `flowdsl paths`"
_SEAL: Final = re.compile(r"^# flowdsl paths: ([0-9a-f]{12})$", re.M)
_LEAST_SHARED: Final = 30
"""Characters from which on a value that several tests use gets a name."""
_LONGEST_OUTPUT: Final = 4_000
_OTHER_START: Final = "2031-03-05T07:11:13Z"


class Explored(NamedTuple):
    """A workflow with its paths, and how a test gets hold of it."""

    exploration: Exploration
    name: str
    """The name that the tests use."""
    module: str = ""
    """The module that it is imported from; "": it is loaded from a file."""
    file: str = ""
    """Of a definition in JSON or YAML: its path, seen from the folder of the tests."""
    resource: str = ""
    """Which one of a template."""
    substitutions: Mapping[str, Json] = {}
    """What stands for the `${Name}` of the definition."""


def text_of_tests(tested: Sequence[Explored]) -> str:
    """The file. `ruff format` (line length 120) leaves it as it is, and mypy --strict accepts it."""
    bodies: list[str] = []
    used: set[str] = set()
    taken = {each.name for each in tested} | {"Any", "Path", "load_one", "simulate", "raises", "returns", "hangs"}
    for each in tested:
        prefix = each.name if len(tested) > 1 else ""
        writer = _Writer(each, prefix, taken)
        bodies += writer.constants() + writer.tests()
        used |= writer.used
    names = ", ".join(sorted({*used, "simulate"}))
    standard: list[str] = []
    ours = [f"from flowdsl.testing import {names}"]
    loads = [each for each in tested if not each.module]
    if loads:
        standard.append("from pathlib import Path")
        ours.insert(0, "from flowdsl.asl.load import load_one")
    text = "\n\n\n".join(bodies)
    if ": Any" in text or "[Any]" in text or ", Any]" in text:
        standard.append("from typing import Any")
    modules: dict[str, list[str]] = {}
    for each in tested:
        if each.module:
            modules.setdefault(each.module, []).append(each.name)
    theirs = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items())]
    about = ", ".join(each.name for each in tested) if len(tested) <= 3 else f"{len(tested)} workflows"
    head = [
        f'"""The paths of {about}: each transition and retrier is in one of them.\n\n{MARK}.\n"""',
        "\n".join(standard),
        "\n".join([*ours, *theirs]),
        "\n".join(_loading(each) for each in loads),
    ]
    # Two lines are left before a function, one before what is assigned.
    gap = "\n\n\n" if text.startswith("def ") else "\n\n"
    whole = "\n\n".join(part for part in head if part) + gap + text + "\n"
    return whole + f"\n\n# flowdsl paths: {_sum(whole)}\n"


def may_replace(text: str) -> bool:
    """Whether a file is as `flowdsl paths` wrote it, formatting aside: nobody has put work of their own into it."""
    seal = _SEAL.search(text)
    return MARK in text and seal is not None and seal[1] == _sum(text[: seal.start()] + text[seal.end() :])


def _sum(text: str) -> str:
    # What formatters move about is left out.
    return hashlib.sha256(re.sub(r"[\s,()'\"\\]", "", text).encode()).hexdigest()[:12]


def _loading(each: Explored) -> str:
    folder, file = "Path(__file__).parent", string(each.file)
    call = Call("load_one", [Code(f"{folder} / {file}")])
    if each.resource:
        call.keywords["resource"] = each.resource
    lines = layout(call, before=f"{each.name} = ")
    return "\n".join(f"    {folder}\n    / {file}," if len(line) > WIDTH else line for line in lines)


class _Writer:
    """Writes the tests of one workflow."""

    def __init__(self, tested: Explored, prefix: str, taken: set[str]) -> None:
        self.tested = tested
        self.prefix = prefix
        self.cases = tested.exploration.cases
        self.used: set[str] = set()
        """Names of flowdsl.testing that are used."""
        self.taken = taken
        """Names that stand for something already; those given here are added."""
        self.named: dict[str, tuple[str, Json]] = {}
        """By the JSON text of a value: its name."""
        self._name_values()

    def _name_values(self) -> None:
        inputs = Counter(_key(case.input) for case in self.cases)
        results: Counter[tuple[str, str]] = Counter()
        values: dict[str, Json] = {}
        for case in self.cases:
            values[_key(case.input)] = case.input
            for state, mock in case.mocks.items():
                for result in {_key(r): r for r in results_of(mock)}.values():
                    values[_key(result)] = result
                    results[state, _key(result)] += 1
        for key, times in inputs.items():
            if times > 1:
                self._give(key, "INPUT", values[key])
        for (state, key), times in results.items():
            if times > 1 and len(key) >= _LEAST_SHARED and isinstance(values[key], dict):
                self._give(key, f"{identifier(state).upper()}_RESULT", values[key])

    def _give(self, key: str, name: str, value: Json) -> None:
        if key in self.named or not isinstance(value, (dict, list)) or not value:
            return
        name = f"{identifier(self.prefix).upper()}_{name}" if self.prefix else name
        number, unique = 2, name
        while unique in self.taken:
            unique = f"{name}_{number}"
            number += 1
        self.taken.add(unique)
        self.named[key] = (unique, value)

    def constants(self) -> list[str]:
        """The values that have a name, as one block."""
        lines: list[str] = []
        for name, value in self.named.values():
            kind = "dict[str, Any]" if isinstance(value, dict) else "list[Any]"
            lines += layout(value, before=f"{name}: {kind} = ")
        return ["\n".join(lines)] if lines else []

    def tests(self) -> list[str]:
        """The test functions."""
        names = names_for_tests(self.cases, self.prefix)
        return [self._test(case, name) for case, name in zip(self.cases, names, strict=True)]

    def _test(self, case: Case, name: str) -> str:
        call = Call("simulate", [Code(self.tested.name), self._value(case.input)])
        if case.mocks:
            call.positional.append({state: self._mock(mock) for state, mock in case.mocks.items()})
        if case.s3:
            call.keywords["s3"] = dict(case.s3)
        if self.tested.substitutions:
            call.keywords["substitutions"] = dict(self.tested.substitutions)
        lines = [f"def {name}() -> None:"]
        lines += layout(call, 4, "execution = ")
        lines.append(f'    assert execution.status == "{case.status}"')
        if case.error is not None:
            lines += layout(case.error, 4, "assert execution.error == ")
        lines += layout(_in_short(case.path), 4, "assert execution.path == ")
        if case.status == "SUCCEEDED" and self._is_settled(case):
            compared = "is" if case.output is None or isinstance(case.output, bool) else "=="
            lines += layout(self._value(case.output), 4, f"assert execution.output {compared} ")
        return "\n".join(lines)

    def _is_settled(self, case: Case) -> bool:
        """Whether the output is the same at another time and with other chances."""
        if len(_key(case.output)) > _LONGEST_OUTPUT:
            return False
        program = program_of(self.tested.exploration.definition)
        try:
            other = start(
                program,
                case.input,
                Mocks(program, case.mocks, handlers=False),
                seed=1,
                now=_OTHER_START,
                s3=case.s3 or None,
            ).finish()
        except FlowDslError:
            return False
        return other.status == case.status and same(other.output, case.output)

    def _value(self, value: Json) -> Any:
        known = self.named.get(_key(value))
        return value if known is None else Code(known[0])

    def _mock(self, mock: Any) -> Any:
        if not is_list(mock):
            return self._answer(mock)
        answers = [self._answer(answer) for answer in mock]
        parts: list[Any] = []
        for at, length, times in repeats([flat(answer) for answer in answers]):
            some = answers[at : at + length]
            parts += [Code(f"*{flat(some)} * {times}")] if times > 2 else some * times
        return parts

    def _answer(self, mock: Any) -> Any:
        if isinstance(mock, Hangs):
            self.used.add("hangs")
            return Call("hangs")
        if isinstance(mock, Raises):
            self.used.add("raises")
            return Call("raises", [mock.error] if mock.cause is None else [mock.error, mock.cause])
        if isinstance(mock, Returns):
            self.used.add("returns")
            return Call("returns", [self._value(mock.value)])
        return self._value(mock)


def _key(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _in_short(path: list[str]) -> list[Any]:
    """A path with the rounds of its loops multiplied, where that is shorter."""
    parts: list[Any] = []
    for at, length, times in repeats(path):
        some = path[at : at + length]
        short = f"*{flat(some)} * {times}"
        parts += [Code(short)] if times > 2 and len(short) < WIDTH - 12 else some * times
    return parts
