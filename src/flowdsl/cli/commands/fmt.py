"""Puts definitions into canonical form."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command("fmt")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is not in canonical form.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change, and exit 1 when something would.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Put JSON definitions into the canonical form, in place.

    Keys stand in the order in which a person writes them, unknown ones last; two spaces, a newline at the end. States
    and data (Parameters, Arguments, Result, ...) keep their order. FILE may be a folder, for every .asl.json below it,
    or -, which reads standard input and writes standard output.
    """
    from flowdsl.cli.output import complain, leave
    from flowdsl.diagnostics import FlowDslError

    changed = same = failed = 0
    for name in _expanded(files):
        try:
            differs = _format_input(check, diff) if name == "-" else _format_file(Path(name), check, diff)
        except FlowDslError as error:
            complain(str(error))
            failed += 1
            continue
        changed += differs
        same += not differs
    if list(files) != ["-"]:
        verb = "would be reformatted" if check or diff else "reformatted"
        click.echo(f"{_files(changed)} {verb}, {_files(same)} in canonical form already", err=True)
    leave(2 if failed else 1 if changed and (check or diff) else 0)


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _expanded(files: tuple[str, ...]) -> list[str]:
    """The files, folders replaced by the definitions below them, each once."""
    found: dict[str, None] = {}
    for name in files:
        path = Path(name)
        if name != "-" and path.is_dir():
            inside = sorted(path.rglob("*.asl.json"))
            found.update(dict.fromkeys(each.as_posix() for each in inside if not _is_hidden(each.relative_to(path))))
        else:
            found[name] = None
    return list(found)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "node_modules" for part in path.parts)


def _format_file(path: Path, check: bool, diff: bool) -> bool:
    """Whether the file is not in canonical form; without --check and --diff it is then."""
    from flowdsl.asl.format import formatted
    from flowdsl.asl.load import read_text
    from flowdsl.cli.output import write_atomically

    shown = path.as_posix()
    before = read_text(path)
    after = formatted(before, shown)
    # CRLF is no canonical line end, but reading hides it.
    if before == after and b"\r" not in path.read_bytes():
        return False
    if check or diff:
        _report(shown, before, after, diff)
    else:
        write_atomically(path, after)
        click.echo(f"reformatted {shown}", err=True)
    return True


def _format_input(check: bool, diff: bool) -> bool:
    from flowdsl.asl.format import formatted
    from flowdsl.asl.load import decoded

    before = decoded(sys.stdin.buffer.read(), "-")
    after = formatted(before, "-")
    if check or diff:
        if before != after:
            _report("-", before, after, diff)
    else:
        click.echo(after, nl=False)
    return before != after


def _report(name: str, before: str, after: str, diff: bool) -> None:
    if not diff:
        click.echo(f"would reformat {name}", err=True)
        return
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    click.echo(
        "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines), nl=False
    )
