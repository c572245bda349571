"""The S3 objects that a run may read and write: given by the caller, kept in memory or in a temporary file, never in AWS."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import weakref
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from typing import IO, Any, cast

from flowdsl.diagnostics import FlowDslError

SPILL = 4 * 1024 * 1024
"""Bytes of one written object that are kept in memory; what is larger goes to a temporary file."""


class NoSuchKey(Exception):
    """There is no such object, or no such bucket."""


@dataclass
class S3Object:
    """One object: its bytes, or the file that holds them."""

    bucket: str
    key: str
    body: bytes | Path | IO[bytes]
    last_modified_ms: int = 0
    _size: int | None = field(default=None, repr=False)

    @contextmanager
    def open(self) -> Generator[IO[bytes], None, None]:
        """The bytes, external compression undone where the name says that there is one."""
        with ExitStack() as stack:
            raw: IO[bytes]
            if isinstance(self.body, bytes):
                raw = io.BytesIO(self.body)
            elif isinstance(self.body, Path):
                raw = stack.enter_context(self.body.open("rb"))
            else:
                self.body.seek(0)
                raw = self.body
            if self.key.endswith(".gz"):
                yield cast("IO[bytes]", stack.enter_context(gzip.open(raw, "rb")))
            elif self.key.endswith(".zstd"):
                yield stack.enter_context(_zstd(raw, self.key))
            else:
                yield raw

    def read(self) -> bytes:
        """All the bytes."""
        with self.open() as stream:
            return stream.read()

    @property
    def size(self) -> int:
        """Bytes as stored."""
        if self._size is None:
            if isinstance(self.body, bytes):
                self._size = len(self.body)
            elif isinstance(self.body, Path):
                self._size = self.body.stat().st_size
            else:
                self._size = self.body.seek(0, io.SEEK_END)
        return self._size

    @property
    def etag(self) -> str:
        """The ETag with its quotes, as S3 lists it."""
        digest = md5(usedforsecurity=False)
        stored = self.body.open("rb") if isinstance(self.body, Path) else None
        if isinstance(self.body, bytes):
            digest.update(self.body)
        else:
            stream = cast("IO[bytes]", stored or self.body)
            stream.seek(0)
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
        if stored is not None:
            stored.close()
        return f'"{digest.hexdigest()}"'


class S3Objects:
    """All objects of one run."""

    def __init__(self, objects: Mapping[Any, Any] | None = None) -> None:
        """`objects`: `"bucket/key"` or (bucket, key) to text, bytes, a JSON value or a Path; `"bucket"` alone to a folder,
        whose files are the objects, or to None for an empty bucket."""
        self._objects: dict[tuple[str, str], S3Object] = {}
        self.buckets: set[str] = set()
        for name, value in (objects or {}).items():
            bucket: str
            key: str
            if isinstance(name, tuple):
                bucket, key = cast("tuple[str, str]", name)
            elif isinstance(name, str):
                bucket, _, key = name.partition("/")
            else:
                raise FlowDslError(f"an S3 object is named 'bucket/key', not {name!r}")
            self.buckets.add(bucket)
            if not key:
                self._folder(bucket, value)
            else:
                self.put(bucket, key, value)

    def _folder(self, bucket: str, folder: Any) -> None:
        if folder is None:
            return
        if not isinstance(folder, Path) or not folder.is_dir():
            raise FlowDslError(f"the S3 bucket {bucket!r} is given as {str(folder)!r}, which is no folder")
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.put(bucket, path.relative_to(folder).as_posix(), path)

    def put(self, bucket: str, key: str, value: Any) -> None:
        """Stores an object."""
        if isinstance(value, Path):
            if not value.is_file():
                raise FlowDslError(f"the S3 object {bucket}/{key} is given as {str(value)!r}, which is no file")
            body: bytes | Path | IO[bytes] = value
        elif isinstance(value, bytes):
            body = value
        elif isinstance(value, str):
            body = value.encode()
        elif hasattr(value, "read"):
            body = value
        else:
            body = json.dumps(value, ensure_ascii=False).encode()
        self.buckets.add(bucket)
        self._objects[bucket, key] = S3Object(bucket, key, body)

    def get(self, bucket: str, key: str) -> S3Object:
        """An object; NoSuchKey when there is none."""
        found = self._objects.get((bucket, key))
        if found is None:
            raise NoSuchKey(f"{bucket}/{key}")
        return found

    def list(self, bucket: str, prefix: str = "") -> Iterator[S3Object]:
        """A bucket's objects in the order of their keys."""
        return iter(
            [
                o
                for (b, k), o in sorted(self._objects.items(), key=lambda i: i[0])
                if b == bucket and k.startswith(prefix)
            ]
        )

    def writer(self) -> IO[bytes]:
        """A file for an object to be written, in memory until it is large."""
        stream = tempfile.SpooledTemporaryFile(max_size=SPILL)  # noqa: SIM115 - see below
        # Closed with the objects, not when the collector happens to come by.
        weakref.finalize(self, stream.close)
        return stream


def _zstd(raw: IO[bytes], key: str) -> IO[bytes]:
    try:
        from compression import zstd  # type: ignore[import-not-found]  # Python 3.14
    except ImportError:
        raise FlowDslError(f"{key} is compressed with Zstandard, which this Python reads from 3.14 on") from None
    return zstd.open(raw, "rb")  # type: ignore[no-any-return]
