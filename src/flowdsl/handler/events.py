"""An event becomes a handler's arguments, or InvalidEvent says field by field why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.handler.errors import InvalidEvent
from flowdsl.handler.idempotency import KEY_FIELD
from flowdsl.handler.readers import Read
from flowdsl.handler.values import is_object, reader_of
from flowdsl.handler.wire import Problems, is_mapping, near, report, wrong

if TYPE_CHECKING:
    from flowdsl.handler.handler import Handler


class EventReader:
    """Reads the events of one handler. Made once: the annotations are looked at here, not at each event.

    A handler whose single parameter may be given by position and is an object (a model, a dataclass, a TypedDict, a
    dict, Any) takes the event itself as that object; any other one takes the event's members as its parameters.
    """

    def __init__(self, handler: Handler[Any, Any]) -> None:
        self._name = handler.name
        self._readers: dict[str, tuple[Read, bool]] = {}
        self._rest: Read | None = None
        parameters = handler.parameters
        for name, parameter in parameters.items():
            read = reader_of(parameter.annotation, f"{handler.name}: the parameter {name!r}")
            if parameter.kind is parameter.VAR_KEYWORD:
                self._rest = read
            else:
                self._readers[name] = read, parameter.default is parameter.empty
        only = next(iter(parameters.values()), None)
        self.positional = (
            len(parameters) == 1
            and only is not None
            and only.kind in (only.POSITIONAL_ONLY, only.POSITIONAL_OR_KEYWORD)
            and is_object(only.annotation)
        )
        """Whether the event itself is the one argument."""

    def read(self, event: Any) -> tuple[str | None, dict[str, Any]]:
        """(the idempotency key that the workflow passed, the arguments by name)."""
        key = None
        if is_mapping(event) and KEY_FIELD in event and KEY_FIELD not in self._readers:
            event = dict(event)
            key = event.pop(KEY_FIELD)
        problems = Problems()
        arguments = self._whole(event, problems) if self.positional else self._members(event, problems)
        if problems:
            raise InvalidEvent(f"{self._name}: {'; '.join(problems)}")
        return (key if isinstance(key, str) else None), arguments

    def _whole(self, event: Any, problems: Problems) -> dict[str, Any]:
        ((name, (read, _)),) = self._readers.items()
        return {name: read(event, "", problems)}

    def _members(self, event: Any, problems: Problems) -> dict[str, Any]:
        if not is_mapping(event):
            wrong("an object", event, "", problems)
            return {}
        arguments: dict[str, Any] = {}
        others = [name for name in event if name not in self._readers]
        for name, (read, required) in self._readers.items():
            if name in event:
                arguments[name] = read(event[name], name, problems)
            elif required:
                report(problems, name, f"missing{near(name, others)}")
        if self._rest is not None:
            for name in others:
                arguments[name] = self._rest(event[name], name, problems)
        return arguments
