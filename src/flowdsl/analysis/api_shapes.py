"""The answers of AWS's APIs as Shapes, made as they are looked at: EC2 has thousands, and many hold themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.integrations.model import Shape as ApiShape

_MADE: dict[int, tuple[ApiShape, Shape]] = {}


def of_api(api: ApiShape) -> Shape:
    """The shape of an answer. Members that AWS may leave out are UNKNOWN: nothing says when it does."""
    made = _MADE.get(id(api))
    if made is None or made[0] is not api:
        # The API's shape is kept beside ours, so that its id stays its own.
        made = _MADE[id(api)] = (api, _make(api))
    return made[1]


class _Members(Mapping[str, Shape]):
    """The members of a structure, converted one by one."""

    __slots__ = ("_api", "_made")

    def __init__(self, api: ApiShape) -> None:
        self._api = api
        self._made: dict[str, Shape] = {}

    def __getitem__(self, name: str) -> Shape:
        made = self._made.get(name)
        if made is None:
            presence = s.ALWAYS if name in self._api.required else s.UNKNOWN
            made = self._made[name] = of_api(self._api.members[name]).having(presence)
        return made

    def get(self, name: str, default: Shape | None = None) -> Shape | None:  # type: ignore[override]
        return self[name] if name in self._api.members else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._api.members)

    def __len__(self) -> int:
        return len(self._api.members)


def _make(api: ApiShape) -> Shape:
    match api.type:
        case "structure":
            return Shape(s.OBJECT, fields=_Members(api), origins=(Origin("api", text=api.name),))
        case "list":
            return s.array(of_api(api.item))
        case "map":
            return Shape(s.OBJECT, rest=s.UNKNOWN, rest_shape=of_api(api.item) if api.item.type != "document" else None)
        case "integer" | "number":
            return s.NUMBER_SHAPE
        case "boolean":
            return s.BOOLEAN_SHAPE
        case "document":
            return s.SOME
        case _:
            # The values of an enum are not all there will be: the API may grow.
            return s.TEXT_SHAPE
