"""The door to the library: which one is taken, and that both say the same."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.diagnostics import FlowDslError
from flowdsl.query.base import ExpressionError
from flowdsl.query.jsonata.dialect import compile_expression
from flowdsl.query.jsonata.engine import engine, other_engine
from flowdsl.query.jsonata.failure import UNDEFINED, JsonataFailure, NotJson
from tests.query.environment import env
from tests.query.jsonata.conftest import forget


@pytest.fixture(autouse=True)
def fresh() -> Any:
    forget()
    yield
    forget()


def test_jlens_is_taken_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWDSL_JSONATA", raising=False)
    assert engine().name == "jlens"


def test_jsonata2py_is_taken_where_jlens_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWDSL_JSONATA", raising=False)
    monkeypatch.setitem(sys.modules, "jlens", None)
    assert engine().name == "jsonata2py"
    assert compile_expression("$states.input.x + 1", "Output")(env({"x": 1})) == 2


def test_a_library_that_is_asked_for_and_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWDSL_JSONATA", "jlens")
    monkeypatch.setitem(sys.modules, "jlens", None)
    with pytest.raises(FlowDslError, match="FLOWDSL_JSONATA asks for jlens, which cannot be imported here"):
        engine()


def test_an_unknown_library_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWDSL_JSONATA", "other")
    with pytest.raises(FlowDslError, match="FLOWDSL_JSONATA is 'other'; it may be 'jlens' or 'jsonata2py'"):
        engine()


VALUES = {
    "n": 3,
    "s": "Text",
    "t": True,
    "z": None,
    "l": [3, 1, 2],
    "e": [],
    "o": {"a": 1, "b": {"c": [{"d": 1}, {"d": 2}]}},
    "r": [{"k": "x", "v": 1}, {"k": "y", "v": 2}, {"k": "x", "v": 3}],
}

AGREED = """
$n | $n + 1 | $n / 2 | $n % 2 | -$n | $n & '' | $s & $t & $z & $missing | $l[0] | $l[-1] | $l[9] | $l[$ > 1] | $e
$o.b.c.d | $o.b.c[0] | $o.b.c[d = 2].d | $o.* | $o.** | $o.missing | $o.b.c.d[] | [$o.b.c.d] | {"x": $n, "y": $missing}
$r{k: $sum(v)} | $r^(>v).v | $r^(k, >v).v | $r.{"q": k} | $r[k = 'x'].v | $r[0].k | $r.v[0] | $distinct($r.k)
$count($l) | $count($e) | $count($missing) | $sum($l) | $max($l) | $min($e) | $average($l) | $sort($l) | $reverse($l)
$append($l, 4) | $append($e, 1) | $zip($l, $l) | $join(['a','b'], '-') | $join([]) | $shuffle([1])
$map($l, function($v, $i){ $v * $i }) | $filter($l, function($v){ $v > 2 }) | $reduce($l, function($a, $b){ $a + $b })
$single($l, function($v){ $v = 2 }) | $each($o, function($v, $k){ $k }) | $sift($o, function($v, $k){ $k = 'a' })
$keys($o) | $keys({}) | $keys({"a": 1}) | $lookup($o, 'a') | $lookup($r, 'k') | $spread({"a": 1, "b": 2}) | $merge([{"a": 1}, {"a": 2}])
$string($o) | $string($z) | $string(1.5) | $string([1, "a"]) | $number("1.5") | $number(true) | $boolean([0]) | $boolean("") | $not($n)
$exists($missing) | $exists($z) | $type($z) | $type($l) | $type($missing) | $length($s) | $substring($s, 1, 2) | $substring($s, -2)
$substringBefore($s, 'x') | $substringAfter($s, 'e') | $uppercase($s) | $lowercase($s) | $trim("  a  b ") | $pad($s, 6, '#') | $pad($s, -6)
$contains($s, 'ex') | $contains($s, /E/i) | $split("a,b,,c", ",") | $split("a1b2", /[0-9]/) | $match("ab12", /[0-9]+/) | $replace($s, "t", "T")
$replace("ab", /(a)(b)/, "$2$1") | $base64encode($s) | $base64decode("VGV4dA==") | $encodeUrlComponent("a b&") | $decodeUrlComponent("a%20b")
$abs(-2) | $floor(-1.5) | $ceil(-1.5) | $round(2.5) | $round(3.5) | $round(123.456, 2) | $power(2, 10) | $sqrt(9)
$formatNumber(1234.5, "#,##0.00") | $formatBase(255, 16) | $formatInteger(12, "w") | $parseInteger("12", "0")
$toMillis("2026-01-01T12:00:00.000Z") | $fromMillis(0) | $fromMillis(0, "[Y]-[M01]-[D01]") | $toMillis("x")
$n = 3 | $n != 3 | $n < 4 | $s > "A" | $z = null | $missing = 1 | $missing != 1 | $l = [3, 1, 2] | $o = $o | 3 in $l | 9 in $l
$t and $missing | $t or $error("no") | $n > 1 ? "a" : "b" | $n > 9 ? "a" | [1..3] | [3..1] | [1..3][1] | ($x := 1; $x + 1)
$o ~> |b|{"new": 1}| | $l ~> $sum ~> $string | ($f := function($a, $b){ $a - $b }; $g := $f(?, 1); $g(5))
($fact := function($k){ $k < 2 ? 1 : $k * $fact($k - 1) }; $fact(6)) | "a" + 1 | $sum("x") | $uppercase(1) | $n.x | $s[0] | $s[1]
$assert(false, "no") | $error("boom") | $power(10, 400) | 9007199254740993 | 0.1 + 0.2 | 1e3 | 1.0 | "\\u00e9" | $l[[0..1]]
""".strip().replace("\n", " | ")


@pytest.mark.parametrize("text", [t.strip() for t in AGREED.split(" | ")])
def test_both_libraries_say_the_same(text: str) -> None:
    first, second = engine(), other_engine()
    assert second is not None
    names = tuple(VALUES)
    assert _outcome(first, text, names) == _outcome(second, text, names)


def _outcome(library: Any, text: str, names: tuple[str, ...]) -> Any:
    try:
        result = library.compile(text, names, {}).evaluate(VALUES)
    except JsonataFailure as failure:
        return "failure", failure.code
    except NotJson:
        return "function"
    return "nothing" if result is UNDEFINED else (type(result), result)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=10,
)


@settings(max_examples=300)
@given(JSON, st.lists(st.sampled_from("ab"), max_size=3))
def test_the_short_cut_of_a_plain_path_gives_what_the_library_gives(document: Any, names: list[str]) -> None:
    path = ".".join(["$states.input", *names])
    variable = ".".join(["$v", *names])
    given_env = env(document, context=document, variables={"v": document})
    outcomes = []
    # What is in the block before the path keeps it from being taken for a plain one.
    for text in (path, f"(1; {path})", variable, f"(1; {variable})"):
        try:
            outcomes.append(compile_expression(text, "Output")(given_env))
        except ExpressionError as error:
            outcomes.append(error.cause.partition("Output' ")[2])
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]
