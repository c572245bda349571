"""Definitions from files: ASL as JSON or YAML, SAM and CloudFormation templates, and what describe-state-machine prints."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from flowdsl.asl.bindings import Bindings
from flowdsl.asl.cloudformation import is_template, machines_of, placeholders
from flowdsl.asl.definition import Definition
from flowdsl.asl.embedded_text import embedded
from flowdsl.asl.json_text import Document, read_json
from flowdsl.asl.source_map import SourceMap
from flowdsl.asl.source_text import Below, SourceText, Unreadable
from flowdsl.asl.values import described, is_object
from flowdsl.diagnostics import FlowDslError, Location, did_you_mean

Format = Literal["json", "yaml"]

MAX_JSON_BYTES: Final = 32 * 1024 * 1024
"""Thirty times what AWS takes (1 MiB): larger files are something else."""
MAX_YAML_BYTES: Final = 4 * 1024 * 1024
"""YAML is read some hundred times more slowly than JSON."""

_SUFFIXES: Final = (".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml", ".template", ".asl")


def load(
    path: str | Path,
    *,
    resource: str | None = None,
    format: Format | None = None,
    aside: list[Unreadable] | None = None,
) -> list[Definition]:
    """Every definition that a file holds: one, or as many as a template has (`resource` names one of them).

    The format follows from the name (.json, .yaml, .yml), else from the text. Raises FlowDslError, in one line with the
    position, for whatever cannot be read. With a list `aside`, a template's machine that cannot be read (it stands in S3, its
    file is missing) is put there instead, and the others are returned.
    """
    path = Path(path)
    shown = path.as_posix()
    format = format or _format_of(path)
    return loads(read_text(path, format), path=shown, format=format, resource=resource, aside=aside)


def load_one(path: str | Path, *, resource: str | None = None, format: Format | None = None) -> Definition:
    """The one definition of a file. A template with several is a FlowDslError unless `resource` names one."""
    found = load(path, resource=resource, format=format)
    if len(found) > 1:
        names = ", ".join(definition.name for definition in found)
        raise FlowDslError(
            f"{Path(path).as_posix()}: the template has {len(found)} state machines ({names}); name one with --resource"
        )
    return found[0]


def loads(
    text: str,
    *,
    path: str = "definition",
    format: Format | None = None,
    resource: str | None = None,
    aside: list[Unreadable] | None = None,
) -> list[Definition]:
    """Every definition that a text holds; `path` is what messages call it, and what names in a template are relative to."""
    document = _document(SourceText(path, text), format)
    value = document.value
    if not is_object(value):
        raise Unreadable(
            f"Definition must be a valid JSON object with StartAt and States, not {described(value)}",
            document.at(""),
            aws_code="SCHEMA_VALIDATION_FAILED",
        )
    if is_template(value):
        return machines_of(document, resource, lambda name, place: _beside(path, name, place), aside)
    if not {"States", "StartAt"} & value.keys() and "definition" in value:
        found = _recorded(document)
    else:
        found = Definition(
            value,
            SourceMap(document.positions),
            _bindings(document),
            _name(path),
        )
    if resource is not None and resource != found.name:
        raise FlowDslError(
            f"{path}: this is one definition, not a template; it has no {resource!r}"
            f"{did_you_mean(resource, [found.name])}"
        )
    return [found]


def _recorded(document: Document) -> Definition:
    """The definition inside an object with a member `definition`, as describe-state-machine prints it."""
    outer = document.value
    inner = outer["definition"]
    source_map, bindings = SourceMap(lambda: Below(document.positions(), "/definition")), _bindings(document)
    if isinstance(inner, str):
        text = read_json(embedded(document.source, document.spans()["/definition"], inner))
        inner, source_map, bindings = text.value, SourceMap(text.positions), _bindings(text)
    if not is_object(inner):
        raise Unreadable("the definition is no object with StartAt and States", document.at("/definition"))
    name, type = outer.get("name"), outer.get("type")
    return Definition(
        inner,
        source_map,
        bindings,
        name if isinstance(name, str) else _name(document.source.path),
        type if type in ("STANDARD", "EXPRESS") else None,
    )


def _bindings(document: Document) -> Bindings:
    """Without a template only a placeholder without quotes tells something: a number must stand there."""
    return Bindings(placeholders=placeholders(document.value)) if document.has_bare_placeholders else Bindings()


def _document(source: SourceText, format: Format | None) -> Document:
    text = source.text
    if text.startswith("\ufeff"):
        raise Unreadable(
            "the text begins with a byte-order mark, which AWS refuses; save it as UTF-8 without one", source.at(0)
        )
    if not text.strip():
        raise Unreadable(
            "Definition must be a valid JSON object, but the text is empty",
            source.at(0),
            aws_code="SCHEMA_VALIDATION_FAILED",
        )
    if format is None:
        format = "json" if text.lstrip()[0] in "{[" else "yaml"
    if format == "json":
        return read_json(source)
    from flowdsl.asl.yaml_text import read_yaml  # the YAML library is loaded for YAML only

    return read_yaml(source)


def _format_of(path: Path) -> Format | None:
    suffix = path.suffix.lower()
    return "json" if suffix == ".json" else "yaml" if suffix in (".yaml", ".yml") else None


def _name(path: str) -> str:
    """A file's name without its suffixes."""
    name = path.replace("\\", "/").rpartition("/")[2]
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def read_text(path: Path, format: Format | None = None) -> str:
    """The text of a file, with \\n at the line ends; refused before it is read where it is too large. Raises Unreadable."""
    shown = path.as_posix()
    place = Location(shown)
    limit = MAX_YAML_BYTES if format == "yaml" else MAX_JSON_BYTES
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise Unreadable("this is a folder, not a file", place)
        if size > limit:
            raise Unreadable(
                f"the file has {size / 1024 / 1024:.0f} MB; AWS takes definitions of 1 MB, and more than "
                f"{limit // 1024 // 1024} MB is not read",
                place,
            )
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror or error}", place) from None
    except ValueError:
        raise Unreadable("this is no name of a file", place) from None
    return decoded(data, shown)


def decoded(data: bytes, path: str) -> str:
    """The text of a file's bytes, with \\n at the line ends. Raises Unreadable for what is no UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("the text is UTF-16; save it as UTF-8 without a byte-order mark", Location(path))
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        good = SourceText(path, data[: error.start].decode("utf-8"))
        raise Unreadable(f"the byte {data[error.start]:#04x} is no UTF-8", good.at(len(good.text))) from None


def _beside(template: str, name: str, place: Location) -> Document:
    """The definition in a file that a template names, relative to the template."""
    path = Path(template).parent / name
    if not path.is_file():
        raise Unreadable(f"there is no file {path.as_posix()!r}", place)
    format = _format_of(path)
    return _document(SourceText(path.as_posix(), read_text(path, format)), format)
