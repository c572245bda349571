"""Where a project keeps its things: the root, the settings of [tool.flowdsl], the folders of workflows and handlers."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from flowdsl.diagnostics import FlowDslError, did_you_mean

KNOWN = {
    "source": list,
    "handlers": list,
    "python-path": list,
    "query-language": str,
    "check": dict,
    "test": dict,
}
"""Settings of [tool.flowdsl] and the type of each."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's root and settings. Paths are absolute; `relative` gives what a message shows."""

    root: Path
    config_file: Path | None = None
    settings: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """The project around `start` (default: the current folder): the nearest flowdsl.toml or pyproject.toml upwards.

        Without either, the current folder when `start` is below it, else `start` itself, with default settings. A file that is no TOML, or a setting that is not known
        or of another type, is a FlowDslError.
        """
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            own = folder / "flowdsl.toml"
            if own.is_file():
                return cls(folder, own, _validated(own, _toml(own)))
            shared = folder / "pyproject.toml"
            if shared.is_file():
                tool = _toml(shared).get("tool", {})
                return cls(folder, shared, _validated(shared, tool.get("flowdsl", {})))
        current = Path.cwd().resolve()
        return cls(current if here.is_relative_to(current) else here)

    def setting(self, name: str, default: Any = None) -> Any:
        """A setting: FLOWDSL_NAME of the environment wins over the file."""
        from_environment = os.environ.get("FLOWDSL_" + name.upper().replace("-", "_"))
        if from_environment is not None and KNOWN.get(name) is not dict:
            return from_environment.split(os.pathsep) if KNOWN.get(name) is list else from_environment
        return self.settings.get(name, default)

    @property
    def query_language(self) -> str:
        """What a workflow is written in that does not say: JSONata, or JSONPath."""
        given = self.setting("query-language", "JSONata")
        for language in ("JSONata", "JSONPath"):
            if given.lower() == language.lower():
                return language
        where = (
            self.config_file.name
            if self.config_file is not None and "query-language" in self.settings
            else "FLOWDSL_QUERY_LANGUAGE"
        )
        raise FlowDslError(
            f"{where}: query-language must be 'JSONata' or 'JSONPath', found {given!r}{did_you_mean(given, ('JSONata', 'JSONPath'))}"
        )

    @property
    def source_folders(self) -> list[Path]:
        """Folders that hold workflows."""
        return [self.root / p for p in self.setting("source", ["workflows"])]

    @property
    def handler_folders(self) -> list[Path]:
        """Folders that hold Lambda handlers: read as source, never imported by `check`."""
        return [self.root / p for p in self.setting("handlers", ["handlers"])]

    def activate(self) -> None:
        """Puts the root, then each python-path, first on sys.path, so that workflows can import handlers; sets the language's defaults."""
        from flowdsl.dsl import defaults

        defaults.query_language = self.query_language
        for folder in reversed([self.root, *(self.root / p for p in self.setting("python-path", []))]):
            text = str(folder)
            if text in sys.path:
                sys.path.remove(text)
            sys.path.insert(0, text)

    def relative(self, path: Path | str) -> str:
        """A path as messages show it: relative to the current folder when below it, with forward slashes."""
        absolute = Path(path).resolve()
        for base in (Path.cwd(), self.root):
            if absolute.is_relative_to(base.resolve()):
                return absolute.relative_to(base.resolve()).as_posix()
        return absolute.as_posix()


def _toml(path: Path) -> dict[str, Any]:
    import tomllib  # a project without a file of settings does not pay for it

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FlowDslError(f"{path.name} cannot be read: {error}") from None


def _validated(path: Path, settings: Any) -> dict[str, Any]:
    if not isinstance(settings, dict):
        raise FlowDslError(f"{path.name}: [tool.flowdsl] must be a table")
    table = cast("dict[str, Any]", settings)
    for name, value in table.items():
        if name not in KNOWN:
            raise FlowDslError(f"{path.name}: unknown setting {name!r}{did_you_mean(name, KNOWN)}")
        if not isinstance(value, KNOWN[name]) or (
            KNOWN[name] is list and not all(isinstance(item, str) for item in cast("list[Any]", value))
        ):
            expected = {list: "a list of strings", str: "a string", dict: "a table"}[KNOWN[name]]
            raise FlowDslError(f"{path.name}: {name} must be {expected}, found {value!r}")
    return table
