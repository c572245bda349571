"""Shows what a rule finds, why it bites, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowdsl.checks.page import Page


@click.command("rule")
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Every rule, a line each (as text), or whole (as JSON).")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(code: str | None, every: bool, output_format: str) -> None:
    """Show the page of a rule, by its code or name."""
    import json
    from dataclasses import asdict

    from flowdsl.checks.registry import pages, resolve
    from flowdsl.diagnostics import FlowDslError

    if code is None and not every:
        raise FlowDslError("name a rule's code, such as ASL204, or give --all")
    own = _of_language(code)
    found = (
        [own]
        if own is not None
        else list(pages().values())
        if code is None or every
        else [pages()[c] for c in sorted(resolve(code))]
    )
    if output_format == "json":
        shown = [{k: v for k, v in asdict(page).items() if v} for page in found]
        click.echo(json.dumps(shown[0] if len(shown) == 1 and not every else shown, indent=2, ensure_ascii=False))
    elif len(found) == 1:
        click.echo(_text(found[0]), nl=False)
    else:
        for page in found:
            click.echo(f"{page.code} {page.name} ({page.severity.value}): {page.summary}")


def _of_language(code: str | None) -> Page | None:
    """The page of one of the language's own findings, which `build` makes and nothing can switch off."""
    from flowdsl.checks.page import Page
    from flowdsl.diagnostics import Severity
    from flowdsl.dsl.findings import finding

    found = finding(code) if code is not None else None
    if found is None:
        return None
    number, name, meaning = found
    severity = Severity.INFO if name == "extra-field" else Severity.ERROR
    return Page(number, name, severity, meaning.summary, meaning.why, meaning.instead)


def _text(page: Page) -> str:
    parts = [f"{page.code} {page.name} ({page.severity.value})", page.summary, page.why]
    parts += [f"Instead: {page.instead}" if page.instead else "", f"Source: {page.source}" if page.source else ""]
    parts += [f"AWS says: {page.aws_code}" if page.aws_code else ""]
    text = "\n\n".join(part for part in parts if part) + "\n"
    for title, example in (("Bad", page.bad), ("Good", page.good)):
        if example:
            text += f"\n{title}:\n" + "".join(f"    {line}\n" for line in example.rstrip().splitlines())
            if title == "Bad" and page.says:
                text += f"  → {page.says}\n"
    return text
