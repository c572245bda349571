"""Texts in a source: which are documentation, and which name something of AWS."""

from __future__ import annotations

import ast
import re

from flowdsl.checks.handler_tree import SourceTree

ARN = re.compile(r"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:")
QUEUE_URL = re.compile(r"https://(sqs\.[a-z0-9-]+|[a-z0-9-]+\.queue)\.amazonaws\.com(\.cn)?/\d{12}/")
ACCOUNT = re.compile(r"\d{12}")


def docstrings(tree: SourceTree) -> set[ast.AST]:
    """The texts that are statements of their own: docstrings, and comments written as texts."""
    return {node.value for node in tree.parents if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
