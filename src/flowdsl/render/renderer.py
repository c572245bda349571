"""The only door to jinja2: templates of this package, filled in with data."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    # What a user wrote is data for a template, never a template; in HTML it is escaped.
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and ".html" in name,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def templates(folder: str) -> list[str]:
    """The templates of a folder, by the path of the file each makes: `init/workflows/hello.py.j2` gives `workflows/hello.py`."""
    base = TEMPLATES / folder
    return sorted(p.relative_to(base).as_posix().removesuffix(".j2") for p in base.rglob("*.j2"))


def render(template: str, **values: object) -> str:
    """The text of `templates/<template>.j2`. A value that a template reads and nobody gave is an error, never an empty text."""
    return _environment().get_template(f"{template}.j2").render(values)
