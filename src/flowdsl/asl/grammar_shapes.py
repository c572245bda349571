"""What is wrong with the names of an object's fields: unknown, of another state or language, missing, excluding each other.

Definitions repeat few combinations of names, so each is judged once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flowdsl.asl.choice_fields import COMBINATORS, OPERATORS
from flowdsl.asl.field import Field, Language
from flowdsl.asl.fields import OBJECTS, STATE_TYPES, exclusions_of
from flowdsl.asl.grammar_report import Findings
from flowdsl.asl.grammar_values import Accept, quick_test
from flowdsl.asl.objects import Here
from flowdsl.asl.values import has_placeholder
from flowdsl.diagnostics import did_you_mean


@dataclass(frozen=True, slots=True)
class _Mistake:
    rule: str
    token: str | None
    """The field it is about; None: the object."""
    before: str
    """The message up to the object's name ..."""
    after: str
    """... and behind it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of every object of one type with the same names of fields."""

    mistakes: tuple[_Mistake, ...]
    tests: tuple[tuple[Field, Accept], ...]
    """The known fields, each with its quick test."""
    inner: tuple[Field, ...]
    """The fields that hold objects of ASL."""

    def report(self, here: Here, findings: Findings) -> None:
        for mistake in self.mistakes:
            tokens = () if mistake.token is None else (mistake.token,)
            # AWS names the object, not the field (recorded).
            findings.add(mistake.rule, here, f"{mistake.before}{here.subject}{mistake.after}", *tokens, aws_at=0)


_shapes: dict[tuple[str, ...], Shape] = {}


def shape_of(here: Here) -> Shape:
    """The shape of an object."""
    key = (here.type, here.language, *here.fields)
    shape = _shapes.get(key)
    if shape is None:
        if len(_shapes) > 5_000:
            _shapes.clear()
        shape = _shapes[key] = _judge(here.type, here.language, list(here.fields))
    return shape


def _judge(type: str, language: Language, names: list[str]) -> Shape:
    table = OBJECTS[type]
    mistakes: list[_Mistake] = []
    known: list[Field] = []
    for name in names:
        field = table.get(_plain(type, language, name))
        if field is None:
            if not has_placeholder(name):
                mistakes.append(_unknown(type, name, names))
        elif field.language not in (None, language):
            mistakes.append(_of_other_language(type, field, language))
        else:
            known.append(field)
    present = {_plain(type, language, name) for name in names}
    templated = any(has_placeholder(name) for name in names)
    missing = [] if templated else _missing(type, language, present)
    if missing and type == "Credentials":
        mistakes = []  # AWS says nothing of the other fields then (recorded)
    mistakes += missing
    mistakes += _excluded(type, present, templated)
    tests = tuple((field, quick_test(field)) for field in known if field.kind != "json")
    inner = tuple(field for field in known if field.kind in ("object", "list", "states"))
    return Shape(tuple(mistakes), tests, inner)


def _plain(type: str, language: Language, name: str) -> str:
    """Credentials are a payload template: RoleArn may be computed, as RoleArn.$."""
    return name[:-2] if type == "Credentials" and language == "JSONPath" and name.endswith(".$") else name


def _unknown(type: str, name: str, names: list[str]) -> _Mistake:
    table = OBJECTS[type]
    before = f"Field {name!r} is not supported in "
    if type == "NestedRule" and name in OBJECTS["ChoiceRule"]:
        return _Mistake("nested-rule-transition", name, before, "; only the outermost rule has it")
    if type in STATE_TYPES:
        others = [other for other in STATE_TYPES if name in OBJECTS[other]]
        if others:
            have = "have it" if len(others) > 1 else "has it"
            listed = f"{', '.join(others[:-1])} and {others[-1]}" if len(others) > 1 else others[0]
            return _Mistake("field-not-on-this-state", name, before, f", a {type}; {listed} {have}")
    instead = did_you_mean(name, [known for known in table if known not in names])
    if name.endswith(".$") and f"{name[:-2]}Path" in table:
        instead = f"; a field of a state is computed with {name[:-2]}Path"
    elif name.endswith(".$") and name[:-2] in table:
        instead = "; only the keys of a payload template end in .$"
    return _Mistake("unknown-field", name, before, instead)


