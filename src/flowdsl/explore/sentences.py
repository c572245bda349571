"""What a path is about, in a sentence and as the name of a test; and what drives it, beside the plainest path."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from flowdsl.asl.values import is_list, is_object
from flowdsl.explore.chains import first_trouble
from flowdsl.explore.trace import Trace
from flowdsl.explore.wants import same
from flowdsl.interpreter.mocks import Hangs, Raises, Returns
from flowdsl.interpreter.ways import Way

if TYPE_CHECKING:
    from flowdsl.explore.cases import Case

Json = Any

LONGEST_NAME: Final = 100
"""Characters of a test's name."""
_LONGEST_VALUE: Final = 60
_MOST: Final = 6
"""Differences that are told."""
_GONE: Final = "is not there"
_WORD: Final = re.compile(r"[^\W_]+")
_BETWEEN: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ENDINGS: Final = ("Exception", "Error")


def sentence(way: Way | None, trace: Trace, status: str) -> str:
    """What a path is about: the way that it was made for, or where it ends."""
    if way is None:
        last = trace.root.visits[-1].node.name if trace.root.visits else ""
        return f"it goes through to {last}" if status == "SUCCEEDED" else f"it fails in {last}"
    if way.target is None:
        number = int(way.pointer.rpartition("/")[2])
        visit = next((v for v in trace.at(_state_of(way)) if number in v.retried), None)
        error = first_trouble(visit) if visit is not None else None
        return f"{way.state} is tried again" + (f" after {error}" if error else "")
    if way.label.startswith("Catch"):
        visit = next((v for v in trace.at(_state_of(way)) if v.way == way.pointer), None)
        error = first_trouble(visit) if visit is not None else None
        return f"{error or 'a failure'} in {way.state} goes to {way.target}"
    return f"{way.state} goes to {way.target}"


def _state_of(way: Way) -> str:
    kind = "/Retry/" if way.target is None else "/Catch/"
    return way.pointer.rpartition(kind)[0]


def names_for_tests(cases: list[Case], prefix: str = "") -> list[str]:
    """Names for tests of the paths, each another."""
    found: list[str] = []
    for case in cases:
        name = "test_" + identifier(f"{prefix} {case.name}")
        number = 2
        unique = name
        while unique in found:
            unique = f"{name}_{number}"
            number += 1
        found.append(unique)
    return found


def identifier(text: str) -> str:
    """Words as part of a Python name, in lower case."""
    words: list[str] = []
    for raw in unicodedata.normalize("NFKC", text).split():
        # Of DynamoDB.ConditionalCheckFailedException what it says is the last part.
        word = raw.rpartition(".")[2] or raw
        for ending in _ENDINGS:
            if "." in raw and word.endswith(ending) and word != ending:
                word = word.removesuffix(ending)
        words += [part.lower() for piece in _WORD.findall(word) for part in _BETWEEN.split(piece)]
    slug = "_".join(words)
    if len(slug) > LONGEST_NAME:
        slug = slug[:LONGEST_NAME].rpartition("_")[0] or slug[:LONGEST_NAME]
    return slug if f"a{slug}".isidentifier() else re.sub(r"\W", "_", slug, flags=re.ASCII)


def drivers(case: Case, before: list[Case]) -> list[str]:
    """What has the execution take this path: in the input and the mocks, what differs from the paths before it."""
    plain = before[0] if before else None
    told: list[str] = []
    if plain is None:
        told.append(f"input {_short(case.input)}")
    else:
        told += [f"input{where} {what}" for where, what in _differences(plain.input, case.input)]
    for state, mock in case.mocks.items():
        known = [result for each in before for result in results_of(each.mocks.get(state, []))]
        told += _mock(state, mock, known)
    told += [f"the object s3://{name}" for name in case.s3 if not any(name in each.s3 for each in before)]
    return told


def results_of(mock: Any) -> list[Json]:
    """What a mock answers, its failures left out."""
    answers = mock if is_list(mock) else [mock]
    return [a.value if isinstance(a, Returns) else a for a in answers if not isinstance(a, (Raises, Hangs))]


def _mock(state: str, mock: Any, known: list[Json]) -> list[str]:
    answers = mock if is_list(mock) else [mock]
    results = results_of(mock)
    failures = list(dict.fromkeys(_failure(a) for a in answers if isinstance(a, (Raises, Hangs))))
    if failures:
        return [f"{state} {' and '.join(failures)}" + (" and then answers" if results else "")]
    told: dict[str, None] = {}
    for result in results:
        if known and not same(result, known[0]):
            found = _differences(known[0], result)
            there = [each for each in found if each[1] != _GONE]
            told.update(dict.fromkeys(f"{state} result{where} {what}" for where, what in there or found))
    return list(told)[:_MOST]


def _failure(mock: Raises | Hangs) -> str:
    return "never answers" if isinstance(mock, Hangs) else f"fails with {mock.error}"


def _differences(a: Json, b: Json, where: str = "") -> list[tuple[str, str]]:
    """(where, what is there) for what is in `b` otherwise than in `a`."""
    if is_object(a) and is_object(b):
        found: list[tuple[str, str]] = []
        for name in dict.fromkeys((*b, *a)):
            if name not in b:
                found.append((f"{where}.{name}", _GONE))
            elif name not in a:
                found.append((f"{where}.{name}", f"= {_short(b[name])}"))
            else:
                found += _differences(a[name], b[name], f"{where}.{name}")
        return found[:_MOST]
    if is_list(a) and is_list(b) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b, strict=True)) for d in _differences(x, y, f"{where}[{i}]")][
            :_MOST
        ]
    return [] if same(a, b) else [(where, f"= {_short(b)}")]


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 3]}..."
