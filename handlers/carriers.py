"""The carrier's own API: its token comes from Secrets Manager, read once an environment, and is nobody else's to see."""

from __future__ import annotations

import json
import os
from functools import cache
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from pydantic import BaseModel

from flowdsl.handler import Permanent, Transient, current_key, delegated, handler
from handlers.aws_clients import secretsmanager


class Label(BaseModel):
    """What is stuck on a parcel."""

    parcel: str
    tracking: str


class TokenRefused(Transient):
    """The carrier has another token by now: the next attempt reads it anew."""


class AddressRefused(Permanent):
    """The carrier does not go there."""


@cache
def _token(secret: str) -> str:
    return secretsmanager().get_secret_value(SecretId=secret)["SecretString"]


@handler(
    raises=(TokenRefused, AddressRefused),
    timeout_seconds=20,
    idempotency=delegated("parcel", to="the carrier's Idempotency-Key"),
)
def register_parcel(*, parcel: str, address: str) -> Label:
    """Announces a parcel to the carrier, who gives a repeat the label it has given before."""
    secret = os.environ["CARRIER_SECRET_ID"]
    request = Request(
        os.environ["CARRIER_URL"],
        data=json.dumps({"reference": parcel, "address": address}).encode(),
        headers={"Authorization": f"Bearer {_token(secret)}", "Idempotency-Key": current_key()},
        method="POST",
    )
    try:
        with urlopen(request, timeout=10) as response:
            return Label(parcel=parcel, tracking=json.load(response)["tracking"])
    except HTTPError as error:
        if error.code == 401:
            _token.cache_clear()
            raise TokenRefused("the carrier refuses the token") from None
        if error.code == 422:
            raise AddressRefused(parcel) from None
        raise
