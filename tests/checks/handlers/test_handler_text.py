"""What is no Python 3 gets one line, and nothing crashes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.checks.handler_runner import check_file, check_text
from flowdsl.checks.handler_text import MAX_BYTES, UnreadableSource, decode, parse

THIS = f"Python {sys.version_info[0]}.{sys.version_info[1]}"

UNREADABLE = {
    "print statement": (b"print 'x'\n", 1, "\"print 'x'\" is Python 2; Lambda runs Python 3 only"),
    "except with a comma": (
        b"try:\n  pass\nexcept A, e:\n  pass\n",
        3,
        "'except A, e:' is Python 2; Lambda runs Python 3 only",
    ),
    "octal": (b"x = 0777\n", 1, "'x = 0777' is Python 2; Lambda runs Python 3 only"),
    "magic": (
        b"import os\n%matplotlib inline\n",
        2,
        "'%matplotlib inline' is a notebook's command, no Python; remove it",
    ),
    "shell": (b"!pip install boto3\n", 1, "'!pip install boto3' is a notebook's command, no Python; remove it"),
    "notebook": (
        b'{"cells": [], "metadata": {}, "nbformat": 4}',
        1,
        "this is a notebook (.ipynb), no Python source; export it as a script",
    ),
    "null byte": (b"a = 1\nb = '\0'\n", 2, "a null byte is no Python source"),
    "UTF-16": (b"\xff\xfea\0", 1, "UTF-16 text is no Python source; save it as UTF-8"),
    "Latin-1 undeclared": (b"a = 1\nx = '\xe9'\n", 2, "byte 0xe9 is not utf-8; save it as UTF-8"),
    "half a merge": (b"<<<<<<< HEAD\nx = 1\n", 1, f"{THIS} cannot read this: invalid syntax"),
    "unclosed": (b"def f(:\n", 1, f"{THIS} cannot read this: invalid syntax"),
    "huge": (
        b"x = 1\n" * (MAX_BYTES // 6 + 1),
        1,
        f"{(MAX_BYTES // 6 + 1) * 6:,} bytes are too many to read as a handler (at most {MAX_BYTES:,})",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_gets_one_line(name: str, tmp_path: Path) -> None:
    raw, line, message = UNREADABLE[name]
    path = tmp_path / "app.py"
    path.write_bytes(raw)
    (finding,) = check_file(path, "app.py")
    assert (finding.code, finding.location.line if finding.location else 0) == ("ASL900", line)
    assert finding.message.startswith(message) or message in finding.message or "encoding" in finding.message


@pytest.mark.parametrize(
    "raw",
    [
        b"-" * 100_000 + b"1",
        b"a" + b".b" * 50_000,
        b"1" + b"+1" * 50_000,
        b"(" * 300 + b")" * 300,
        b"lambda: " * 5000 + b"1",
        b"# coding: hex\nx",
        b"# coding: nope\nx",
    ],
)
def test_what_nests_too_deep_or_names_no_encoding_gets_one_line(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(raw)
    assert [finding.code for finding in check_file(path, "app.py")] == ["ASL900"]


def test_another_encoding_is_read_by_its_declaration(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes("# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1"))
    assert check_file(path, "app.py") == []


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes(b"\xef\xbb\xbfimport os\n")
    assert check_file(path, "app.py") == []


def test_columns_count_characters() -> None:
    (finding,) = check_text('seen = []\ndef handler(event, context):\n    é = "ééé"; seen.append(event["id"])\n')
    assert str(finding.location) == "handler.py:3:16"


@given(st.text(alphabet=st.sampled_from("defclasshandler(event, context):\n =[]{}'\"#\\.if\t%!"), max_size=200))
def test_any_text_gives_findings_and_no_crash(text: str) -> None:
    assert all(finding.code != "ASL890" for finding in check_text(text))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_one_line(raw: bytes) -> None:
    assert "\n" not in read(raw)


def read(raw: bytes) -> str:
    try:
        parse(decode(raw))
    except UnreadableSource as error:
        return str(error)
    return ""
