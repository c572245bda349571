"""What a JSONata expression gives, known without running it: its Shape, and what cannot work on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, NamedTuple, cast

from flowdsl.analysis.jsonata_calls import apply_shape, call_shape
from flowdsl.analysis.jsonata_constructors import array_shape, group_shape, object_shape
from flowdsl.analysis.jsonata_functions import FUNCTIONS
from flowdsl.analysis.jsonata_guards import NO_FACTS, NOT_NULL, THERE, Facts, all_prefixes
from flowdsl.analysis.jsonata_operators import binary_shape, condition_shape, negated_shape
from flowdsl.analysis.jsonata_trees import Access, access_of, index_of, names_of, plain
from flowdsl.analysis.sequences import as_array, sequence, sequence_of
from flowdsl.analysis.shape import (
    ALL,
    ALWAYS,
    ANY,
    ARRAY,
    FUNCTION_SHAPE,
    MAYBE,
    NEVER,
    NOTHING,
    NULL,
    NUMBER,
    OBJECT,
    SOME,
    UNKNOWN,
    Shape,
)
from flowdsl.analysis.shape_constants import constant
from flowdsl.analysis.shape_join import both, join
from flowdsl.analysis.shape_paths import element, member
from flowdsl.query.jsonata import nodes as n

FindingKind = Literal["missing", "type", "arity", "function", "hidden", "never-equal"]


class Finding(NamedTuple):
    """Something an expression does that cannot work, or not always."""

    kind: FindingKind
    certain: bool
    """False: it can, for some values or on some ways."""
    span: tuple[int, int]
    """Of the part that fails, in the expression's text."""
    shape: Shape
    """What was found: the object without the member, the value of the wrong kind."""
    expected: int = 0
    """Kinds that would do; of a call, how many arguments it has."""
    name: str = ""
    """The member that is not there, the function that is not known, the operator."""
    below: int = 0
    """Where the text of what lacks the member ends; 0 where there is none."""
    access: Access | None = None
    """The way to the member, where it is simply named."""


class Scope(NamedTuple):
    """What an expression may read."""

    variables: Callable[[str], Shape | None]
    """A workflow variable by name, `states` included; None: nobody assigns it."""
    facts: Facts = NO_FACTS


def down(here: Shape, steps: tuple[n.Node, ...], at: int) -> tuple[Shape, int]:
    """What the steps from number `at` on lead to, as far as they name members that are surely there, and how far that is.

    Of most paths there is no more to say.
    """
    for step in steps[at:]:
        if not isinstance(step, n.Name) or here.kinds != OBJECT or here.presence != ALWAYS:
            break
        found = here.fields.get(step.name)
        if found is None or found.presence != ALWAYS:
            break
        here, at = found, at + 1
    return here, at


