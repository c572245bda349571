"""Nothing is said about a sound handler; of a bad one, each planted fault is found at its line, and nothing else."""

from __future__ import annotations

import pytest

from flowdsl.checks.handler_runner import check_text, handler_rules
from tests.checks.handlers.bad_handlers import BAD
from tests.checks.handlers.short_handlers import SHORT_BAD, SHORT_SOUND
from tests.checks.handlers.sound_handlers import SOUND
from tests.checks.handlers.spelled_bad import SPELLED_BAD
from tests.checks.handlers.spelled_sound import SPELLED_SOUND

ALL_BAD = {**BAD, **{f"spelled: {name}": text for name, text in SPELLED_BAD.items()}}
ALL_SOUND = {**SOUND, **{f"spelled: {name}": text for name, text in SPELLED_SOUND.items()}}


@pytest.mark.parametrize("name", ALL_SOUND)
def test_nothing_is_said_about_a_sound_handler(name: str) -> None:
    assert [str(finding) for finding in check_text(ALL_SOUND[name].lstrip())] == []


@pytest.mark.parametrize("name", ALL_BAD)
def test_each_planted_fault_is_found_at_its_line_and_nothing_else(name: str) -> None:
    text = ALL_BAD[name].lstrip()
    planted = {
        (number, code)
        for number, line in enumerate(text.splitlines(), 1)
        if "#!" in line
        for code in line.split("#!")[1].split()
    }
    assert {(f.location.line, f.code) for f in check_text(text) if f.location} == planted


def test_every_rule_has_a_planted_fault() -> None:
    planted = {
        code
        for text in BAD.values()
        for line in text.splitlines()
        if "#!" in line
        for code in line.split("#!")[1].split()
    }
    assert {rule.code for rule in handler_rules()} <= planted


@pytest.mark.parametrize("text", SHORT_SOUND)
def test_nothing_is_said_about_a_sound_short_handler(text: str) -> None:
    assert [str(finding) for finding in check_text(text.lstrip())] == []


@pytest.mark.parametrize(("codes", "text"), SHORT_BAD)
def test_a_short_bad_handler_is_found_for_its_reason(codes: str, text: str) -> None:
    assert set(codes.split()) <= {finding.code for finding in check_text(text.lstrip())}
