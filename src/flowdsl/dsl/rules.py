"""Rule: a Choice rule in ASL's own operators, kept to the letter. `all_of`, `any_of` and `not_` are And, Or and Not."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.fields import by_keyword
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import UNSET, report
from flowdsl.query.expression import Place


class Rule:
    """`Rule("$.v", numeric_greater_than_equals=20)`: a Variable and one operator; values are written as given."""

    __slots__ = ("fields", "place")

    def __init__(self, variable: str = UNSET, **operators: Any) -> None:
        frame = frame_at(1)
        self.place: Place = (frame.f_code, frame.f_lasti)
        self.fields: Any = {}
        if variable is not UNSET:
            self.fields["Variable"] = variable
        table = by_keyword("ChoiceRule")
        for keyword, value in operators.items():
            field = table.get(keyword)
            if keyword == "extra":
                # Whatever ASL may hold there, an odd rule included, is written as given.
                self.fields = {**self.fields, **value} if isinstance(value, dict) else value
            elif field is None:
                report(
                    "unknown-keyword",
                    f"a Choice rule has no operator {keyword}={did_you_mean(keyword, table)}",
                    (*self.place, keyword),
                )
            else:
                self.fields[field.name] = value


def _combined(name: str, rules: tuple[Rule, ...]) -> Rule:
    frame = frame_at(2)
    rule = Rule.__new__(Rule)
    rule.place = (frame.f_code, frame.f_lasti)
    rule.fields = {name: [r.fields for r in rules]}
    return rule


def all_of(*rules: Rule) -> Rule:
    """And."""
    return _combined("And", rules)


def any_of(*rules: Rule) -> Rule:
    """Or."""
    return _combined("Or", rules)


def not_(rule: Rule) -> Rule:
    """Not."""
    combined = _combined("Not", (rule,))
    combined.fields = {"Not": rule.fields}
    return combined


def frozen_rule(rule: Rule, place: Place) -> Any:
    """The fields of a rule as they are written."""
    if rule.fields == {}:
        report("constant-condition", "a Rule has a Variable and an operator", place)
    return rule.fields
