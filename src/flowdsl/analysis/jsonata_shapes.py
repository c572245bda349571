"""What a JSONata expression gives, known without running it: its Shape, and what cannot work on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from flowdsl.analysis.jsonata_calls import call_shape
from flowdsl.analysis.jsonata_functions import FUNCTIONS
from flowdsl.analysis.jsonata_guards import NO_FACTS, NOT_NULL, THERE, Access, Facts, access_of, all_prefixes, facts_if
from flowdsl.analysis.jsonata_syntax import Node
from flowdsl.analysis.sequences import sequence, sequence_of
from flowdsl.analysis.shape import (
    ALL,
    ALWAYS,
    ANY,
    ARRAY,
    BOOLEAN,
    BOOLEAN_SHAPE,
    FUNCTION,
    FUNCTION_SHAPE,
    MAYBE,
    NEVER,
    NOTHING,
    NULL,
    NUMBER,
    NUMBER_SHAPE,
    OBJECT,
    SOME,
    TEXT,
    TEXT_SHAPE,
    UNKNOWN,
    Origin,
    Shape,
    array,
    both,
    constant,
    either,
    join,
    join_all,
    tuple_of,
)
from flowdsl.analysis.shape_paths import element, member


class Finding(NamedTuple):
    """Something an expression does that cannot work, or not always."""

    kind: Literal["missing", "type", "arity", "function", "hidden", "never-equal"]
    certain: bool
    """False: it can, for some values or on some ways."""
    node: Node
    shape: Shape
    """What was found: the object without the member, the value of the wrong kind."""
    expected: int = 0
    """Kinds that would do."""
    name: str = ""
    """The member that is not there, the function that is not known, the operator."""


class Scope(NamedTuple):
    """What an expression may read."""

    variables: Callable[[str], Shape | None]
    """A workflow variable by name, `states` included; None: nobody assigns it."""
    facts: Facts = NO_FACTS


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

    def of(self, node: Node) -> Shape:
        """The shape of an expression's value; its presence says whether it may be undefined."""
        method = _METHODS.get(node.kind)
        return method(self, node) if method is not None else ANY

    def quietly(self, node: Node) -> Shape:
        """The same where an absent value does no harm: `$exists(x)`, a condition."""
        self.quiet += 1
        try:
            return self.of(node)
        finally:
            self.quiet -= 1

    def given(self, facts: Facts, node: Node) -> Shape:
        """The same where more is known."""
        if not facts:
            return self.of(node)
        before = self.facts
        self.facts = before | all_prefixes(facts)
        try:
            return self.of(node)
        finally:
            self.facts = before

    def inside(self, item: Shape, node: Node, names: Mapping[str, Shape] | None = None) -> Shape:
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

    def report(
        self,
        kind: Literal["missing", "type", "arity", "function", "hidden", "never-equal"],
        node: Node,
        shape: Shape,
        *,
        certain: bool,
        expected: int = 0,
        name: str = "",
    ) -> None:
        if kind == "missing" and self.quiet:
            return
        self.findings.append(Finding(kind, certain, node, shape, expected, name))

    # leaves

    def _literal(self, node: Node) -> Shape:
        return constant(node.value)

    def _variable(self, node: Node) -> Shape:
        name = node.value
        if name == "":
            return self.focus[-1] if self.focus else ANY
        if name == "$":
            return ANY
        for frame in reversed(self.locals):
            if name in frame:
                return frame[name]
        if name == "states":
            # AWS says what its members are; as a whole it is nobody's business.
            return ANY
        if self.scope.variables(name) is None and name in FUNCTIONS:
            return FUNCTION_SHAPE
        self.reads[name] = self.reads.get(name, True) and (self.quiet > 0 or ((name,), THERE) in self.facts)
        return self._refined((name,), self.scope.variables(name) or ANY)

    def _refined(self, access: Access | None, shape: Shape) -> Shape:
        """A value with what the conditions passed say of it."""
        if access is None or not self.facts or shape.presence == NEVER:
            return shape
        if shape.presence != ALWAYS and (access, THERE) in self.facts:
            shape = shape.having(ALWAYS)
        if shape.kinds & NULL and shape.kinds != NULL and not shape.vague and (access, NOT_NULL) in self.facts:
            shape = shape.only(~NULL)
        return shape

    def _field(self, node: Node) -> Shape:
        # A bare name reads the context; there is none at the top (the grammar says so).
        return self._member(self.focus[-1], node, node) if self.focus else ANY

    def _anything(self, node: Node) -> Shape:
        for part in node.parts:
            self.quietly(part)
        return ANY

    # ways down

    def _step(self, node: Node) -> Shape:
        left_node, right = node.parts
        if left_node.kind == "variable" and left_node.value == "states":
            left = self.scope.variables("states") or ANY
        else:
            left = self.of(left_node)
        if left.presence == NEVER:
            return NOTHING
        if right.kind == "field":
            found = self._over(left, lambda item: self._member(item, right, node))
            if self.facts and found.presence != NEVER:
                return self._refined(access_of(node), found)
            return found
        if right.kind in ("array", "string"):
            if right.kind == "string":
                # `$x."a name"`: a quoted name.
                name = Node("field", right.value, at=right.at)
                return self._over(left, lambda item: self._member(item, name, node))
            return self._over(left, lambda item: self.inside(item, right)).having(both(left.presence, ALWAYS))
        return self._over(left, lambda item: self.inside(item, right))

    def _member(self, item: Shape, name: Node, node: Node) -> Shape:
        if not item.kinds & (OBJECT | ARRAY):
            self.report("missing", node, item, certain=True, name=name.value)
            return NOTHING
        if item.kinds & ALL == ARRAY:
            return self._over(item, lambda inner: self._member(inner, name, node))
        found = member(item, name.value)
        if found.presence == NEVER:
            if item.kinds & ARRAY:
                return ANY
            self.report("missing", node, item, certain=not item.kinds & ARRAY, name=name.value)
        elif found.presence == MAYBE and item.presence != MAYBE:
            access = access_of(node)
            if access is None or (access, THERE) not in self.facts:
                self.report("missing", node, item, certain=False, name=name.value)
        return found

    def _over(self, left: Shape, f: Callable[[Shape], Shape]) -> Shape:
        """What a step gives: the function's value for one thing, a sequence of its values for an array."""
        if left.presence == NEVER:
            return NOTHING
        alone = left.only(~ARRAY) if left.kinds & ~ARRAY else None
        if not left.kinds & ARRAY or (left.vague and left.item is None and left.items is None):
            found = f(left)
            return found.having(both(left.presence, found.presence)) if found.presence != NEVER else found
        if left.items is not None and len(left.items) <= 8:
            over = sequence_of(self._of_each(left.items, f))
        else:
            inner = (left.item or SOME).having(ALWAYS)
            over = sequence(f(inner), left.low, left.high)
        if alone is not None and not left.vague:
            over = join(over, f(alone.having(ALWAYS)))
        return over.having(both(left.presence, over.presence)) if over.presence != NEVER else over

    def _of_each(self, items: tuple[Shape, ...], f: Callable[[Shape], Shape]) -> list[Shape]:
        """The function's value for each item. What is missing in some of them is passed over, as in any array."""
        before = len(self.findings)
        results = [f(item) for item in items]
        if any(result.presence != NEVER for result in results):
            self.findings[before:] = [finding for finding in self.findings[before:] if finding.kind != "missing"]
        return results

    def _filter(self, node: Node) -> Shape:
        left_node, predicate = node.parts
        left = self.of(left_node)
        if left.presence == NEVER:
            return NOTHING
        index = _index(predicate)
        if index is not None:
            # An index in a path applies at each step; only a plain left side has the whole array.
            if left.kinds & ALL == ARRAY:
                found = element(left, index)
                return found if found.presence != NEVER or left.items is None else NOTHING
            return left.having(both(left.presence, UNKNOWN))
        item = (left.item or SOME) if left.kinds & ARRAY else left
        if left.kinds & ARRAY and left.kinds & ~ARRAY:
            item = SOME
        before = self.facts
        test = self.inside(item.having(ALWAYS), predicate)
        self.facts = before
        if test.kinds == NUMBER:
            return (
                (left.item or SOME).having(UNKNOWN) if left.kinds & ARRAY else left.having(both(left.presence, UNKNOWN))
            )
        if left.kinds & ALL == ARRAY:
            return sequence(item.having(ALWAYS), 0, left.high, unsure=True)
        return item.having(both(left.presence, UNKNOWN if left.vague else MAYBE))

    def _keep(self, node: Node) -> Shape:
        inner = self.of(node.parts[0])
        if inner.presence == NEVER:
            return NOTHING
        if inner.kinds & ARRAY and not inner.vague:
            item = join(inner.item or SOME, inner.only(~ARRAY)) if inner.kinds & ~ARRAY else inner.item
            return array(item, min(1, inner.low)).having(inner.presence)
        return array(inner.having(ALWAYS), 1 if not inner.kinds & ARRAY else 0).having(inner.presence)

    # constructors

    def _array(self, node: Node) -> Shape:
        items: list[Shape] = []
        exact = True
        low = 0
        for part in node.parts:
            if part.kind == "range":
                self.of(part)
                items.append(NUMBER_SHAPE)
                exact = False
                continue
            # What is absent is left out.
            shape = self.quietly(part)
            if shape.presence == NEVER:
                continue
            if part.kind != "array" and shape.kinds & ARRAY:
                # A sequence is flattened into the array around it, an array constructor is not.
                exact = False
                items.append(shape.item or SOME)
                if shape.kinds & ~ARRAY and not shape.vague:
                    items.append(shape.only(~ARRAY))
                low += min(1, shape.low)
                continue
            if shape.presence != ALWAYS:
                exact = False
            else:
                low += 1
            items.append(shape.having(ALWAYS))
        if exact:
            return tuple_of(tuple(items))
        return array(join_all(tuple(item.having(ALWAYS) for item in items)), low)

    def _range(self, node: Node) -> Shape:
        for part in node.parts:
            self._expects(part, self.of(part), NUMBER, "..")
        return array(NUMBER_SHAPE)

    def _object(self, node: Node) -> Shape:
        fields: dict[str, Shape] = {}
        rest = NEVER
        for key, value in zip(node.parts[::2], node.parts[1::2], strict=True):
            shape = self.of(value)
            if key.kind == "string":
                # A member whose value is undefined is left out.
                fields[key.value] = shape
            else:
                self.of(key)
                rest = UNKNOWN
        return Shape(OBJECT, fields=fields, rest=rest, origins=(Origin("object"),))

    def _group(self, node: Node) -> Shape:
        self.of(node.parts[0])
        return Shape(OBJECT, rest=UNKNOWN)

    # operators

    def _operator(self, node: Node) -> Shape:
        operator = node.value
        left_node, right_node = node.parts
        if operator == "and":
            self.quietly(left_node)
            self.given(facts_if(left_node, True), right_node) if not self.quiet else self._quietly_given(
                left_node, True, right_node
            )
            return BOOLEAN_SHAPE
        if operator == "or":
            self.quietly(left_node)
            self._quietly_given(left_node, False, right_node)
            return BOOLEAN_SHAPE
        left, right = self.of(left_node), self.of(right_node)
        presence = both(left.presence, right.presence)
        if operator in ("=", "!="):
            self._equal(node, left, right)
            return BOOLEAN_SHAPE
        if operator == "in":
            return BOOLEAN_SHAPE
        if operator == "&":
            return TEXT_SHAPE
        if operator in ("<", "<=", ">", ">="):
            self._comparable(node, left, right)
            return BOOLEAN_SHAPE.having(presence) if presence != NEVER else NOTHING
        self._expects(left_node, left, NUMBER, operator)
        self._expects(right_node, right, NUMBER, operator)
        return NUMBER_SHAPE.having(presence) if presence != NEVER else NOTHING

    def _quietly_given(self, condition: Node, holds: bool, node: Node) -> Shape:
        self.quiet += 1
        try:
            return self.given(facts_if(condition, holds), node)
        finally:
            self.quiet -= 1

    def _equal(self, node: Node, left: Shape, right: Shape) -> None:
        if NEVER in (left.presence, right.presence) or left.vague or right.vague or left.kinds & right.kinds:
            return
        # To ask whether something is null, or true, of what cannot be is a question, not a mistake.
        if (left.kinds | right.kinds) & (NULL | BOOLEAN | FUNCTION):
            return
        self.report("never-equal", node, left, certain=True, expected=right.kinds, name=node.value)

    def _comparable(self, node: Node, left: Shape, right: Shape) -> None:
        for shape, part in ((left, node.parts[0]), (right, node.parts[1])):
            self._expects(part, shape, NUMBER | TEXT, node.value)
        if left.presence == NEVER or right.presence == NEVER:
            return
        mixed = (left.kinds & (NUMBER | TEXT), right.kinds & (NUMBER | TEXT))
        if mixed[0] and mixed[1] and not mixed[0] & mixed[1]:
            self.report("type", node, right, certain=True, expected=left.kinds & (NUMBER | TEXT), name=node.value)
        elif (mixed[0] | mixed[1]) == NUMBER | TEXT and not left.vague and not right.vague:
            self.report("type", node, right, certain=False, expected=left.kinds & (NUMBER | TEXT), name=node.value)

    def _expects(self, node: Node, shape: Shape, kinds: int, name: str) -> None:
        """Reports an operand or argument that is, or may be, of another kind."""
        if shape.presence == NEVER:
            return
        if not shape.kinds & kinds:
            self.report("type", node, shape, certain=shape.presence in (ALWAYS, UNKNOWN), expected=kinds, name=name)
        elif shape.kinds & ~kinds and not shape.vague:
            self.report("type", node, shape, certain=False, expected=kinds, name=name)

    def _negate(self, node: Node) -> Shape:
        inner = self.of(node.parts[0])
        self._expects(node.parts[0], inner, NUMBER, "-")
        if inner.values is not None and inner.kinds == NUMBER:
            return Shape(NUMBER, inner.presence, values=frozenset((NUMBER, -value) for _, value in inner.values))
        return NUMBER_SHAPE.having(inner.presence) if inner.presence != NEVER else NOTHING

    def _choose(self, node: Node) -> Shape:
        condition = node.parts[0]
        truth = truth_of(self.quietly(condition))
        yes = NOTHING if truth is False else self.given(facts_if(condition, True), node.parts[1])
        if len(node.parts) == 2:
            return yes if truth is True or yes.presence == NEVER else yes.having(either(yes.presence, NEVER))
        no = NOTHING if truth is True else self.given(facts_if(condition, False), node.parts[2])
        if truth is not None:
            return no if truth is False else yes
        for one, other in ((yes, no), (no, yes)):
            if other.is_closed and not other.fields and one.vague:
                # `x ? x : {}` gives what may be absent a form; its author knows that it may be empty.
                return ANY.having(both(one.presence, other.presence)) if one.presence != NEVER else other
        return join(yes, no)

    # names and functions

    def _block(self, node: Node) -> Shape:
        self.locals.append({})
        facts = self.facts
        try:
            found = NOTHING
            for part in node.parts:
                found = self.of(part)
            return found
        finally:
            self.locals.pop()
            self.facts = facts

    def _bind(self, node: Node) -> Shape:
        shape = self.of(node.parts[0])
        if not self.locals:
            self.locals.append({})
        self.locals[-1][node.value] = shape
        return shape

    def _lambda(self, node: Node) -> Shape:
        self.locals.append(dict.fromkeys(node.value, ANY))
        try:
            self.of(node.parts[0])
        finally:
            self.locals.pop()
        return FUNCTION_SHAPE

    def _call(self, node: Node) -> Shape:
        return call_shape(self, node, node.parts[1:])

    def _partial(self, node: Node) -> Shape:
        for part in node.parts[1:]:
            if part.kind != "placeholder":
                self.of(part)
        return FUNCTION_SHAPE

    def _apply(self, node: Node) -> Shape:
        left, right = node.parts
        if right.kind == "call":
            return call_shape(self, right, (left, *right.parts[1:]))
        if right.kind == "variable":
            return call_shape(self, Node("call", None, (right, left), right.at), (left,))
        found = self.of(left)
        return FUNCTION_SHAPE if found.kinds == FUNCTION else ANY

    def _sort(self, node: Node) -> Shape:
        found = self.of(node.parts[0])
        item = found.item or SOME
        for term in node.parts[1:]:
            self.inside(item, term)
        return (
            found if found.kinds & ALL == ARRAY else ANY.having(found.presence) if found.presence != NEVER else NOTHING
        )

    def _function(self, node: Node) -> Shape:
        return FUNCTION_SHAPE

    def _wildcard(self, node: Node) -> Shape:
        return ANY

    def is_local(self, name: str) -> bool:
        """Whether a name is bound inside the expression."""
        return any(name in frame for frame in self.locals)

    expects = _expects


