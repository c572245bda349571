"""httpx's transports, answered by a proof: they take the place of its own, in every client whenever it was made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.proof.web import Request, Response, ResponseLost


def transports(exchange: Callable[[Request], Response]) -> Iterator[tuple[Any, str, Any]]:
    """(class, method, what takes its place) of httpx's transports over a network, for threads and for asyncio."""
    import httpx  # pyright: ignore[reportMissingImports] # a handler has loaded it

    module: Any = httpx

    def answered(request: Any, body: bytes) -> Any:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            found = exchange(Request(request.method, str(request.url), headers, body))
        except ResponseLost:
            raise module.ReadTimeout("timed out", request=request) from None
        given = {"Content-Type": "application/json"}
        return module.Response(found.status, headers=given, content=found.content, request=request)

    def handle_request(transport: Any, request: Any) -> Any:
        return answered(request, request.read())

    async def handle_async_request(transport: Any, request: Any) -> Any:
        return answered(request, await request.aread())

    yield module.HTTPTransport, "handle_request", handle_request
    yield module.AsyncHTTPTransport, "handle_async_request", handle_async_request
