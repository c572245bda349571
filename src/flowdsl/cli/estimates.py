"""What `limits` and `cost` share: their options, the Estimate they ask for, tables of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flowdsl.asl.definition import Definition
    from flowdsl.diagnostics import FlowDslError
    from flowdsl.estimate.amount import Number
    from flowdsl.estimate.estimate import Estimate
    from flowdsl.estimate.model import Symbol

Command = Callable[..., None]


def estimate_options(command: Command) -> Command:
    """The options that say what a definition does not."""
    for option in reversed(
        (
            click.option(
                "--set", "given", multiple=True, metavar="SYMBOL=NUMBER", help="A number for a symbol: n=500."
            ),
            click.option("--items", type=click.IntRange(min=0), metavar="N", help="Items of every Map."),
            click.option("--rounds", type=click.IntRange(min=0), metavar="N", help="Rounds of every loop."),
            click.option(
                "--type",
                "kind",
                type=click.Choice(["STANDARD", "EXPRESS"]),
                help="The machine's type, where nothing says.",
            ),
            click.option("--input-schema", metavar="FILE", help="JSON Schema of the input; its maxItems count."),
            click.option(
                "--input-bytes", type=click.IntRange(min=2), metavar="N", help="Size of the input [default: 1024]."
            ),
            click.option(
                "--result-bytes",
                type=click.IntRange(min=0),
                metavar="N",
                help="Size of a Task's result [default: 1024].",
            ),
            click.option(
                "--item-bytes", type=click.IntRange(min=0), metavar="N", help="Size of a Map's item [default: 1024]."
            ),
            click.option(
                "--api-time", metavar="TIME", help="Longest time of one request to an AWS API [default: 60s]."
            ),
            click.option("--task-time", metavar="TIME", help="Usual time of a Task's call [default: 200ms]."),
            click.option("--json", "as_json", is_flag=True, help="Everything as JSON, and nothing else."),
        )
    ):
        command = option(command)
    return command


@dataclass
class Asked:
    """What a command was asked: the Estimate, with the numbers that were given for its symbols."""

    estimate: Estimate
    values: dict[str, Number]
    """Numbers for the symbols that the estimate still has."""
    symbols: list[Symbol]
    """Every symbol, those with a number included."""
    given: dict[str, Number]
    """Their numbers, by name."""
    sized: bool
    """Whether sizes or numbers were given, so that payloads are no mere assumption."""

    def text(self) -> list[str]:
        """A line for each symbol: what it stands for, and its number or what bounds it."""
        lines: list[str] = []
        for symbol in self.symbols:
            bound = f" (at most {symbol.highest:,}: {symbol.why})" if symbol.highest is not None else ""
            if symbol.name in self.given:
                bound = f" = {self.given[symbol.name]:,}"
            lines.append(f"{symbol.name}: {symbol.means}{bound}")
        return lines

    def json(self) -> list[dict[str, Any]]:
        """The same for machines."""
        return [
            {
                "name": s.name,
                "kind": s.kind,
                "means": s.means,
                "state": s.state,
                "pointer": s.pointer,
                "highest": s.highest,
                "why": s.why or None,
                "value": self.given.get(s.name),
            }
            for s in self.symbols
        ]


def estimates_of(targets: Sequence[str], options: dict[str, Any]) -> Iterator[Asked | FlowDslError]:
    """The Estimate of each definition meant under the options, and the numbers given for its symbols. What keeps one of
    several from being told comes in its place."""
    from flowdsl.cli.targets import definitions_of, is_one
    from flowdsl.diagnostics import FlowDslError

    alone = is_one(targets)
    for found in definitions_of(targets):
        try:
            if isinstance(found, FlowDslError):
                raise found
            yield _estimate_of(found, options)
        except FlowDslError as error:
            if alone:
                raise
            yield error


def _estimate_of(definition: Definition, options: dict[str, Any]) -> Asked:
    from dataclasses import replace

    from flowdsl.cli.workflows import read_json
    from flowdsl.estimate.estimate import Estimate
    from flowdsl.estimate.known_items import known_items
    from flowdsl.estimate.model import Assumptions

    if options["kind"]:
        definition = replace(definition, type=options["kind"])
    usual = Assumptions()
    assumptions = Assumptions(
        api_seconds=_seconds(options["api_time"], usual.api_seconds),
        task_seconds=_seconds(options["task_time"], usual.task_seconds),
        input_bytes=_or(options["input_bytes"], usual.input_bytes),
        result_bytes=_or(options["result_bytes"], usual.result_bytes),
        item_bytes=_or(options["item_bytes"], usual.item_bytes),
    )
    schema = None
    if options["input_schema"]:
        schema = read_json(options["input_schema"], "schema")
    known = known_items(definition, schema)
    estimate = Estimate(definition, assumptions, item_counts=known.counts, item_limits=known.most)
    symbols = estimate.symbols
    given = _given(definition.name or "definition", symbols, options)
    # A number of items that is known from the start is counted exactly, its rounds of so many at once rounded up.
    items = {s.pointer: int(given[s.name]) for s in symbols if s.kind == "items" and s.name in given and not s.shared}
    if items:
        estimate = Estimate(definition, assumptions, item_counts={**known.counts, **items}, item_limits=known.most)
    numbers = {(s.kind, s.pointer): given[s.name] for s in symbols if s.name in given}
    values = {s.name: numbers[s.kind, s.pointer] for s in estimate.symbols if (s.kind, s.pointer) in numbers}
    sized = any(options[name] is not None for name in ("input_bytes", "result_bytes", "item_bytes"))
    return Asked(estimate, values, symbols, given, sized or bool(given))


def _given(machine: str, symbols: list[Symbol], options: dict[str, Any]) -> dict[str, Number]:
    from flowdsl.diagnostics import FlowDslError, did_you_mean

    found: dict[str, Number] = {}
    for symbol in symbols:
        for_all = {"items": options["items"], "rounds": options["rounds"]}.get(symbol.kind)
        if for_all is not None:
            found[symbol.name] = for_all
    names = [symbol.name for symbol in symbols]
    for text in options["given"]:
        name, equals, number = text.partition("=")
        if not equals or not number.replace(".", "", 1).isdigit():
            raise FlowDslError(f"--set takes SYMBOL=NUMBER, found {text!r}")
        if name not in names:
            known = f"; it has {', '.join(names)}" if names else "; nothing in it is unknown"
            raise FlowDslError(f"{machine} has no symbol {name!r}{did_you_mean(name, names) or known}")
        found[name] = float(number) if "." in number else int(number)
    return found


def _or(given: int | None, usual: int) -> int:
    return usual if given is None else given


def _seconds(text: str | None, usual: Number) -> Number:
    return usual if text is None else seconds_of(text)


def seconds_of(text: str) -> float:
    """Seconds of a duration as one types it: 90, 90s, 15m, 2d 6h."""
    from flowdsl.interpreter.clock import duration_ms

    try:
        return float(text)
    except ValueError:
        return duration_ms(text) / 1000


def table(head: list[str], rows: list[list[str]], indent: str = "") -> str:
    """Columns of text, wide enough for their longest cell; the same piped or not. Numbers are for the caller to align."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [
        indent + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    ]
    return "\n".join(lines)


def tell_all(
    targets: Sequence[str], options: dict[str, Any], as_json: bool, tell: Callable[[Asked], tuple[Any, bool, list[str]]]
) -> int:
    """Prints what `tell` says of each: text, or a value for JSON; whether it is within what was asked; what complains.

    One definition is told alone; several as paragraphs, or as a list in JSON. Returns the exit status.
    """
    import json

    from flowdsl.cli.output import complain
    from flowdsl.cli.targets import is_one
    from flowdsl.diagnostics import FlowDslError

    status = 0
    values: list[Any] = []
    alone = is_one(targets)
    for asked in estimates_of(targets, options):
        if isinstance(asked, FlowDslError):
            complain(str(asked))
            status = 2
            continue
        told, fine, complaints = tell(asked)
        if as_json:
            values.append(told)
        else:
            click.echo(("\n" if values else "") + told)
            values.append(None)
            for message in complaints:
                complain(message if alone else f"{asked.estimate.definition.name}: {message}")
        status = max(status, 0 if fine else 1)
    if as_json:
        click.echo(json.dumps(values[0] if alone else values, indent=2, ensure_ascii=False))
    return status
