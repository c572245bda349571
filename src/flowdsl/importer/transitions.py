"""The transitions of one scope as lines of `a >> b >> c`, in the order the states are met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.importer.choice_rules import condition
from flowdsl.importer.source_text import Call, flat, layout
from flowdsl.importer.state_calls import catcher

LONGEST = 100
"""Where a chain of names is broken: it would fit, but nobody reads it."""


@dataclass(slots=True)
class Wires:
    """The lines that wire one scope: the normal ways, then the failures."""

    chains: list[str]
    failures: list[str]


def wire(nodes: list[StateNode], variables: dict[str, str], indent: int, used: set[str]) -> Wires:
    """The lines for all transitions of a scope. `variables`: state name → variable. `plain_retries` is unused names' home."""
    by_name = {node.name: node for node in nodes}
    wires = Wires([], [])
    done: set[str] = set()

    def chain_from(name: str) -> list[str]:
        """`[a, b, c]`: from a state along Next, until a state whose way on is written elsewhere."""
        names = [variables[name]]
        while name not in done:
            done.add(name)
            following = by_name[name].fields.get("Next")
            if by_name[name].type == "Choice" or not isinstance(following, str) or following not in by_name:
                break
            names.append(variables[following])
            name = following
        return names

    def add(lines: list[str], port: Call | str, target: str) -> None:
        names = chain_from(target)
        head = port if isinstance(port, str) else flat(port)
        pad = " " * indent
        text = pad + head
        kept = names.copy()
        while len(kept) > 1 and len(text) + sum(len(n) + 4 for n in kept) > LONGEST:
            kept.pop()
        tail = "".join(f" >> {n}" for n in kept)
        lines.extend([pad + port + tail] if isinstance(port, str) else layout(port, indent, "", tail))
        if len(kept) < len(names):
            # Go on from the last name on a line of its own.
            rest = names[len(kept) - 1 :]
            while len(rest) > 1:
                part = [rest[0]]
                while (
                    len(part) < len(rest) and len(pad) + sum(len(n) + 4 for n in part) + len(rest[len(part)]) <= LONGEST
                ):
                    part.append(rest[len(part)])
                lines.append(pad + " >> ".join(part))
                rest = rest[len(part) - 1 :] if len(part) > 1 else []

    for node in nodes:
        variable = variables[node.name]
        if node.type == "Choice":
            for rule in _dicts(node.fields.get("Choices")):
                if rule.get("Next") in by_name:
                    add(wires.chains, _when(variable, rule, used), rule["Next"])
            default = node.fields.get("Default")
            if isinstance(default, str) and default in by_name:
                add(wires.chains, f"{variable}.otherwise", default)
        elif node.name not in done:
            following = node.fields.get("Next")
            if isinstance(following, str) and following in by_name:
                done.add(node.name)
                add(wires.chains, variable, following)
        for fields in _dicts(node.fields.get("Catch")):
            if isinstance(fields.get("ErrorEquals"), list) and fields.get("Next") in by_name:
                add(wires.failures, catcher(fields, variable), fields["Next"])
    return wires


def _when(variable: str, rule: dict[str, Any], used: set[str]) -> Call:
    call = Call(f"{variable}.when", [condition(rule, used)])
    for field, keyword in (("Comment", "comment"), ("Assign", "assign"), ("Output", "output")):
        if field in rule:
            call.keywords[keyword] = rule[field]
    return call


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
