"""What an environment remembers between two deliveries: values of modules and classes, caches, defaults of parameters."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Set
from types import FunctionType, ModuleType
from typing import Any

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
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        inner = getattr(value, "__wrapped__", None)  # pyright: ignore[reportUnknownArgumentType]
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
                yield from _named(f"{name}.{key}", value, module) if function else [(f"{name}.{key}", _text(value, 0, set()))]


def _text(value: Any, depth: int, inside: set[int]) -> str:
    """A value as text, the same for the same content. What has a life of its own (clients, locks) is its class only."""
    if isinstance(value, _PLAIN):
        return repr(value)
    if id(value) in inside or depth > _DEEPEST:
        return "..."
    inside = inside | {id(value)}
    kind = type(value).__name__
    if isinstance(value, Mapping):
        items = [f"{_text(k, depth + 1, inside)}: {_text(v, depth + 1, inside)}" for k, v in list(value.items())[:_LARGEST]]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]
        return ("" if kind == "dict" else kind) + "{" + ", ".join(items) + "}"
    if isinstance(value, Set):
        return kind + "{" + ", ".join(sorted(_text(v, depth + 1, inside) for v in list(value)[:_LARGEST])) + "}"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, (list, tuple, deque)):
        opened = {"list": "[", "tuple": "("}.get(kind, f"{kind}[")
        return opened + ", ".join(_text(v, depth + 1, inside) for v in list(value)[:_LARGEST]) + "]"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, (bytearray, re.Pattern)):
        return repr(value)  # pyright: ignore[reportUnknownArgumentType]
    if _is_foreign(type(value)):
        return f"<{kind}>"
    own = {k: v for k, v in getattr(value, "__dict__", {}).items()}
    for cls in type(value).__mro__:
        for slot in getattr(cls, "__slots__", ()):
            if isinstance(slot, str) and hasattr(value, slot):
                own[slot] = getattr(value, slot)
    return f"{kind}({', '.join(f'{k}={_text(v, depth + 1, inside)}' for k, v in own.items())})"


def _is_foreign(cls: type) -> bool:
    """Whether a class is of the standard library or of an installed package: its inside is not the handler's."""
    import sys
    import sysconfig

    package = cls.__module__.partition(".")[0]
    if package in sys.stdlib_module_names or package == "flowdsl":
        return True
    file = getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
    return any(file.startswith(sysconfig.get_path(which)) for which in ("purelib", "platlib"))


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
