"""What an environment remembers between two deliveries: values of modules and classes, caches, defaults of parameters."""

from __future__ import annotations

import logging
import re
import sys
import sysconfig
from collections import deque
from collections.abc import Iterator, Mapping, Set
from functools import cache
from types import FunctionType, ModuleType
from typing import Any, TypeGuard, cast

_DEEPEST = 6
_LARGEST = 500
_PLAIN = (str, int, float, bool, bytes, type(None), complex)

Memory = dict[str, str]
"""`handlers.orders.SEEN` -> what it holds, as text."""


def remembered(modules: list[ModuleType]) -> Memory:
    """Everything that the modules' own code could have kept."""
    memory: Memory = {}
    for module in modules:
        owned = {id(m) for m in modules}
        for name, value in list(vars(module).items()):
            if name.startswith("__") or (isinstance(value, ModuleType) and id(value) in owned):
                continue
            memory.update(_named(f"{module.__name__}.{name}", value, module.__name__))
    return memory


def of_the_process() -> Memory:
    """What every module shares and a delivery may let grow: handlers of loggers, the way to modules."""
    loggers: dict[str, Any] = {"": logging.getLogger(), **logging.Logger.manager.loggerDict}
    memory = {
        f"the logger {name!r}" if name else "the root logger": f"{len(logger.handlers)} handlers"
        for name, logger in loggers.items()
        if isinstance(logger, logging.Logger) and logger.handlers
    }
    return {**memory, "sys.path": f"{len(sys.path)} entries"}


def changes(before: Memory, after: Memory) -> dict[str, str]:
    """What is other than before: name -> a sentence."""
    found: dict[str, str] = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, "absent"), after.get(name, "absent")
        if old != new:
            found[name] = f"{name} is {_short(new)}, and was {_short(old)}"
    return found


def _named(name: str, value: Any, module: str) -> Iterator[tuple[str, str]]:
    function = _function(value)
    if function is not None:
        if function.__module__ == module:
            yield from _of_function(name, function)
        information = getattr(value, "cache_info", None)
        if callable(information):
            yield f"{name}.cache_info", f"{getattr(information(), 'currsize', None)} entries"
    elif isinstance(value, type):
        if value.__module__ == module:
            yield from _of_class(name, value, module)
    elif not isinstance(value, ModuleType):
        yield name, _text(value, 0, set())


def _function(value: Any) -> FunctionType | None:
    """The plain function behind decorators, a Handler, or a method's descriptor."""
    for _ in range(20):
        inner = value.__func__ if type(value) in (staticmethod, classmethod) else getattr(value, "__wrapped__", None)
        if inner is None:
            break
        value = inner
    return value if isinstance(value, FunctionType) else None


def _of_function(name: str, function: FunctionType) -> Iterator[tuple[str, str]]:
    for which, defaults in (("__defaults__", function.__defaults__), ("__kwdefaults__", function.__kwdefaults__)):
        if defaults:
            yield f"{name}.{which}", _text(defaults, 0, set())
    for key, value in vars(function).items():
        if key != "__wrapped__":
            yield f"{name}.{key}", _text(value, 0, set())
    for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield f"{name}.<{variable}>", _text(cell.cell_contents, 0, set())
        except ValueError:
            continue


def _of_class(name: str, cls: type, module: str) -> Iterator[tuple[str, str]]:
    for key, value in list(vars(cls).items()):
        if not key.startswith("__") and not key.startswith("_abc_"):
            function = _function(value)
            if function is not None or not callable(value):
                yield from (
                    _named(f"{name}.{key}", value, module) if function else [(f"{name}.{key}", _text(value, 0, set()))]
                )


def _text(value: Any, depth: int, inside: set[int]) -> str:
    """A value as text, the same for the same content. What has a life of its own (clients, locks) is its class only."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if id(value) in inside or depth > _DEEPEST:
        return "..."
    inside = inside | {id(value)}
    cls: Any = cast(Any, type(value))
    kind = str(cls.__name__)

    def texts(values: Any) -> list[str]:
        return [_text(v, depth + 1, inside) for v in list(values)[:_LARGEST]]

    if _is_mapping(value):
        pairs = zip(texts(value.keys()), texts(value.values()), strict=False)
        return ("" if kind == "dict" else kind) + "{" + ", ".join(f"{k}: {v}" for k, v in pairs) + "}"
    if isinstance(value, Set):
        return f"{kind}{{{', '.join(sorted(texts(value)))}}}"
    if isinstance(value, (list, tuple, deque)):
        opened = {"list": "[", "tuple": "("}.get(kind, f"{kind}[")
        return opened + ", ".join(texts(value)) + (")" if kind == "tuple" else "]")
    if isinstance(value, (bytearray, re.Pattern)):
        return repr(cast(Any, value))
    if is_foreign(cls.__module__):
        return f"<{kind}>"
    own = dict(getattr(value, "__dict__", {}))
    for base in cls.__mro__:
        slots = getattr(base, "__slots__", ())
        own.update({slot: getattr(value, slot) for slot in slots if isinstance(slot, str) and hasattr(value, slot)})
    return f"{kind}({', '.join(f'{k}={_text(v, depth + 1, inside)}' for k, v in own.items())})"


def _is_mapping(value: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a value holds keys and values: a dict, a Counter, a proxy."""
    return isinstance(value, Mapping)


@cache
def is_foreign(module: str) -> bool:
    """Whether a module is of the standard library, of an installed package or of flowdsl: not the project's own."""
    package = module.partition(".")[0]
    if package in sys.stdlib_module_names or package in ("flowdsl", "builtins"):
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    installed = [sysconfig.get_path(which) for which in ("purelib", "platlib", "stdlib")]
    return file is None or any(file.startswith(folder) for folder in installed)


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
