"""What stands for `${Name}` when a definition is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.program import program_of
from flowdsl.testing import simulate
from tests.interpreter.machines import machine, one, task

WAIT = one(Type="Wait", Seconds="${Pause}")


def test_a_placeholder_alone_becomes_the_value() -> None:
    definition = one(Type="Pass", Result={"limit": "${Limit}", "on": "${On}"})
    assert simulate(definition, substitutions={"Limit": 5, "On": True}).output == {"limit": 5, "on": True}


def test_inside_a_text_its_text_is_put_in() -> None:
    definition = one(Type="Pass", Result="${Stage}-${Number}-${Kept}")
    assert simulate(definition, substitutions={"Stage": "prod", "Number": 7}).output == "prod-7-${Kept}"


@pytest.mark.parametrize("value", [90, "90", 90.0])
def test_where_a_number_must_stand_a_text_is_read_as_one(value: Any) -> None:
    assert simulate(WAIT, substitutions={"Pause": value}).elapsed_seconds == 90


def test_a_placeholder_that_stands_for_a_number_is_one_everywhere() -> None:
    bindings = Bindings(placeholders={"Limit": Binding("Limit", "value", type="number")})
    document = {"StartAt": "S", "States": {"S": {"Type": "Pass", "Result": "${Limit}", "End": True}}}
    definition = Definition(document, bindings=bindings)
    assert simulate(definition, substitutions={"Limit": "1.5"}).output == 1.5
    with pytest.raises(FlowDslError, match=r"^Limit must be a number, found 'many'$"):
        simulate(definition, substitutions={"Limit": "many"})


def test_a_name_that_the_definition_does_not_have_is_an_error() -> None:
    with pytest.raises(FlowDslError, match=r"^Machine has no \$\{Pauze\}; did you mean 'Pause'\?$"):
        simulate(WAIT, substitutions={"Pauze": 1})


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (WAIT, "state 'S', Seconds: '${Pause}' is yet to be filled in; give substitutions={'Pause': ...}"),
        (
            one(Type="Parallel", Branches=["${Branch}"]),
            "state 'S', Branches/0: '${Branch}' is yet to be filled in; give substitutions={'Branch': ...}",
        ),
    ],
)
def test_what_the_engine_must_know_is_asked_for(definition: Definition, message: str) -> None:
    with pytest.raises(NotSupported) as refused:
        simulate(definition)
    assert str(refused.value) == message


def test_names_and_addresses_may_stay_open() -> None:
    definition = machine("S", S=task(Parameters={"FunctionName": "${Charge}"}, End=True))
    assert simulate(definition, mocks={"${Charge}": 1}).output == 1


def test_the_definition_itself_stays_as_it_is() -> None:
    simulate(WAIT, substitutions={"Pause": 1})
    assert WAIT.document["States"]["S"]["Seconds"] == "${Pause}"


def test_each_set_of_values_is_compiled_once() -> None:
    assert program_of(WAIT, {"Pause": 1}) is program_of(WAIT, {"Pause": 1})
    assert program_of(WAIT, {"Pause": 1}) is not program_of(WAIT, {"Pause": 2})
