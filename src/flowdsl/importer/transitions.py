"""The transitions of one scope as lines of `a >> b >> c`, in the order the states are met."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.importer.choice_rules import condition
from flowdsl.importer.policies import in_lines
from flowdsl.importer.source_text import WIDTH, Call, flat, layout, width_of
from flowdsl.importer.state_calls import catcher, is_assign, leads

LONGEST = 100
"""Where a chain of names is broken: it would fit, but nobody reads it."""


@dataclass(slots=True)
class Wires:
    """The lines that wire one scope: the normal ways, then the failures."""

    chains: list[str]
    failures: list[str]


def wire(nodes: list[StateNode], variables: dict[str, str], indent: int, used: set[str], errors: set[str]) -> Wires:
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
            if by_name[name].type == "Choice" or not leads(following, by_name):
                break
            names.append(variables[following])
            name = following
        return names

    def add(lines: list[str], port: Call | str, target: str) -> None:
        names = chain_from(target)
        head = port if isinstance(port, str) else flat(port)
        pad = " " * indent
        # At least one name stands behind the port; a chain that grows too long goes on from its last name, a line below.
        taken, width = 1, len(pad) + len(head) + len(names[0]) + 4
        while taken < len(names) and width + len(names[taken]) + 4 <= LONGEST:
            width += len(names[taken]) + 4
            taken += 1
        line = pad + head + "".join(f" >> {name}" for name in names[:taken])
        if isinstance(port, str) or (width_of(line) <= WIDTH and "\n" not in head):
            lines.append(line)
        else:
            # Operands below one another, as the formatter has it; the chain goes on below.
            taken = 1
            lines.extend([f"{pad}(", *layout(port, indent + 4), f"{pad}    >> {names[0]}", f"{pad})"])
        while taken < len(names):
            first = taken - 1
            width = len(pad) + len(names[first])
            while taken < len(names) and (taken == first + 1 or width + len(names[taken]) + 4 <= LONGEST):
                width += len(names[taken]) + 4
                taken += 1
            lines.append(pad + " >> ".join(names[first:taken]))

    for node in nodes:
        variable = variables[node.name]
        if node.type == "Choice":
            for rule in _dicts(node.fields.get("Choices")):
                if leads(rule.get("Next"), by_name):
                    add(wires.chains, _when(variable, rule, node.query_language, used), rule["Next"])
            default = node.fields.get("Default")
            if leads(default, by_name):
                add(wires.chains, f"{variable}.otherwise", default)
        elif node.name not in done:
            following = node.fields.get("Next")
            if leads(following, by_name):
                done.add(node.name)
                add(wires.chains, variable, following)
    for owners, catchers in _alike(nodes, by_name):
        language = by_name[owners[0]].query_language
        for names in in_lines([variables[name] for name in owners], LONGEST // 2):
            if len(names) > 1:
                used.add("group")
            owner = names[0] if len(names) == 1 else f"group({', '.join(names)})"
            for fields in catchers:
                add(wires.failures, catcher(fields, errors, owner, language), fields["Next"])
    return wires


def _alike(nodes: list[StateNode], known: dict[str, StateNode]) -> list[tuple[list[str], list[dict[str, Any]]]]:
    """([states], [catchers]): states whose catchers are the same stand together."""
    together: dict[str, tuple[list[str], list[dict[str, Any]]]] = {}
    for node in nodes:
        catchers = [
            fields
            for fields in _dicts(node.fields.get("Catch"))
            if is_list(fields.get("ErrorEquals")) and leads(fields.get("Next"), known)
        ]
        if catchers:
            together.setdefault(json.dumps([node.query_language, catchers]), ([], catchers))[0].append(node.name)
    return list(together.values())


def _when(variable: str, rule: dict[str, Any], language: str, used: set[str]) -> Call:
    call = Call(f"{variable}.when", [condition(rule, used)])
    for field, keyword in (("Comment", "comment"), ("Assign", "assign"), ("Output", "output")):
        if field in rule and (field != "Assign" or is_assign(rule[field], language)):
            call.keywords[keyword] = rule[field]
        elif field in rule:
            call.keywords["extra"] = {field: rule[field]}
    return call


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if is_object(item)] if is_list(value) else []
