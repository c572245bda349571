"""Of every handler with one thing wrong, a proof says which fault shows it, and what is then twice, lost or remembered."""

from __future__ import annotations

from collections import Counter

import pytest

from flowdsl.proof.prove import prove
from tests.proof.mutants import MUTANTS, Mutant, answers, batches, environments, increments, keys, markers, messages

ALL = [answers, batches, environments, increments, keys, markers, messages]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_defect_is_found(mutant: Mutant) -> None:
    report = prove(mutant.handler, mutant.event, mutant.setup, only=mutant.fault, **mutant.options)
    assert any(mutant.what in f.what for f in report.findings), str(report)


def test_there_are_forty_mutants_of_twelve_classes_or_more() -> None:
    assert len(MUTANTS) >= 40
    assert len({m.defect for m in MUTANTS}) >= 12
    assert max(Counter(m.name for m in MUTANTS).values()) == 1
    assert {m.handler.__module__ for m in MUTANTS} == {module.__name__ for module in ALL}
