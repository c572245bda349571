"""What the JSONata fields of a visit must find: each value that they read, of the kind that its use asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowdsl.analysis.shape import ARRAY, NUMBER, OBJECT, TEXT
from flowdsl.analysis.shape_constants import kind_of
from flowdsl.asl.values import is_list, is_object
from flowdsl.explore.jsonata import JsonataOrigins
from flowdsl.explore.jsonata_scope import NO_SCOPE, Scope, Written, applied, links
from flowdsl.explore.needs import NOT_NEGATIVE, POSITIVE, SIZE, TIMESTAMP, Need
from flowdsl.explore.origins import Origins
from flowdsl.explore.patterns import takes, text_like
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import INSIDE, THERE, Want, exactly, items, of_kind, rather
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.dialect import is_expression, source_of
from flowdsl.query.jsonata.syntax import parse
from flowdsl.query.jsonata.tokens import SyntaxFault

Json = Any

_FIELDS: Final = {
    "Arguments": THERE,
    "Credentials": THERE,
    "TimeoutSeconds": POSITIVE,
    "HeartbeatSeconds": POSITIVE,
    "Seconds": NOT_NEGATIVE,
    "Timestamp": TIMESTAMP,
    "MaxConcurrency": POSITIVE,
    "ToleratedFailureCount": NOT_NEGATIVE,
    "ToleratedFailurePercentage": NOT_NEGATIVE,
    "Error": rather(TEXT),
    "Cause": rather(TEXT),
    "ItemSelector": THERE,
    "MaxItems": POSITIVE,
    "MaxItemsPerBatch": POSITIVE,
    "MaxInputBytesPerBatch": SIZE,
    "BatchInput": THERE,
}
_LISTS: Final = rather(ARRAY)
_NUMBERS: Final = of_kind(NUMBER)
_TEXTS: Final = of_kind(TEXT)

_ARGUMENTS: Final[dict[str, tuple[Want | None, ...]]] = {
    "sum": (_LISTS,),
    "max": (_LISTS,),
    "min": (_LISTS,),
    "average": (_LISTS,),
    "count": (_LISTS,),
    "append": (_LISTS, _LISTS),
    "sort": (_LISTS, None),
    "reverse": (_LISTS,),
    "distinct": (_LISTS,),
    "shuffle": (_LISTS,),
    "zip": (_LISTS,),
    "map": (_LISTS, None),
    "filter": (_LISTS, None),
    "single": (_LISTS, None),
    "reduce": (_LISTS, None, None),
    "partition": (_LISTS, _NUMBERS),
    "join": (_LISTS, _TEXTS),
    "number": (rather(TEXT),),
    "round": (_NUMBERS,),
    "floor": (_NUMBERS,),
    "ceil": (_NUMBERS,),
    "abs": (_NUMBERS,),
    "sqrt": (_NUMBERS,),
    "power": (_NUMBERS, _NUMBERS),
    "formatNumber": (_NUMBERS, _TEXTS),
    "fromMillis": (_NUMBERS,),
    "range": (_NUMBERS, _NUMBERS, _NUMBERS),
    "toMillis": (TIMESTAMP,),
    "length": (_TEXTS,),
    "substring": (_TEXTS, _NUMBERS, _NUMBERS),
    "substringBefore": (_TEXTS, _TEXTS),
    "substringAfter": (_TEXTS, _TEXTS),
    "uppercase": (_TEXTS,),
    "lowercase": (_TEXTS,),
    "trim": (_TEXTS,),
    "pad": (_TEXTS, _NUMBERS),
    "contains": (_TEXTS, None),
    "split": (_TEXTS, None),
    "match": (_TEXTS, None),
    "replace": (_TEXTS, None, None),
    "base64encode": (_TEXTS,),
    "base64decode": (_TEXTS,),
    "encodeUrlComponent": (_TEXTS,),
    "encodeUrl": (_TEXTS,),
    "decodeUrlComponent": (_TEXTS,),
    "decodeUrl": (_TEXTS,),
    "hash": (_TEXTS, _TEXTS),
    "parse": (_TEXTS,),
    "keys": (rather(OBJECT),),
    "lookup": (rather(OBJECT), None),
    "merge": (rather(OBJECT),),
    "spread": (rather(OBJECT),),
    "each": (of_kind(OBJECT), None),
    "sift": (of_kind(OBJECT), None),
    "string": (THERE,),
    "type": (THERE,),
}
"""What each argument of a function must be; None: nothing is asked."""
_TESTS: Final = frozenset({"exists", "not", "boolean"})


def jsonata_needs(origins: Origins, visit: Visit, *, fails: bool = False) -> Iterator[Need]:
    """Every need of a visit; where it `fails`, nothing is made of its result."""
    reader = _Reader(origins, visit)
    fields = visit.node.fields
    if visit.node.type == "Map":
        reader.item = JsonataOrigins(origins, visit, 0)
        if "Items" in fields:
            reader.field(fields["Items"], items(1))
        elif "ItemReader" not in fields:
            reader.need(Place(visit, "input"), items(1))
    for name, want in _FIELDS.items():
        if name in fields and not (name in ("Error", "Cause") and visit.node.type != "Fail"):
            reader.field(fields[name], want)
    for holder in ("ItemReader", "ItemBatcher", "ResultWriter"):
        reader.holder(fields.get(holder))
    choice = visit.choice
    chosen = fields["Choices"][choice] if choice is not None and choice >= 0 else fields
    ends = [] if fails else [chosen]
    if visit.caught is not None:
        ends.append(fields["Catch"][visit.caught])
    for end in ends:
        for name in ("Assign", "Output"):
            if name in end:
                reader.field(end[name], THERE)
    yield from reader.found


class _Reader:
    """Gathers what the expressions of one visit read."""

    def __init__(self, origins: Origins, visit: Visit) -> None:
        self.origins = origins
        self.visit = visit
        self.item: JsonataOrigins | None = None
        self.here = JsonataOrigins(origins, visit)
        self.found: list[Need] = []

    def need(self, place: Place, want: Want) -> None:
        if place.root == "context" and place.steps[:1] in (("Map",), ("Task",), ("State",)):
            return
        self.found.append((place, want))

    def holder(self, value: Json) -> None:
        """An ItemReader, ItemBatcher or ResultWriter."""
        if not is_object(value):
            return
        for name, inner in value.items():
            if name in _FIELDS:
                self.field(inner, _FIELDS[name])
            elif name == "ReaderConfig":
                self.holder(inner)

    def field(self, value: Json, want: Want) -> None:
        """The `{% %}` texts of a field."""
        stack: list[tuple[Json, Want]] = [(value, want)]
        while stack:
            inner, wanted = stack.pop()
            if is_expression(inner):
                self._text(inner, wanted)
            elif is_object(inner):
                stack.extend((each, THERE) for each in reversed(inner.values()))
            elif is_list(inner):
                stack.extend((each, THERE) for each in reversed(inner))

    def _text(self, text: str, want: Want) -> None:
        here = self.item or self.here
        here.source = source_of(text)
        try:
            tree = parse(here.source)
        except SyntaxFault:
            return
        self.read(tree, NO_SCOPE, want, here)

    def read(self, node: n.Node, scope: Scope, want: Want | None, here: JsonataOrigins, depth: int = 0) -> None:
        """A part of an expression; `want` is what it must come to, None where it may come to nothing."""
        if depth > 60:
            return
        place = here.place_of(node, scope)
        if place is not None:
            if want is not None:
                self.need(place, want)
            return
        if isinstance(node, n.Block):
            for inner in node.expressions:
                if isinstance(inner, n.Bind):
                    self.read(inner.value, scope, None, here, depth + 1)
                    scope = scope.having(inner.name, Written(inner.value, scope))
            if node.expressions:
                self.read(node.expressions[-1], scope, want, here, depth + 1)
        elif isinstance(node, (n.Path, n.Filter, n.KeepArray, n.Focus, n.Sort, n.Group)):
            self._path(node, scope, want, here, depth)
        elif isinstance(node, n.Binary):
            self._binary(node, scope, here, depth)
        elif isinstance(node, (n.Call, n.Apply)):
            self._call(node, scope, want, here, depth)
        elif isinstance(node, n.Condition):
            self.read(node.test, scope, None, here, depth + 1)
            self._branches(node, scope, want, here, depth)
        elif isinstance(node, n.Variable) and node.name in scope.names:
            bound = scope.names[node.name]
            if isinstance(bound, Written):
                self.read(bound.node, bound.scope, want, here, depth + 1)
        else:
            inner_want = THERE if isinstance(node, (n.Object, n.Array)) else None
            for inner in n.children(node):
                self.read(inner, scope, inner_want, here, depth + 1)

    def _branches(self, node: n.Condition, scope: Scope, want: Want | None, here: JsonataOrigins, depth: int) -> None:
        """The branch that is taken, where that can be told."""
        outcome = here.evaluate(node.test, scope)
        if outcome is not False:
            self.read(node.then, scope, want, here, depth + 1)
        if outcome is not True and node.otherwise is not None:
            self.read(node.otherwise, scope, want, here, depth + 1)

    def _path(self, node: n.Node, scope: Scope, want: Want | None, here: JsonataOrigins, depth: int) -> None:
        at, tail, rest = here.start(list(links(node)), scope)
        if isinstance(at, Written):
            self.read(at.node, at.scope, THERE if rest or tail else want, here, depth + 1)
            return
        for _, part in rest:
            if at is None:
                return
            if isinstance(part, n.Name):
                at = at.under((part.name,))
            elif isinstance(part, n.Filter):
                index = here.constant(part.predicate, scope)
                if isinstance(index, (int, float)) and not isinstance(index, bool):
                    at = at.under((int(index),))
                else:
                    self.need(at, _LISTS)
                    at = here.one(at)
                    self.read(part.predicate, scope._replace(here=at), None, here, depth + 1)
            elif isinstance(part, n.Focus):
                at = here.one(at)
                scope = scope.having(part.name, at)
            elif isinstance(part, n.Wildcard) and part.sign == "**":
                # A value is among its own descendants.
                continue
            elif isinstance(part, n.Wildcard):
                self.need(at, THERE)
                return
            else:
                self.need(at, rather(OBJECT | ARRAY))
                self.read(part, scope._replace(here=here.one(at)), want, here, depth + 1)
                return
        if at is not None and want is not None:
            self.need(at, want)

    def _binary(self, node: n.Binary, scope: Scope, here: JsonataOrigins, depth: int) -> None:
        sides: tuple[Want | None, Want | None] = (None, None)
        if node.operator in ("+", "-", "*", "/", "%", ".."):
            sides = (_NUMBERS, _NUMBERS)
        elif node.operator == "&":
            sides = (rather(TEXT), rather(TEXT))
        elif node.operator in ("<", "<=", ">", ">="):
            sides = (self._like(node.right, scope, here), self._like(node.left, scope, here))
        for side, want in zip((node.left, node.right), sides, strict=True):
            self.read(side, scope, want, here, depth + 1)

    def _like(self, other: n.Node, scope: Scope, here: JsonataOrigins) -> Want:
        """What can be ordered beside another value."""
        value = here.constant(other, scope)
        return of_kind(TEXT) if isinstance(value, str) and kind_of(value) == TEXT else _NUMBERS

    def _call(self, node: n.Node, scope: Scope, want: Want | None, here: JsonataOrigins, depth: int) -> None:
        procedure, given = applied(node)
        name = procedure.name if isinstance(procedure, n.Variable) else ""
        bound = scope.names.get(name)
        if isinstance(bound, Written) and isinstance(bound.node, n.Lambda):
            inner = bound.scope
            for parameter, argument in zip(bound.node.parameters, given, strict=False):
                inner = inner.having(parameter, Written(argument, scope))
            self.read(bound.node.body, inner, want, here, depth + 1)
            return
        wants = _ARGUMENTS.get(name, ())
        for number, argument in enumerate(given):
            if isinstance(argument, n.Lambda):
                # each and sift go over members, whose names nobody knows.
                over = None if name in ("each", "sift") else here.place_of(given[0], scope)
                self._lambda(argument, over, scope, here, depth)
                continue
            if isinstance(argument, n.Regex) and number == 1 and name in ("match", "contains"):
                place, text = (
                    here.place_of(given[0], scope),
                    ("{}" if takes(argument.source, "{}") else text_like(argument.source)),
                )
                if place is not None and text is not None:
                    self.need(place, exactly(text))
                continue
            asked = wants[number] if number < len(wants) else None
            if name == "merge" and isinstance(argument, n.Array):
                for item in argument.items:
                    self.read(item, scope, of_kind(OBJECT), here, depth + 1)
                continue
            if name in _TESTS or (not wants and want is None):
                asked = None
            elif not wants:
                asked = THERE
            self.read(argument, scope, asked, here, depth + 1)
            if name == "parse" and number == 0 and (place := here.place_of(argument, scope)) is not None:
                self.need(place.under((INSIDE,)), rather(OBJECT))
            elif name == "lookup" and number == 0 and len(given) > 1:
                self._member(argument, given[1], scope, here)

    def _member(self, of: n.Node, name: n.Node, scope: Scope, here: JsonataOrigins) -> None:
        place, member = here.place_of(of, scope), here.evaluate(name, scope)
        if isinstance(of, (n.Call, n.Apply)):
            procedure, given = applied(of)
            inner = here.place_of(given[0], scope) if given else None
            if isinstance(procedure, n.Variable) and procedure.name == "parse" and inner is not None:
                place = inner.under((INSIDE,))
        if place is not None and isinstance(member, str):
            self.need(place.under((member,)), THERE)

    def _lambda(self, function: n.Lambda, over: Place | None, scope: Scope, here: JsonataOrigins, depth: int) -> None:
        inner = scope
        if over is not None and function.parameters:
            inner = inner.having(function.parameters[0], here.one(over))
        self.read(function.body, inner, None if over is None else THERE, here, depth + 1)
