"""HTTP calls of a handler: recorded and answered here. Sees urllib, urllib3, requests, and httpx where it is loaded.

A POST or PATCH is an effect each time, unless it carries an Idempotency-Key that has been seen; PUT and DELETE leave
what they say, however often.
"""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.proof.entry import Entry, text_facts
from flowdsl.proof.wire import NetworkClosed, Wire

KEY_HEADERS = ("idempotency-key", "x-idempotency-key")
_HERE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it was sent."""

    method: str
    url: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def key(self) -> str | None:
        """Its Idempotency-Key."""
        return next((self.headers[name] for name in KEY_HEADERS if name in self.headers), None)


@dataclass(frozen=True, slots=True)
class Response:
    """What an address answers."""

    status: int
    content: bytes


Answer = Callable[[Request], Any]


class Web:
    """The outside, as a proof sees it. An unknown address answers 200 and `{}`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._answers: list[tuple[str, re.Pattern[str], Answer, int]] = []
        self._effects: list[Request] = []
        self._kept: dict[str, Request] = {}
        self._keyed: dict[tuple[str, str, str], Response] = {}
        self._saved: list[tuple[Any, str, Any]] = []
        self._sees_httpx = False
        self.refused: list[str] = []
        """Hosts that something else tried to reach, since the world was made."""

    def answer(self, method: str, url: str, body: Any = None, *, status: int = 200) -> None:
        """What an address answers: JSON, or a function of the Request. `url` may end in `*`."""
        pattern = re.compile(re.escape(url).replace(r"\*", ".*") + r"(\?.*)?")
        give: Answer = body if callable(body) else lambda request: {} if body is None else body
        self._answers.insert(0, (method.upper(), pattern, give, status))

    def reset(self) -> None:
        """Nothing has been called, and nothing said of any address."""
        self._answers.clear()
        self._effects.clear()
        self._kept.clear()
        self._keyed.clear()
        self.refused.clear()

    def __enter__(self) -> Web:
        import urllib3.connection  # botocore has loaded it

        def plain(connection: Any) -> None:
            self._connect(connection, "http")

        def secure(connection: Any) -> None:
            self._connect(connection, "https")

        for module in (http.client, urllib3.connection):
            self._replace(module.HTTPConnection, "connect", plain)
            self._replace(module.HTTPSConnection, "connect", secure)
        self._close_sockets()
        self.see_httpx()
        return self

    def see_httpx(self) -> bool:
        """Wraps httpx once it is loaded; True when that is new. It is not imported: that takes longer than most proofs."""
        if self._sees_httpx or "httpx" not in sys.modules:
            return False
        from flowdsl.proof.web_httpx import transports

        for owner, name, replacement in transports(self.exchange):
            self._replace(owner, name, replacement)
        self._sees_httpx = True
        return True

    def __exit__(self, *_: object) -> None:
        for owner, name, original in reversed(self._saved):
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
        self._saved.clear()
        self._sees_httpx = False

    def _close_sockets(self) -> None:
        """Whatever is neither boto3 nor HTTP as above would go out: to a database, a cache, through aiohttp."""
        connect, resolve = socket.socket.connect, socket.getaddrinfo

        def checked_connect(sock: socket.socket, address: Any) -> None:
            if sock.family in (socket.AF_INET, socket.AF_INET6):
                self._check(str(address[0]))
            connect(sock, address)

        def checked_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
            self._check(str(host))
            return resolve(host, *args, **kwargs)

        self._replace(socket.socket, "connect", checked_connect)
        self._replace(socket, "getaddrinfo", checked_resolve)

    def _check(self, host: str) -> None:
        # A setup may talk to this machine.
        if self._wire.active is not None or host not in _HERE:
            self.refused.append(host)
            raise NetworkClosed(f"a proof reaches no network, and something connects to {host}")

    def _replace(self, owner: Any, name: str, replacement: Any) -> None:
        # What a class only inherits must be inherited again afterwards.
        self._saved.append((owner, name, owner.__dict__.get(name)))
        setattr(owner, name, replacement)

    def _connect(self, connection: Any, scheme: str) -> None:
        default = 443 if scheme == "https" else 80
        port = f":{connection.port}" if connection.port not in (None, default) else ""
        connection.sock = _Socket(f"{scheme}://{connection.host}{port}", self._answered)
        connection.is_verified = True

    def _answered(self, request: Request) -> bytes:
        try:
            return _raw(self.exchange(request))
        except ResponseLost:
            raise TimeoutError("timed out") from None

    def exchange(self, request: Request) -> Response:
        """The response to a request. Raises ResponseLost, or what the delivery's fault is."""
        delivery = self._wire.active
        if delivery is None:
            return self._perform(request)
        number = delivery.begins(f"HTTP {request.method} {request.url.partition('?')[0]}")
        if delivery.is_refused(number):
            return _response(429, {"message": "Too Many Requests"})
        answer = self._perform(request)
        if delivery.loses_response:
            delivery.loses_response = False
            raise ResponseLost
        delivery.ends(number)
        return answer

    def _perform(self, request: Request) -> Response:
        if request.method in ("POST", "PATCH"):
            if request.key is None:
                self._effects.append(request)
                return self._respond(request)
            keyed = (request.method, request.url, request.key)
            if keyed not in self._keyed:
                self._effects.append(request)
                self._keyed[keyed] = self._respond(request)
            return self._keyed[keyed]
        if request.method in ("PUT", "DELETE"):
            self._kept[request.url] = request
        return self._respond(request)

    def _respond(self, request: Request) -> Response:
        for method, pattern, give, status in self._answers:
            if method == request.method and pattern.fullmatch(request.url):
                return _response(status, give(request))
        return _response(200, {})

    def entries(self) -> Iterator[Entry]:
        """What the outside has been told."""
        for request in self._effects:
            yield Entry(f"HTTP {request.method} {request.url}", "", text_facts(request.body, "body"))
        for url, request in self._kept.items():
            yield Entry("HTTP resources", f"url={url}", {"method": request.method, **text_facts(request.body, "body")})


