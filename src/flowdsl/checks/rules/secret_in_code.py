"""ASL940 secret-in-code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_texts import docstrings
from flowdsl.diagnostics import Diagnostic, Severity

_KNOWN = (
    (re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"), "an AWS access key"),
    (re.compile(r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\b(sk|rk)_(live|test)_[0-9a-zA-Z]{10,}"), "a Stripe key"),
    (re.compile(r"\bgh[pousr]_[0-9A-Za-z]{30,}"), "a GitHub token"),
    (re.compile(r"\bxox[abpors]-[0-9A-Za-z-]{10,}"), "a Slack token"),
    (re.compile(r"https://hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{16,}"), "a Slack webhook"),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"), "a Google API key"),
    (re.compile(r"\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}"), "a SendGrid key"),
    (re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}"), "a signed token (JWT)"),
    (re.compile(r"^(Bearer|Basic) [A-Za-z0-9._~+/-]{16,}=*$"), "a credential"),
    (re.compile(r"\b[a-z][a-z0-9+]*://[^/\s:@{}]+:[^/\s:@{}\0]{3,}@"), "a password in an address"),
)
_NAME = re.compile(
    r"(^|_|-)(password|passwd|pwd|pass|passphrase|secret|secret_?key|client_?secret|api_?key|apikey|access_?key|secret_?access_?key|auth_?token|"
    r"access_?token|bearer_?token|private_?key|token|webhook_?secret|signing_?key|encryption_?key|db_?pass)$",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REFERENCE = re.compile(
    r"(^|_|-)(name|id|arn|path|param|parameter|ref|env|var|url|uri|field|column|header|type|expires?|ttl|version)$",
    re.I,
)
_HARMLESS = re.compile(
    r"^(\s*|x+|\*+|\.+|none|null|true|false|todo|change-?me|example|dummy|placeholder|secret|password|token|test|your[-_ ].*|<.*>|\$\{.*\}|\{.*\})$",
    re.I,
)


class SecretInCode(HandlerRule):
    """A password, key or token written into the source.

    Everybody who reads the repository, the deployment package or the function's code in the console has it, and it cannot be changed
    without a deployment. Its past stays in git.

    Instead: keep it in Secrets Manager or SSM Parameter Store, and read it once, outside the handler, by the name in a variable.
    Change the one that was written down.
    """

    code = "ASL940"
    severity = Severity.ERROR
    bad = SourceExample(
        """
        import pymysql

        DB_PASSWORD = "x7-Quiet-Harbour"

        def handler(event, context):
            return read(event["id"], DB_PASSWORD)
        """,
        3,
        "a password, key or token stands in the source ('DB_PASSWORD'); keep it in Secrets Manager or SSM, and change this one",
    )
    good = SourceExample(
        """
        import os
        import boto3

        secrets = boto3.client("secretsmanager")
        PASSWORD_NAME = "shop/database"

        def handler(event, context):
            return read(event["id"], secrets.get_secret_value(SecretId=os.environ["DB_SECRET"])["SecretString"])
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        documented = docstrings(source.tree)
        told: set[int] = set()
        for node in source.tree.parents:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented:
                what = next((what for pattern, what in _KNOWN if pattern.search(node.value)), None)
                if what is not None and node.lineno not in told:
                    told.add(node.lineno)
                    yield self.at(
                        source,
                        node,
                        f"{what} stands in the source; keep it in Secrets Manager or SSM, and change this one",
                    )
        for node in source.tree.parents:
            for name, value in _named_values(node):
                if value.lineno not in told and isinstance(value.value, str) and _is_secret(name, value.value):
                    told.add(value.lineno)
                    yield self.at(
                        source,
                        value,
                        f"a password, key or token stands in the source ({name!r}); keep it in Secrets Manager or SSM, and change this one",
                    )


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """(name, text) of `name = "text"`, `f(name="text")` and `{"name": "text"}`."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
            elif isinstance(target, ast.Attribute):
                yield target.attr, node.value
            elif (
                isinstance(target, ast.Subscript)
                and isinstance(target.slice, ast.Constant)
                and isinstance(target.slice.value, str)
            ):
                yield target.slice.value, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.keyword) and node.arg and isinstance(node.value, ast.Constant):
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Constant):
                yield key.value, value


def _is_secret(name: str, text: str) -> bool:
    plain = _CAMEL.sub("_", name)
    if not _NAME.search(plain) or _REFERENCE.search(plain) or _HARMLESS.match(text):
        return False
    if len(text) < 6 or len(text) > 400 or any(c.isspace() for c in text):
        return False
    # The name of a secret, a variable or a parameter is not the secret: words, joined by _, / or : .
    if text.startswith(("/", "arn:", "http://", "https://")) or re.fullmatch(r"[A-Z][A-Z0-9_]*", text):
        return False
    if re.search(r"pass(word|wd|phrase)?$|pwd$", plain, re.I):
        words = re.fullmatch(r"[a-z]+([-_/.:][a-z]+)+", text) is not None
        return not words and text.lower() not in plain.lower()
    if text.isalpha() and text.islower():
        return len(text) >= 16 or (len(text) >= 12 and re.search(r"key$|secret$", plain, re.I) is not None)
    return len(text) >= 8 and any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
