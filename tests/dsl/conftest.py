"""Workflows from source text: what they compile to, and what is said about their mistakes."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from flowdsl.cli.excerpt import full
from flowdsl.dsl.discover import workflows_of
from flowdsl.dsl.places import forget
from flowdsl.dsl.workflow import Workflow

PREAMBLE = """\
# pyright: reportUnusedExpression=false
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, Field

from flowdsl import *
from flowdsl import errors
from flowdsl.errors import ALL, TaskFailed, Timeout
from flowdsl.handler import Permanent, Transient, delegated, handler, once


class Line(BaseModel):
    sku: str
    quantity: int


class Address(BaseModel):
    street: str


class Order(BaseModel):
    id: str
    total: float
    tier: Literal["standard", "gold"]
    lines: list[Line]
    coupon: str | None = None
    note: str = "none"
    address: Address | None = None


class Paid(BaseModel):
    id: str
    amount: float


class CardDeclined(Exception): ...


class OutOfStock(Exception): ...


@handler(raises=(OutOfStock,))
def reserve_stock(*, order_id: str, lines: list[Line]) -> Paid: ...


@handler(raises=(CardDeclined,))
def charge_card(*, payment_id: str, amount: float) -> Paid: ...


@handler
def send_receipt(*, to: str, body: str = "") -> None: ...


@handler
def quote_line(*, sku: str, tier: str = "standard") -> Paid: ...


"""
"""What every workflow of these tests stands below; `LINES` lines long, which the lines in messages leave out."""
LINES = PREAMBLE.count("\n")


class Source:
    """Writes workflow files and asks about them. Lines in messages count from the first line below the preamble."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def workflow(self, text: str) -> Workflow[Any, Any]:
        """The last workflow of a source text."""
        self.count += 1
        path = self.folder / f"flow{self.count}.py"
        path.write_text(PREAMBLE + dedent(text).lstrip("\n"), encoding="utf-8")
        return workflows_of(path, self.folder)[-1]

    def document(self, text: str) -> dict[str, Any]:
        return self.workflow(text).definition.document

    def states(self, text: str) -> dict[str, Any]:
        states: dict[str, Any] = self.document(text)["States"]
        return states

    def mistakes(self, text: str) -> list[str]:
        """`line:column: CODE name: message`, by position."""
        return [self._shown(str(d)) for d in self.workflow(text).diagnostics]

    def full(self, text: str) -> str:
        """Everything that is shown about a workflow's mistakes."""
        return "\n".join(self._shown(full(d)) for d in self.workflow(text).diagnostics)

    def _shown(self, text: str) -> str:
        shown = []
        name = f"flow{self.count}.py:"
        for line in text.splitlines():
            head, found, rest = line.partition(name)
            if found:
                number, _, rest = rest.partition(":")
                line = f"{head}{int(number) - LINES}:{rest}"
            elif line.lstrip()[:1].isdigit() and " | " in line:
                number, _, rest = line.partition(" | ")
                line = f"  {int(number) - LINES:>3} | {rest}"
            elif line.strip().startswith("|"):
                line = f"      | {line.partition(' | ')[2]}"
            shown.append(line)
        return "\n".join(_line_numbers(one) for one in shown)


def _line_numbers(text: str) -> str:
    """`(line 60)` and `on line 60` of a message, counted likewise."""
    import re

    return re.sub(r"\bline (\d+)", lambda m: f"line {int(m[1]) - LINES}", text)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    yield Source(tmp_path)
    forget()
    linecache.clearcache()


Build = Callable[[str], Any]
