"""Backwards through the fields of JSONPath states: paths, payload templates, intrinsic functions."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY, OBJECT, SCALAR, TEXT
from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.filters import wanted_of_filter
from flowdsl.explore.found import Found, fixed, together
from flowdsl.explore.origins import Origins
from flowdsl.explore.results import of_index
from flowdsl.explore.trace import Visit
from flowdsl.explore.views import Place
from flowdsl.explore.wants import EVERY, INSIDE, MISSING, Every, Inside, Step, Steps, Want, exactly, items, satisfies
from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath import parse_intrinsic, parse_path
from flowdsl.query.jsonpath import steps as s
from flowdsl.query.jsonpath.functions import FUNCTIONS
from flowdsl.query.jsonpath.intrinsics import Intrinsic, Literal, PathArgument
from flowdsl.query.jsonpath.syntax import Path

Json = Any
Argument = Literal | PathArgument | Intrinsic


@lru_cache(maxsize=4096)
def reference_steps(text: str) -> Steps:
    """The steps of a reference path: a ResultPath."""
    try:
        return tuple(parse_path(text).names)
    except ExpressionSyntaxError:
        return ()


class PathOrigins:
    """What the JSONPath fields of one visit make their values from."""

    def __init__(self, origins: Origins, visit: Visit, root: str, item: int | None = None) -> None:
        self.origins = origins
        self.visit = visit
        self.root = root
        """What `$` means."""
        self.item = item
        """The item that `$$.Map.Item` is, in an ItemSelector."""

    def template(self, value: Json, steps: Steps, want: Want) -> Found:
        """A value of a payload template."""
        while steps:
            step, rest = steps[0], steps[1:]
            if is_object(value) and isinstance(step, str):
                if f"{step}.$" in value:
                    yield from self.evaluated(value[f"{step}.$"], rest, want)
                    return
                if step not in value:
                    yield from fixed(MISSING, (), want)
                    return
                value = value[step]
            elif is_list(value) and not isinstance(step, (str, Inside)):
                index = 0 if isinstance(step, Every) else step
                if not -len(value) <= index < len(value):
                    yield from fixed(MISSING, (), want)
                    return
                value = value[index]
            else:
                yield from fixed(value, steps, want)
                return
            steps = rest
        if is_object(value) and want.exact is not MISSING:
            yield from self._whole(value, want.exact)
        else:
            yield from fixed(value, (), want._replace(low=0, high=None))

    def _whole(self, value: dict[str, Json], wanted: Json) -> Found:
        """A template that must come to one value."""
        if not is_object(wanted) or {name.removesuffix(".$") for name in value} != wanted.keys():
            return iter(())
        return together([partial(self.template, value, (name,), exactly(wanted[name])) for name in wanted])

    def evaluated(self, text: Json, steps: Steps, want: Want) -> Found:
        """What a path or an intrinsic call of the definition gives."""
        try:
            if isinstance(text, str) and text.startswith("$"):
                yield from self.path(parse_path(text), steps, want)
            elif isinstance(text, str):
                yield from self.call(parse_intrinsic(text), steps, want)
        except ExpressionSyntaxError:
            return

    def path(self, path: Path, steps: Steps, want: Want) -> Found:
        """What a path leads to."""
        yield from self._along(self.place(path), path.steps, steps, want)

    def place(self, path: Path) -> Place:
        """Where a path begins, its steps apart."""
        if path.variable is not None:
            return Place(self.visit, f"${path.variable}")
        if path.root != "context":
            return Place(self.visit, self.root)
        return Place(self.visit, "context")

    def _along(self, place: Place, path: tuple[s.Step, ...], steps: Steps, want: Want) -> Found:
        plain: list[Step] = []
        for number, step in enumerate(path):
            if isinstance(step, s.Name):
                plain.append(step.name)
            elif isinstance(step, s.Index):
                plain.append(step.index)
            else:
                yield from self._spread(place.under(tuple(plain)), path[number:], steps, want)
                return
        yield from self._achieve(place.under((*plain, *steps)), want)

    def _achieve(self, place: Place, want: Want) -> Found:
        names = place.steps[:3]
        if place.root == "context" and self.item is not None and names[:2] == ("Map", "Item"):
            if names[2:] == ("Value",):
                yield from self.origins.achieve(Place(self.visit, "items", (self.item, *place.steps[3:])), want)
            elif names[2:] == ("Index",):
                yield from of_index(self.origins, self.visit, self.item, want)
            return
        yield from self.origins.achieve(place, want)

    def _spread(self, place: Place, path: tuple[s.Step, ...], steps: Steps, want: Want) -> Found:
        """A path that leads to several values, so that it gives an array: the first of them is the one made."""
        self.origins.is_opaque = True
        step, rest = path[0], path[1:]
        if isinstance(step, s.Descend):
            yield from self._along(place, rest, steps[1:] if steps else (), want if steps else _one_of(want))
            return
        if isinstance(step, s.Names):
            name = steps[0] if steps and isinstance(steps[0], str) else step.names[0]
            yield from self._along(place.under((name,)), rest, steps[1:], want)
            return
        if not steps and (want.high == 0 or (want.low == 0 and not want.may_be_absent and want.exact is MISSING)):
            # An empty array will do, and that is what it gives when it leads nowhere.
            if want.possible & ARRAY:
                yield ()
            return
        index = step.indexes[0] if isinstance(step, s.Indexes) else 0
        first = place.under((index,))
        inner = want if steps else _one_of(want)

        def met() -> Found:
            return self._along(first, rest, steps[1:], inner)

        if isinstance(step, s.Filter):
            wants = wanted_of_filter(step.condition)
            if wants is None:
                self.origins.is_opaque = True
                return
            conditions: list[Callable[[], Found]] = [partial(self._achieve, first.under(at), w) for at, w in wants]
            yield from together([*conditions, met])
        else:
            yield from met()

    # -- intrinsic functions -------------------------------------------------------------------------------------------

    def argument(self, argument: Argument, steps: Steps, want: Want) -> Found:
        """What an argument of a call gives."""
        if isinstance(argument, Literal):
            return fixed(argument.value, steps, want)
        if isinstance(argument, PathArgument):
            return self.path(argument.path, steps, want)
        return self.call(argument, steps, want)

    def value(self, argument: Argument) -> Json:
        """What an argument is in this run; MISSING where that is not known."""
        if isinstance(argument, Literal):
            return argument.value
        env = self.origins.env(self.visit, self.root)
        try:
            if isinstance(argument, PathArgument):
                return argument.path.evaluate(env)
            values = [self.value(inner) for inner in argument.arguments]
            return MISSING if MISSING in values else FUNCTIONS[argument.name](env, *values)
        except (ExpressionError, AttributeError, TypeError):
            return MISSING
        except Exception:
            return MISSING

    def call(self, call: Intrinsic, steps: Steps, want: Want) -> Found:
        """What a call gives: turned round where the function can be."""
        turned = _TURNED.get(call.name)
        if call.name != "States.MathAdd":
            self.origins.is_opaque = True
        if turned is not None:
            yield from turned(self, call.arguments, steps, want)
            return
        now = self.value(call)
        if now is not MISSING:
            yield from fixed(now, steps, want)


def _one_of(want: Want) -> Want:
    """What one item of a wanted array must be: there."""
    return want._replace(low=0, high=None) if want.exact is not MISSING else Want(values=v.PRESENT)


Turned = Callable[[PathOrigins, tuple[Argument, ...], Steps, Want], Found]


def _math_add(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    for one, other in ((0, 1), (1, 0)):
        addend = here.value(given[other])
        if is_number(addend):
            moved = shifted(want, -addend)
            if moved is not None:
                yield from here.argument(given[one], steps, moved)


def shifted(want: Want, by: float) -> Want | None:
    """A wanted number with the same added to it everywhere; None where no number is wanted."""
    if want.exact is not MISSING:
        return exactly(want.exact + by) if is_number(want.exact) else None
    moved = tuple(i._replace(low=i.low + by, high=i.high + by) for i in want.values.numbers)
    return Want(values=v.Values(numbers=moved)) if moved else None


def _array_length(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    for low, high in lengths(want):
        yield from here.argument(given[0], steps, items(low, high))


def lengths(want: Want) -> list[tuple[int, int | None]]:
    """The (least, greatest) lengths among wanted numbers."""
    from math import ceil, floor, isfinite

    if want.exact is not MISSING:
        return [(int(want.exact), int(want.exact))] if is_number(want.exact) and want.exact >= 0 else []
    found: list[tuple[int, int | None]] = []
    for interval in want.values.numbers:
        low = 0 if not isfinite(interval.low) else ceil(interval.low)
        low = max(0, low + 1 if interval.low_open and isfinite(interval.low) and low == interval.low else low)
        high = None if not isfinite(interval.high) else floor(interval.high)
        if high is not None and interval.high_open and high == interval.high:
            high -= 1
        if high is None or high >= low:
            found.append((low, high))
    return found


def _string_to_json(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    return here.argument(given[0], (INSIDE, *steps), want)


def _json_to_string(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    if steps[:1] == (INSIDE,):
        yield from here.argument(given[0], steps[1:], want)
        return
    if steps:
        return
    if want.exact is not MISSING:
        try:
            yield from here.argument(given[0], (), exactly(json.loads(want.exact)))
        except (ValueError, TypeError):
            return
        return
    now = here.value(given[0])
    if now is not MISSING:
        yield from fixed(json.dumps(now, separators=(",", ":")), (), want)
    # A text that holds what a pattern asks for may stand anywhere in it.
    for term in want.values.strings:
        for glob in sorted(term.like):
            core = max(glob.replace("\\*", "*").split("*"), key=len)
            yield from here.argument(given[0], (), exactly({"note": core}))
            yield from here.argument(given[0], ("note",), exactly(core))
            yield from here.argument(given[0], ("note", "S"), exactly(core))


def _array(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    if not steps:
        yield from fixed([None] * len(given), (), want)
        return
    index = 0 if isinstance(steps[0], Every) else steps[0]
    if isinstance(index, int) and -len(given) <= index < len(given):
        yield from here.argument(given[index], steps[1:], want)


def _get_item(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    index = here.value(given[1])
    if isinstance(index, int) and not isinstance(index, bool):
        yield from here.argument(given[0], (index, *steps), want)


def _contains(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    if steps:
        return
    wanted = here.value(given[1])
    if satisfies(True, want):
        if wanted is not MISSING:
            yield from here.argument(given[0], (0,), exactly(wanted))
        listed = here.value(given[0])
        for item in listed if is_list(listed) else ():
            yield from here.argument(given[1], (), exactly(item))
    if satisfies(False, want):
        yield from here.argument(given[0], (), items(0, 0))
        listed = here.value(given[0])
        if is_list(listed) and all(isinstance(item, str) for item in listed):
            others = v.Values(strings=(v.Term(but=frozenset(listed)),))
            yield from here.argument(given[1], (), Want(values=others))


def _merge(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    if not steps:
        yield from fixed({}, (), want)
        return
    second = here.value(given[1])
    if not is_object(second) or steps[0] in second:
        yield from here.argument(given[1], steps, want)
    yield from here.argument(given[0], steps, want)


def _format(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    template = here.value(given[0])
    if steps or not isinstance(template, str) or template.count("{}") != 1 or len(given) != 2:
        return
    before, _, after = template.partition("{}")
    wanted = [want.exact] if want.exact is not MISSING else sorted(t for w in want.values.strings for t in w.only or ())
    for text in wanted:
        if isinstance(text, str) and text.startswith(before) and text.endswith(after):
            yield from here.argument(given[1], (), exactly(text[len(before) : len(text) - len(after)]))
    now = here.value(given[1])
    if isinstance(now, str):
        yield from fixed(before + now + after, (), want)
    for term in want.values.strings:
        if term.only is None and not term.like:
            yield from here.argument(given[1], (), Want(values=v.PRESENT, kinds=TEXT))


def _base64_decode(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    wanted = [want.exact] if want.exact is not MISSING else sorted(t for w in want.values.strings for t in w.only or ())
    for text in wanted:
        if not steps and isinstance(text, str):
            yield from here.argument(given[0], (), exactly(b64encode(text.encode()).decode()))


def _split(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    separators = here.value(given[1])
    if len(steps) != 1 or isinstance(steps[0], (str, Inside)) or not isinstance(separators, str) or not separators:
        return
    index = 0 if isinstance(steps[0], Every) else max(0, steps[0])
    wanted = [want.exact] if want.exact is not MISSING else sorted(t for w in want.values.strings for t in w.only or ())
    for text in wanted or (["a"] if want.possible & TEXT else []):
        if isinstance(text, str):
            yield from here.argument(given[0], (), exactly(separators[0].join(["a"] * index + [text])))


def _each(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    """ArrayUnique: an item is an item."""
    return here.argument(given[0], steps, want)


def _partition(here: PathOrigins, given: tuple[Argument, ...], steps: Steps, want: Want) -> Found:
    if not steps:
        return here.argument(given[0], (), items(1 if want.low else 0))
    return here.argument(given[0], steps[1:] or (EVERY,), want if steps[1:] else Want(values=v.PRESENT))


_TURNED: Final[dict[str, Turned]] = {
    "States.MathAdd": _math_add,
    "States.ArrayLength": _array_length,
    "States.StringToJson": _string_to_json,
    "States.JsonToString": _json_to_string,
    "States.Array": _array,
    "States.ArrayGetItem": _get_item,
    "States.ArrayContains": _contains,
    "States.ArrayUnique": _each,
    "States.ArrayPartition": _partition,
    "States.JsonMerge": _merge,
    "States.Format": _format,
    "States.Base64Decode": _base64_decode,
    "States.StringSplit": _split,
}

ARGUMENT_KINDS: Final[dict[str, tuple[int, ...]]] = {
    "States.Format": (TEXT, SCALAR),
    "States.StringToJson": (TEXT,),
    "States.ArrayPartition": (ARRAY, 4),
    "States.ArrayContains": (ARRAY, 0),
    "States.ArrayRange": (4, 4, 4),
    "States.ArrayGetItem": (ARRAY, 4),
    "States.ArrayLength": (ARRAY,),
    "States.ArrayUnique": (ARRAY,),
    "States.Base64Encode": (TEXT,),
    "States.Base64Decode": (TEXT,),
    "States.Hash": (TEXT, TEXT),
    "States.JsonMerge": (OBJECT, OBJECT, 2),
    "States.MathRandom": (4, 4, 4),
    "States.MathAdd": (4, 4),
    "States.StringSplit": (TEXT, TEXT),
}
"""The kinds that the arguments of a function must be of; 0: any; the last stands for all further ones."""
