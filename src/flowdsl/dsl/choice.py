"""Choice: decides between states. `choice.when(condition) >> state`, `choice.otherwise >> state`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.ports import OtherwisePort, WhenPort, take_port
from flowdsl.dsl.rules import Rule, frozen_rule
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import report
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Literal, Place

if TYPE_CHECKING:
    from flowdsl.dsl.signatures import ChoiceFields, RuleFields


class Choice(State):
    """Decides where to go on: the first rule that holds, in the order of the calls; else `otherwise`."""

    __slots__ = ("default", "rules")
    type = "Choice"
    keywords = frozenset({"name", "extra", "assign", "output"})

    def __init__(self, **fields: Unpack[ChoiceFields]) -> None:
        frame = frame_at(1)
        self.rules: list[WhenPort] = []
        self.default: OtherwisePort | None = None
        self._declare(fields, (frame.f_code, frame.f_lasti))

    def when(self, condition: bool | str | Rule, **fields: Unpack[RuleFields]) -> WhenPort:
        """A rule: `choice.when(order.total > 10) >> review`."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        port = WhenPort(self, place)
        self.rules.append(port)
        given: Any = condition
        if type(given) is Expr:
            kind = given.__kind__
            if kind.json not in ("boolean", "any") and kind is not BROKEN:
                report(
                    "constant-condition",
                    f"a condition is true or false, found {kind.name}; write a comparison, or fn.exists(...)",
                    (*place, 0),
                )
            port.condition = freeze(given, port.reads, place)
        else:
            port.condition = _odd_condition(condition, port, place)
        if fields:
            take_port(port, "when", dict(fields), place)
        return port

    @property
    def otherwise(self) -> OtherwisePort:
        """The way that is taken when no rule holds. Its assign and output are the Choice's own."""
        if self.default is None:
            frame = frame_at(1)
            self.default = OtherwisePort(self, (frame.f_code, frame.f_lasti))
        return self.default

    def __rshift__(self, other: Any) -> Any:
        frame = frame_at(1)
        report(
            "not-a-target",
            f"{self.name!r} is a Choice, which decides: write choice.when(condition) >> other, or choice.otherwise >> other",
            (frame.f_code, frame.f_lasti),
        )
        return other


def _odd_condition(condition: Any, port: WhenPort, place: Place) -> Any:
    if isinstance(condition, Rule):
        return frozen_rule(condition, place)
    if isinstance(condition, str) and condition.startswith("{%") and condition.endswith("%}"):
        return condition
    if isinstance(condition, bool):
        report(
            "constant-condition",
            f"this condition is {condition} already when the workflow is built; write fn.exists(x) for `x is not None`, "
            "fn.not_(x) for `not x`, fn.all_of(0 < x, x < 5) for `0 < x < 5`",
            (*place, 0),
        )
    else:
        report(
            "constant-condition",
            f"a condition is a comparison of what the workflow reads, found {condition!r}",
            (*place, 0),
        )
    return Literal(True)
