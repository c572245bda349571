"""Reading a file of Python: bytes to text to syntax tree. What cannot be read is said in one line, never a crash."""

from __future__ import annotations

import ast
import codecs
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1_000_000
"""Lambda takes larger files; nobody writes a handler in one."""

_PYTHON_2 = re.compile(
    r"Missing parentheses in call to '(print|exec)'"
    r"|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals"
    r"|invalid decimal literal"
)
_PYTHON_2_LINE = re.compile(
    r"^\s*print\s+[^=(\s]|^\s*exec\s+[\"']|except\s+[\w.]+\s*,\s*\w+\s*:|^\s*raise\s+[\w.]+\s*,|<>|\b0[0-7]+\b|\d+[lL]\b|\bur[\"']|`"
)
_NOTEBOOK_LINE = re.compile(r"^\s*(%{1,2}\w|!\s*\w|\?\w|\w+\?\s*$|(In|Out)\s?\[\d*\]:)")


@dataclass(frozen=True)
class UnreadableSource(Exception):
    """A file that is no Python 3 source. Lines and columns count from 1."""

    message: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return self.message


def read_text(path: Path) -> str:
    """The text of a Python file, by its own declaration of encoding. OSError is the caller's."""
    return decode(path.read_bytes())


def decode(raw: bytes) -> str:
    """Python source as text: UTF-8 unless a first-line comment or a byte order mark says otherwise (PEP 263)."""
    if len(raw) > MAX_BYTES:
        raise UnreadableSource(f"{len(raw):,} bytes are too many to read as a handler (at most {MAX_BYTES:,})")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableSource("UTF-16 text is no Python source; save it as UTF-8")
    null = raw.find(b"\0")
    if null >= 0:
        raise UnreadableSource("a null byte is no Python source", raw.count(b"\n", 0, null) + 1)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    except SyntaxError as error:
        raise UnreadableSource(f"the encoding is not known: {_one_line(str(error))}") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableSource(
            f"byte 0x{raw[error.start]:02x} is not {error.encoding}; save it as UTF-8", line
        ) from None
    except (LookupError, UnicodeError) as error:
        # Codecs that are no text encodings (`coding: hex`) fail in their own ways.
        raise UnreadableSource(f"the encoding is not known: {_one_line(str(error))}") from None
    if text.lstrip().startswith("{") and '"cells"' in text and '"nbformat"' in text:
        raise UnreadableSource("this is a notebook (.ipynb), no Python source; export it as a script")
    return text


def parse(text: str) -> ast.Module:
    """The syntax tree of a text, or UnreadableSource with the place and the reason."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        lines = text.splitlines()
        written = lines[line - 1] if 0 < line <= len(lines) else ""
        raise UnreadableSource(_reason(error.msg or "", written), line, error.offset or 1) from None
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        said = _one_line(str(error))
        raise UnreadableSource(f"this is nested too deep, or no text{f': {said}' if said else ''}") from None


def _reason(said: str, written: str) -> str:
    if _NOTEBOOK_LINE.search(written):
        return f"{_shown(written)} is a notebook's command, no Python; remove it"
    if _PYTHON_2.search(said) or _PYTHON_2_LINE.search(written):
        return f"{_shown(written)} is Python 2; Lambda runs Python 3 only"
    # A handler may be written for a Python newer than the one that flowdsl runs on: say which one could not read it.
    return f"Python {sys.version_info[0]}.{sys.version_info[1]} cannot read this: {_one_line(said)}"


def _shown(written: str) -> str:
    text = " ".join(written.split())
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:160]
