"""RDS Data API for proofs: statements run in SQLite, in memory. moto answers them with what a test has queued, and runs none.

Common SQL works: INSERT ... ON CONFLICT DO NOTHING, UPDATE ... RETURNING, named parameters. What SQLite does not know is
its own error, as BadRequestException.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from flowdsl.proof.entry import Entry
from flowdsl.proof.responses import error, success

_VALUES = ("stringValue", "longValue", "doubleValue", "booleanValue", "blobValue")


class Database:
    """Every cluster's database, as one. Transactions are taken one at a time."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._transaction: str | None = None
        self._count = 0

    def reset(self) -> None:
        """An empty database."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._transaction = None
        self._count = 0

    def kept(self) -> bytes | None:
        """The whole database."""
        if self._connection is None:
            return None
        self._abandon()
        return self._connection.serialize()

    def restore(self, kept: bytes | None) -> None:
        """Makes the database what it was."""
        self.reset()
        if kept is not None:
            self._connection = _empty()
            self._connection.deserialize(kept)

    def answer(self, operation: str, parameters: Any) -> Any:
        """The response of one operation."""
        if self._connection is None:
            self._connection = _empty()
        try:
            return success(self._run(self._connection, operation, parameters))
        except (sqlite3.Error, sqlite3.Warning) as failed:
            return error("BadRequestException", f"{failed}")

    def _run(self, connection: sqlite3.Connection, operation: str, parameters: Any) -> dict[str, Any]:
        if operation == "BeginTransaction":
            self._abandon()
            connection.execute("BEGIN")
            self._count += 1
            self._transaction = f"transaction-{self._count}"
            return {"transactionId": self._transaction}
        if operation in ("CommitTransaction", "RollbackTransaction"):
            self._check(parameters.get("transactionId"))
            connection.execute("COMMIT" if operation == "CommitTransaction" else "ROLLBACK")
            self._transaction = None
            return {
                "transactionStatus": "Transaction Committed"
                if operation == "CommitTransaction"
                else "Rollback Complete"
            }
        self._check(parameters.get("transactionId"))
        if operation == "BatchExecuteStatement":
            sets: list[Any] = parameters.get("parameterSets") or [[]]
            return {"updateResults": [self._statement(connection, parameters["sql"], s) and {} for s in sets]}
        return self._statement(connection, parameters["sql"], parameters.get("parameters") or [])

    def _check(self, transaction: str | None) -> None:
        if transaction is None:
            self._abandon()
        elif transaction != self._transaction:
            raise sqlite3.OperationalError(f"Transaction {transaction} is not found")

    def _abandon(self) -> None:
        """Undoes an open transaction: whoever holds it is dead or waits, and an idle one ends so (documented: 3 minutes)."""
        if self._transaction is not None and self._connection is not None:
            self._connection.execute("ROLLBACK")
            self._transaction = None

    def _statement(self, connection: sqlite3.Connection, sql: str, parameters: Any) -> dict[str, Any]:
        cursor = connection.execute(sql, {p["name"]: _plain(p["value"]) for p in parameters})
        rows = cursor.fetchall()
        answer: dict[str, Any] = {"numberOfRecordsUpdated": max(cursor.rowcount, 0), "generatedFields": []}
        if cursor.description is not None:
            answer["columnMetadata"] = [{"name": column[0], "label": column[0]} for column in cursor.description]
            answer["records"] = [[_field(value) for value in row] for row in rows]
        return answer

    def entries(self) -> Iterator[Entry]:
        """Every row of every table."""
        if self._connection is None:
            return
        self._abandon()
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        for (table,) in self._connection.execute(names).fetchall():
            columns = self._connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            keys = [c[1] for c in columns if c[5]]
            rows = self._connection.execute(f'SELECT * FROM "{table}"')
            for row in rows.fetchall():
                facts = dict(zip((c[1] for c in columns), row, strict=True))
                yield Entry(f"SQL table {table}", ", ".join(f"{k}={facts[k]}" for k in keys), facts)


def _empty() -> sqlite3.Connection:
    # A paused delivery's statements come from its own thread; only one runs at a time.
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _plain(value: dict[str, Any]) -> Any:
    return next((value[kind] for kind in _VALUES if kind in value), None)


def _field(value: Any) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    kinds: dict[Any, str] = {bool: "booleanValue", int: "longValue", float: "doubleValue", bytes: "blobValue"}
    return {kinds.get(value.__class__, "stringValue"): value}
