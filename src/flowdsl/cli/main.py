"""The command line: one module of cli/commands is one command. Exit 0 fine, 1 the thing checked is not fine, 2 we could not."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from flowdsl import __version__
from flowdsl._shelf import first_line, names
from flowdsl.cli.output import complain
from flowdsl.diagnostics import FlowDslError, did_you_mean

COMMANDS = "flowdsl.cli.commands"


class Shelf(click.Group):
    """The commands are the modules of cli/commands; each holds `command`. Only what is asked for is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name.rstrip("_") for name in names(COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from importlib import import_module

        module = next((n for n in names(COMMANDS) if n.rstrip("_") == cmd_name), None)
        if module is None:
            return None
        command = import_module(f"{COMMANDS}.{module}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The first line of each module says what its command does: the list needs none of them imported.
        rows = [(name.rstrip("_"), first_line(COMMANDS, name)) for name in names(COMMANDS)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise click.UsageError(f"no command {args[0]!r}{did_you_mean(args[0], self.list_commands(ctx))}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGone from None  # click would exit with 1, which says that something is not fine


class ReaderGone(Exception):
    """Who reads standard output went away."""


@click.command(
    "flowdsl",
    cls=Shelf,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120, "auto_envvar_prefix": "FLOWDSL"},
)
@click.version_option(__version__, prog_name="flowdsl")
def cli() -> None:
    """Workflows for AWS Step Functions, written in Python.

    Exit codes: 0 fine; 1 the thing checked is not fine (findings, drift, a failed run); 2 flowdsl could not do its work.
    Shell completion: eval "$(_FLOWDSL_COMPLETE=bash_source flowdsl)" (or zsh_source, fish_source).
    """


def main(args: list[str] | None = None) -> None:
    """Runs the command line and exits. Nothing but a defect of flowdsl's own ever shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that speaks no UTF-8 gets question marks, never a crash.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        status = cli.main(args=args, prog_name="flowdsl", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        status = stop.exit_code
    except click.UsageError as error:
        error.show()
        status = 2
    except click.ClickException as error:
        complain(error.format_message())
        status = 2
    except click.Abort:
        complain("interrupted")
        status = 130
    except FlowDslError as error:
        for diagnostic in error.diagnostics:
            click.echo(str(diagnostic), err=True)
        complain(str(error))
        status = 2
    except (ReaderGone, BrokenPipeError):
        # The reader went away (`| head`): leave quietly, and keep the interpreter from flushing into the void.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except RuntimeError as error:
        # pathlib's way, before Python 3.13, of saying that a link leads to itself.
        if not str(error).startswith("Symlink loop"):
            raise
        complain(str(error))
        status = 2
    except OSError as error:
        # A disk that is full, a folder that may not be written to: the system's words, and whose name they are about.
        about = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        complain(f"{about}{error.strerror or error}")
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
