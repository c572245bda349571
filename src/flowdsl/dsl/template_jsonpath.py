"""Values in JSONPath: payload templates, and what each source is called in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_list
from flowdsl.dsl.items import child_input
from flowdsl.dsl.references import (
    BranchSource,
    ContextSource,
    ErrorSource,
    IndexSource,
    InputSource,
    ItemSource,
    OuterSource,
    ResultSource,
)
from flowdsl.dsl.spell_jsonpath import MAX_NESTED, CannotBeSaid, spell
from flowdsl.dsl.state import State
from flowdsl.dsl.substitute import as_node
from flowdsl.query.expression import Node, Placeholder

if TYPE_CHECKING:
    from flowdsl.dsl.emit import Emitter

Json = Any
SCALARS = frozenset({str, int, bool, float, type(None)})


class Templates:
    """Writes the values of one trace's JSONPath states."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.items = emitter.items
        self.state: State | None = None
        self.exit: Any = None
        self.input_path: str | None = None
        """The InputPath that the state being written has been given, so that a reference path can read from it."""

    def name(self, source: Any) -> str:
        """What a source is called in the field being written."""
        kind = type(source)  # pyright: ignore[reportUnknownVariableType]
        if kind is InputSource:
            return "$$.Execution.Input"
        if kind is ContextSource:
            return "$$"
        if kind is ResultSource and self.exit is source.state:
            if source.state.type == "Pass":
                return "$"
            return "$" + "".join(f".{step}" for step in source.state.envelope)
        if kind is ErrorSource and self.exit is source.port:
            return "$"
        if kind is ItemSource or kind is IndexSource:
            return self.items.spelled(source, self.state, "JSONPath")
        if kind is BranchSource:
            return self._branch(source)
        if kind is OuterSource:
            return child_input(source.scope, source.name, "JSONPath")
        return f"${source.variable}"

    def _branch(self, source: BranchSource) -> str:
        parallel: Any = source.whole.state
        if self.exit is parallel:
            return f"$[{source.index}]"
        names = parallel.named
        return f"${source.whole.variable}" + (f"[{source.index}]" if names is None else f".{list(names)[source.index]}")

    def text(self, node: Node) -> str:
        """A path or an intrinsic; what cannot be said is reported, and becomes `$`."""
        try:
            found = spell(node, self.name)
        except CannotBeSaid as problem:
            self.refuse(problem.message, problem.node)
            return "$"
        if found.count("States.") > MAX_NESTED:
            self.refuse(
                f"a field of JSONPath holds at most {MAX_NESTED} intrinsic functions; compute a part in a Pass before",
                node,
            )
        return found

    def refuse(self, message: str, node: Node | None = None) -> None:
        """Reports what JSONPath cannot say."""
        place = node.place if node is not None and node.place is not None else None
        state = self.state
        self.emitter.trace.report("cannot-be-said", message, place or (state.place if state else None), state=state)

    def template(self, frozen: Any) -> Json:
        """A payload template: an expression as a member's value goes under `name.$`."""
        kind = type(frozen)  # pyright: ignore[reportUnknownVariableType]
        if kind in SCALARS:
            return frozen
        if kind is dict:
            found: dict[str, Json] = {}
            for key, item in frozen.items():
                self.member(found, key, item)
            return found
        if kind is list:
            return [self.item(item) for item in frozen]
        if isinstance(frozen, Placeholder):
            return f"${{{frozen.name}}}"
        return self.text(frozen)

    def member(self, found: dict[str, Json], key: str, item: Any) -> None:
        """One member of a template: an expression goes under `name.$`."""
        if isinstance(item, Node) and not isinstance(item, Placeholder):
            found[key if key.endswith(".$") else f"{key}.$"] = self.text(item)
        elif is_list(item) and any(isinstance(one, Node) and not isinstance(one, Placeholder) for one in item):
            found[f"{key}.$"] = self.text(as_node(item))
        else:
            found[key] = self.template(item)

    def item(self, item: Any) -> Json:
        """One item of a list in a template."""
        if isinstance(item, Node) and not isinstance(item, Placeholder):
            self.refuse("a list in JSONPath holds what is read only under a name of its own; give it a member", item)
            return None
        return self.template(item)
