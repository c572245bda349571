"""Generated source: what comes in as text stays text, and the layout is the formatter's own."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.importer.source_text import Call, docstring, flat, layout, string

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.text())
def test_a_string_literal_reads_back_as_its_text(text: str) -> None:
    assert ast.literal_eval(string(text)) == text


@given(st.text())
def test_a_string_literal_is_one_line_of_visible_characters(text: str) -> None:
    literal = string(text)
    assert len(literal.splitlines()) <= 1
    assert literal.isprintable()


@given(json_values)
def test_a_value_reads_back_as_itself_flat_and_laid_out(value: Any) -> None:
    assert ast.literal_eval(flat(value)) == value
    assert ast.literal_eval("\n".join(layout(value))) == value


@given(st.text(alphabet="ab\"\\\n \t{}'", max_size=40))
def test_a_docstring_reads_back_as_its_text_or_is_not_made(text: str) -> None:
    lines = docstring(text, 4)
    if lines is not None:
        function = ast.parse("def f():\n" + "\n".join(lines)).body[0]
        assert isinstance(function, ast.FunctionDef)
        assert ast.get_docstring(function) == text


@pytest.mark.parametrize(
    "hostile",
    [
        "__import__('os').system('id')",
        '"); import os #',
        "'''",
        '"""\nimport os\n"""',
        "{x}",
        "\\",
        "\u2028import os",
        "\u202e",
        "\ud800",
    ],
)
def test_hostile_text_never_leaves_its_literal(hostile: str) -> None:
    tree = ast.parse("\n".join(layout(Call("Pass", [], {"name": hostile, "result": {hostile: [hostile]}}))))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert len(calls) == 1
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))


@settings(max_examples=5, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "result", "parameters_of_it"]), json_values, max_size=3),
        min_size=20,
        max_size=30,
    )
)
def test_the_formatter_changes_nothing(calls: list[dict[str, Any]]) -> None:
    lines = [
        line for i, keywords in enumerate(calls) for line in layout(Call("Pass", [], keywords), 0, f"state_{i} = ")
    ]
    source = "\n".join(lines) + "\n"
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "120", "-"]
    done = subprocess.run(ruff, input=source.encode(), capture_output=True, check=True)
    assert done.stdout.decode() == source