_INSTEAD: Final = {
    "Arguments": "write Parameters",
    "Output": "write ResultSelector, ResultPath or OutputPath",
    "Items": "write ItemsPath",
    "Condition": "write Variable with a comparison",
    "Parameters": "write Arguments",
    "InputPath": "select the part where it is used: {% $states.input.part %}",
    "OutputPath": "write Output",
    "Result": "write Output",
    "ResultPath": "write Output, or keep the result with Assign",
    "ResultSelector": "write Output",
    "ItemsPath": "write Items",
    "Variable": "write a Condition",
    "And": "write a Condition with and",
    "Or": "write a Condition with or",
    "Not": "write a Condition with $not()",
}
"""What takes a field's place in the other language."""


def _of_other_language(type: str, field: Field, language: Language) -> _Mistake:
    instead = _INSTEAD.get(field.name, "")
    if type == "Map" and field.name == "Parameters":
        instead = "write ItemSelector"
    elif field.name in OPERATORS:
        instead = "write a Condition"
    elif not instead and field.name.endswith("Path"):
        instead = f"write {field.name.removesuffix('Path')} with a {{% ... %}} text"
    return _Mistake(
        "field-of-other-language",
        field.name,
        f"The QueryLanguage is set to '{language}', but field '{field.name}' is only supported for the "
        f"'{field.language}' QueryLanguage in ",
        f"; {instead}" if instead else "",
    )


def _missing(type: str, language: Language, present: set[str]) -> list[_Mistake]:
    required = [
        field.name
        for field in OBJECTS[type].values()
        if field.required and field.name not in present and field.language in (None, language)
    ]
    if "StartAt" in required:
        # In this order (recorded).
        required = [name for name in ("States", "StartAt") if name in required]
    if type == "ChoiceRule":
        required = _missing_of_rule(language, present, required)
    if not required:
        return []
    if type == "Credentials":
        return [_Mistake("missing-field", None, "The field 'RoleArn' is required but was missing in ", "")]
    return [_Mistake("missing-field", None, f"These fields are required: [{', '.join(required)}] in ", "")]


def _missing_of_rule(language: Language, present: set[str], required: list[str]) -> list[str]:
    if language == "JSONata" and "Condition" not in present:
        return ["Condition", *required]
    return required


def _excluded(type: str, present: set[str], templated: bool) -> list[_Mistake]:
    found: list[_Mistake] = []
    for exclusion in exclusions_of(type):
        here = [name for name in exclusion.fields if name in present]
        if len(here) > 1:
            rule = "next-or-end" if "End" in exclusion.fields else "exclusive-fields"
            before = f"There should only be one of the following fields: [{', '.join(here)}] in "
            found.append(_Mistake(rule, here[-1], before, "; remove one"))
        elif not here and exclusion.exactly_one and not templated:
            found.append(_none_of(exclusion.fields))
    return found


def _none_of(fields: tuple[str, ...]) -> _Mistake:
    if "End" in fields:
        after = ' has neither Next nor End; write "End": true, or Next with the state that follows'
        return _Mistake("next-or-end", None, "", after)
    if "ItemProcessor" in fields:
        return _Mistake("missing-field", None, "These fields are required: [ItemProcessor] in ", "")
    return _Mistake(
        "missing-field", None, "", f" says not how long to wait; write {', '.join(fields[:-1])} or {fields[-1]}"
    )


def rule_mistakes(here: Here, findings: Findings) -> None:
    """A JSONPath Choice rule must be one comparison or one combination."""
    if here.is_jsonata or any(has_placeholder(name) for name in here.fields):
        return
    comparisons = [name for name in here.fields if name in OPERATORS]
    combinations = [name for name in here.fields if name in COMBINATORS]
    subject = here.subject
    if len(comparisons) + len(combinations) > 1:
        what = "comparisons" if not combinations else "conditions"
        names = ", ".join([*comparisons, *combinations])
        findings.add(
            "choice-rule-shape",
            here,
            f"{subject} has several {what} ({names}), where one is due; join rules with And",
            [*comparisons, *combinations][-1],
            aws_at=0,
        )
    elif combinations:
        if "Variable" in here.fields:
            message = f"{subject} has a Variable beside {combinations[0]}; a combination has none of its own"
            findings.add("choice-rule-shape", here, message, "Variable", aws_at=0)
    elif not comparisons:
        near = [name for name in here.fields if did_you_mean(name, OPERATORS)]
        if "Condition" in here.fields or near:
            return  # reported as a field of the other language, or as an unknown one with its near name
        message = f"{subject} compares nothing; write Variable with a comparison, or And, Or or Not"
        findings.add("choice-rule-shape", here, message, aws_at=0)
    elif "Variable" not in here.fields:
        message = f"{subject} has {comparisons[0]}, but no Variable to compare"
        findings.add("choice-rule-shape", here, message, aws_at=0)
