"""Both JSONata libraries, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flowdsl.query.jsonata import dialect, engine


@pytest.fixture(params=["jlens", "jsonata2py"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test runs with each library in turn."""
    monkeypatch.setenv("FLOWDSL_JSONATA", request.param)
    forget()
    yield request.param
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Lets the next expression ask for the library anew."""
    engine.engine.cache_clear()
    dialect.forget()