class ResponseLost(Exception):
    """The request has been done, and nobody hears of it."""


def _response(status: int, body: Any) -> Response:
    return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode())


def _raw(response: Response) -> bytes:
    """A response as it comes over a connection."""
    reason = http.client.responses.get(response.status, "")
    head = (
        f"HTTP/1.1 {response.status} {reason}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(response.content)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + response.content


class _Socket:
    """A connection's socket: what is sent is kept, and once the response is asked for, it is a request."""

    def __init__(self, origin: str, exchange: Callable[[Request], bytes]) -> None:
        self._origin = origin
        self._exchange = exchange
        self._sent = bytearray()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Keeps what the client sends."""
        self._sent += bytes(data)

    send = sendall

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BufferedReader:
        """The response."""
        head, _, body = bytes(self._sent).partition(b"\r\n\r\n")
        self._sent.clear()
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if headers.get("transfer-encoding") == "chunked":
            body = _unchunked(body)
        url = path if "://" in path else self._origin + path
        return io.BufferedReader(_Stream(Request(method, url, headers, body), self._exchange))

    def __getattr__(self, name: str) -> Any:
        # settimeout, setsockopt, shutdown, close: nothing to do for any of them.
        if name.startswith("_") or name == "fileno":
            raise AttributeError(name)
        return _nothing


class _Stream(io.RawIOBase):
    """A response's bytes. The exchange takes place when the first is read: what goes wrong then goes wrong in the reading."""

    def __init__(self, request: Request, exchange: Callable[[Request], bytes]) -> None:
        self._request = request
        self._exchange = exchange
        self._content: io.BytesIO | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._content is None:
            self._content = io.BytesIO(self._exchange(self._request))
        return self._content.readinto(buffer)


def _nothing(*_: Any, **__: Any) -> None:
    """Does nothing."""


def _unchunked(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        if length == 0:
            break
        whole, body = whole + rest[:length], rest[length + 2 :]
    return whole