class Inference:
    """One walk over one expression. `findings` holds what cannot work."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.findings: list[Finding] = []
        self.reads: dict[str, bool] = {}
        """Workflow variables read, and whether each is only where an absent value does no harm."""
        self.facts: Facts = scope.facts
        self.locals: list[dict[str, Shape]] = []
        self.focus: list[Shape] = []
        self.quiet = 0
        """Above 0 where an absent value does no harm."""

    def of(self, node: n.Node) -> Shape:
        """The shape of an expression's value; its presence says whether it may be undefined."""
        method = self.ways.get(type(node))
        return method(self, node) if method is not None else ANY

    def quietly(self, node: n.Node) -> Shape:
        """The same where an absent value does no harm: `$exists(x)`, a condition."""
        self.quiet += 1
        try:
            return self.of(node)
        finally:
            self.quiet -= 1

    def strictly(self, node: n.Node) -> Shape:
        """The same where an absent value fails, whatever stands around: `$exists($hash(x, 'MD5'))`."""
        quiet, self.quiet = self.quiet, 0
        try:
            return self.of(node)
        finally:
            self.quiet = quiet

    def given(self, facts: Facts, node: n.Node) -> Shape:
        """The same where more is known."""
        if not facts:
            return self.of(node)
        before = self.facts
        self.facts = before | all_prefixes(facts)
        try:
            return self.of(node)
        finally:
            self.facts = before

    def inside(self, item: Shape, node: n.Node, names: Mapping[str, Shape] | None = None) -> Shape:
        """The same with an item as context, or with local variables."""
        self.focus.append(item)
        if names is not None:
            self.locals.append(dict(names))
        try:
            return self.of(node)
        finally:
            self.focus.pop()
            if names is not None:
                self.locals.pop()

    def is_local(self, name: str) -> bool:
        """Whether a name is bound inside the expression."""
        return any(name in frame for frame in self.locals)

    def report(
        self, kind: FindingKind, node: n.Node, shape: Shape, *, certain: bool, expected: int = 0, name: str = ""
    ) -> None:
        """Notes something that cannot work."""
        self.findings.append(Finding(kind, certain, (node.start, node.end), shape, expected, name))

    def expects(self, node: n.Node, shape: Shape, kinds: int, name: str) -> None:
        """Notes an operand or argument that is, or may be, of another kind."""
        if shape.presence == NEVER:
            return
        if not shape.kinds & kinds:
            self.report("type", node, shape, certain=True, expected=kinds, name=name)
        elif shape.kinds & ~kinds and not shape.vague:
            self.report("type", node, shape, certain=False, expected=kinds, name=name)

    # leaves

    def _literal(self, node: n.Literal) -> Shape:
        return constant(node.value)

    def _function(self, node: n.Node) -> Shape:
        return FUNCTION_SHAPE

    def _variable(self, node: n.Variable) -> Shape:
        name = node.name
        if name == "":
            return self.focus[-1] if self.focus else ANY
        if name in ("$", "states"):
            # AWS says what the members of $states are; as a whole it is nobody's business.
            return ANY
        for frame in reversed(self.locals):
            if name in frame:
                return frame[name]
        found = self.scope.variables(name)
        if found is None and name in FUNCTIONS:
            return FUNCTION_SHAPE
        tolerant = self.quiet > 0 or ((name,), THERE) in self.facts
        self.reads[name] = self.reads.get(name, True) and tolerant
        if found is None or (found.presence == NEVER and not tolerant):
            return ANY
        # That nothing has assigned it on some way is told of the variable itself, where it does harm.
        return self._refined((name,), found) if tolerant else found.having(ALWAYS)

    def _name(self, node: n.Name) -> Shape:
        # A bare name reads the context; there is none at the top (another rule says so).
        return self._member(self.focus[-1], node, node.start, 0, None) if self.focus else ANY

    def _refined(self, access: Access | None, shape: Shape) -> Shape:
        """A value with what the conditions passed say of it."""
        if access is None or not self.facts or shape.presence == NEVER:
            return shape
        if shape.presence != ALWAYS and (access, THERE) in self.facts:
            shape = shape.having(ALWAYS)
        if shape.kinds & NULL and shape.kinds != NULL and not shape.vague and (access, NOT_NULL) in self.facts:
            shape = shape.only(~NULL)
        return shape

    # ways down

    def _path(self, node: n.Path) -> Shape:
        first = node.steps[0]
        access: Access | None = None
        if isinstance(first, n.Variable):
            here = (self.scope.variables("states") or ANY) if first.name == "states" else self.of(first)
            access = (first.name,) if first.name and not self.is_local(first.name) else None
        else:
            here = self.of(first)
        kept = isinstance(first, n.KeepArray)
        steps = node.steps
        if not self.facts:
            here, passed = down(here, steps, 1)
            if access is not None:
                access += tuple(cast(n.Name, step).name for step in steps[1:passed])
            steps = steps[passed - 1 :]
        before = steps[0].end
        for step in steps[1:]:
            if here.presence == NEVER:
                return NOTHING
            bare = step
            while isinstance(bare, n.KeepArray):
                bare, kept = bare.base, True
            names = names_of(bare)
            access = (*access, *names) if access is not None and names is not None else None
            here = self._step(here, bare, node.start, before, access)
            if access is not None:
                here = self._refined(access, here)
            before = step.end
        return as_array(here) if kept else here

    def _step(self, left: Shape, step: n.Node, start: int, below: int, access: Access | None) -> Shape:
        if isinstance(step, n.Name):
            if not left.kinds & ARRAY:  # the usual thing
                found = self._member(left, step, start, below, access)
                return found.having(both(left.presence, found.presence)) if found.presence != NEVER else found
            return self._over(left, lambda item: self._member(item, step, start, below, access))
        if isinstance(step, n.Filter):
            return self._over(left, lambda item: self._filtered(item, step, access))
        if isinstance(step, n.Array):
            # An array constructor gives each item's array whole.
            found = self._over(left, lambda item: self.inside(item, step).having(ALWAYS))
            return found if not left.kinds & ARRAY else ANY.having(both(left.presence, UNKNOWN))
        return self._over(left, lambda item: self.inside(item, step))

    def _member(self, item: Shape, name: n.Name, start: int, below: int, access: Access | None) -> Shape:
        if item.kinds & ALL == ARRAY:
            return self._over(item, lambda inner: self._member(inner, name, start, below, access))
        found = member(item, name.name)
        certain = found.presence == NEVER
        if certain and item.kinds & ARRAY and item.kinds & OBJECT:
            return ANY
        if certain or (found.presence == MAYBE and item.presence != MAYBE):
            known = access is not None and (access, THERE) in self.facts
            if not self.quiet and (certain or not known):
                self.findings.append(Finding("missing", certain, (start, name.end), item, 0, name.name, below, access))
        return found

    def _over(self, left: Shape, f: Callable[[Shape], Shape]) -> Shape:
        """What a step gives: the function's value for one thing, a sequence of its values for an array."""
        if not left.kinds & ARRAY or (left.vague and left.item is None and left.items is None):
            found = f(left)
            return found.having(both(left.presence, found.presence)) if found.presence != NEVER else found
        if left.items is not None and len(left.items) <= 8:
            over = sequence_of(self._of_each(left.items, f))
        else:
            over = sequence(f((left.item or SOME).having(ALWAYS)), left.low, left.high)
        if left.kinds & ~ARRAY and not left.vague:
            over = join(over, f(left.only(~ARRAY).having(ALWAYS)))
        return over.having(both(left.presence, over.presence)) if over.presence != NEVER else over

    def _of_each(self, items: tuple[Shape, ...], f: Callable[[Shape], Shape]) -> list[Shape]:
        """The function's value for each item. What is missing in some of them is passed over, as in any array."""
        before = len(self.findings)
        results = [f(item) for item in items]
        if any(result.presence != NEVER for result in results):
            self.findings[before:] = [finding for finding in self.findings[before:] if finding.kind != "missing"]
        return results

    def _filtered(self, item: Shape, node: n.Filter, access: Access | None) -> Shape:
        self.focus.append(item)
        try:
            return self._filter(node, access)
        finally:
            self.focus.pop()

    def _filter(self, node: n.Filter, access: Access | None = None) -> Shape:
        left = self.of(node.base)
        if left.presence == NEVER:
            return NOTHING
        index = index_of(node)
        if index is not None:
            return self._item(left, node, index, access or access_of(node))
        item = (left.item or SOME) if left.kinds & ARRAY else left
        if left.kinds & ARRAY and left.kinds & ~ARRAY:
            item = SOME if left.vague else join(item, left.only(~ARRAY).having(ALWAYS))
        before = self.facts
        test = self.inside(item.having(ALWAYS), node.predicate)
        self.facts = before
        if test.kinds & NUMBER:
            return item.having(UNKNOWN) if not left.kinds & ARRAY else ANY
        if left.kinds & ALL == ARRAY:
            return sequence(item.having(ALWAYS), 0, left.high, unsure=True)
        if left.kinds & ARRAY:
            return sequence(item.having(ALWAYS), 0, None, unsure=True).having(UNKNOWN if left.vague else MAYBE)
        return item.having(both(left.presence, UNKNOWN if left.vague else MAYBE))

    def _item(self, left: Shape, node: n.Filter, index: int, access: Access | None) -> Shape:
        if left.kinds & ALL != ARRAY:
            return left.having(both(left.presence, UNKNOWN)) if left.vague or index not in (0, -1) else left
        found = self._refined(access, element(left, index))
        if found.presence == MAYBE and left.presence != MAYBE and not self.quiet:
            span = (node.start, node.end)
            self.findings.append(Finding("missing", False, span, left, 0, f"[{index}]", node.base.end, access))
        return found

    def _keep(self, node: n.KeepArray) -> Shape:
        return as_array(self.of(node.base))

    # names and functions

    def _block(self, node: n.Block) -> Shape:
        # Functions see those that the same block binds, themselves too: a call comes later.
        functions = {
            part.name: FUNCTION_SHAPE
            for part in node.expressions
            if isinstance(part, n.Bind) and isinstance(plain(part.value), n.Lambda)
        }
        self.locals.append(functions)
        try:
            found = NOTHING
            for part in node.expressions:
                found = self.of(part)
            return found
        finally:
            self.locals.pop()

    def _bind(self, node: n.Bind) -> Shape:
        shape = self.of(node.value)
        if not self.locals:
            self.locals.append({})
        self.locals[-1][node.name] = shape
        return shape

    def _lambda(self, node: n.Lambda) -> Shape:
        self.locals.append(dict.fromkeys(node.parameters, ANY))
        try:
            self.of(node.body)
        finally:
            self.locals.pop()
        return FUNCTION_SHAPE

    def _sort(self, node: n.Sort) -> Shape:
        found = self.of(node.base)
        for term in node.terms:
            self.inside((found.item or SOME) if found.kinds & ARRAY else found, term)
        if found.presence == NEVER:
            return NOTHING
        return found if found.kinds & ALL == ARRAY else ANY.having(both(found.presence, UNKNOWN))

    def _anything(self, node: n.Node) -> Shape:
        for part in n.children(node):
            self.quietly(part)
        return ANY

    ways: ClassVar[Mapping[type[n.Node], Callable[..., Shape]]] = {
        n.Literal: _literal,
        n.Regex: _function,
        n.Variable: _variable,
        n.Name: _name,
        n.Path: _path,
        n.Filter: _filter,
        n.KeepArray: _keep,
        n.Group: group_shape,
        n.Array: array_shape,
        n.Object: object_shape,
        n.Binary: binary_shape,
        n.Negate: negated_shape,
        n.Condition: condition_shape,
        n.Block: _block,
        n.Bind: _bind,
        n.Lambda: _lambda,
        n.Call: call_shape,
        n.Apply: apply_shape,
        n.Sort: _sort,
        n.Transform: _function,
        n.Focus: _anything,
        n.Wildcard: _anything,
    }
    """What is done with each kind of node; of any other, nothing is known."""