def truth_of(shape: Shape) -> bool | None:
    """Whether a value counts as true or false in a condition, whatever it is at run time; None: that depends."""
    if shape.presence == NEVER or shape.kinds == NULL:
        return False
    if shape.values is not None and not shape.kinds & ~(NULL | BOOLEAN | NUMBER | TEXT):
        truths = {bool(value) for _, value in shape.values}
        if truths == {False}:
            return False
        if truths == {True} and shape.presence == ALWAYS:
            return True
    return None


def _index(predicate: Node) -> int | None:
    if predicate.kind == "number" and isinstance(predicate.value, int):
        return predicate.value
    if predicate.kind == "negate" and predicate.parts[0].kind == "number" and isinstance(predicate.parts[0].value, int):
        return -predicate.parts[0].value
    return None


_METHODS: dict[str, Callable[[Inference, Node], Shape]] = {
    "string": Inference._literal,
    "number": Inference._literal,
    "constant": Inference._literal,
    "regex": Inference._function,
    "variable": Inference._variable,
    "field": Inference._field,
    "step": Inference._step,
    "filter": Inference._filter,
    "keep": Inference._keep,
    "group": Inference._group,
    "array": Inference._array,
    "range": Inference._range,
    "object": Inference._object,
    "call": Inference._call,
    "partial": Inference._partial,
    "lambda": Inference._lambda,
    "block": Inference._block,
    "bind": Inference._bind,
    "choose": Inference._choose,
    "apply": Inference._apply,
    "sort": Inference._sort,
    "transform": Inference._function,
    "negate": Inference._negate,
    "operator": Inference._operator,
    "focus": Inference._anything,
    "index": Inference._anything,
    "wildcard": Inference._wildcard,
    "descendants": Inference._wildcard,
    "parent": Inference._wildcard,
}
