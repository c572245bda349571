"""Retry policies: one that stands more than once becomes a value with a name, and states that share it say so in one line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.importer.names import Names
from flowdsl.importer.source_text import WIDTH, layout
from flowdsl.importer.state_calls import retrier


class Policies:
    """The Retry policies of one definition. `lines` declare them; `default` is the one of every Task, when there is one."""

    def __init__(self, definition: Definition, names: Names, used: set[str], errors: set[str]) -> None:
        self.used, self.errors = used, errors
        self.lines: list[str] = []
        self.default: str | None = None
        self._names: dict[str, str] = {}
        counts: Counter[str] = Counter()
        samples: dict[str, dict[str, Any]] = {}
        of_tasks: list[str] = []
        for node in definition.states("Task", "Map", "Parallel"):
            keys = [json.dumps(item) for item in retriers(node)]
            counts.update(keys)
            samples.update(zip(keys, retriers(node), strict=True))
            if node.type == "Task":
                of_tasks.append("\n".join(keys))
        for key, count in counts.items():
            if count < 2:
                continue
            lambda_only = all(str(error).startswith("Lambda.") for error in samples[key]["ErrorEquals"])
            name = names.take("LAMBDA_RETRY" if lambda_only else "RETRY")
            used.add("Retry")
            self._names[key] = name
            self.lines += layout(retrier(samples[key], errors), 0, f"{name} = ")
            if len(of_tasks) > 1 and set(of_tasks) == {key}:
                self.default = name

    def edges(self, nodes: list[StateNode], variables: dict[str, str], indent: int) -> list[str]:
        """The `.retry(...)` lines of one scope."""
        pad = " " * indent
        alone: list[str] = []
        together: dict[tuple[str, ...], list[str]] = {}
        for node in nodes:
            items = retriers(node)
            if not items or (self.default and node.type == "Task"):
                continue
            names = tuple(self._names.get(json.dumps(item), "") for item in items)
            variable = variables[node.name]
            if all(names):
                together.setdefault(names, []).append(variable)
                continue
            for item, name in zip(items, names, strict=True):
                if name:
                    alone.append(f"{pad}{variable}.retry({name})")
                else:
                    alone += layout(retrier(item, self.errors, f"{variable}.retry"), indent)
        for names, owners in together.items():
            longest = max(len(name) for name in names)
            for some in in_lines(owners, WIDTH - indent - longest - len("group().retry()")):
                if len(some) > 1:
                    self.used.add("group")
                owner = some[0] if len(some) == 1 else f"group({', '.join(some)})"
                alone += [f"{pad}{owner}.retry({name})" for name in names]
        return alone


def retriers(node: StateNode) -> list[dict[str, Any]]:
    """A state's Retriers, when every one of them can be written as `.retry(...)`; else none."""
    items = node.fields.get("Retry")
    if node.type not in ("Task", "Map", "Parallel") or not is_list(items):
        return []
    good = all(is_object(item) and is_list(item.get("ErrorEquals")) for item in items)
    return items if good else []


def in_lines(names: list[str], width: int) -> Iterator[list[str]]:
    """The names in groups that each fit on a line of this width, `, ` between them."""
    group: list[str] = []
    for name in names:
        if group and sum(len(n) + 2 for n in group) + len(name) > width:
            yield group
            group = []
        group.append(name)
    if group:
        yield group
