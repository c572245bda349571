"""Registering a parcel: twice, with a token that has changed, and to where nobody goes."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.proof.world import World
from flowdsl.testing import proof
from handlers.carriers import AddressRefused, Label, TokenRefused, register_parcel
from tests import world as aws
from tests.carrier import Carrier, carrier

WORLD = ("CARRIER_SECRET_ID",)

__all__ = ["carrier"]

PARCEL = {"parcel": "p-1", "address": "12 Tea Lane"}


def test_a_parcel_registered_twice_has_one_label(carrier: Carrier) -> None:
    labels = [register_parcel(parcel="p-1", address="12 Tea Lane") for _ in range(2)]
    assert labels == [Label(parcel="p-1", tracking="TRACK-1")] * 2
    assert len(carrier.labels) == 1


def test_another_parcel_has_another_label(carrier: Carrier) -> None:
    labels = {register_parcel(parcel=parcel, address="12 Tea Lane").tracking for parcel in ("p-1", "p-2")}
    assert labels == {"TRACK-1", "TRACK-2"}


def test_a_token_that_has_changed_is_read_anew_by_the_next_delivery(carrier: Carrier) -> None:
    register_parcel(**PARCEL)
    carrier.token = "token-2"
    aws.client("secretsmanager").put_secret_value(SecretId="carrier", SecretString="token-2")
    with pytest.raises(TokenRefused):
        register_parcel(**PARCEL)
    assert register_parcel(**PARCEL).tracking == "TRACK-1"


def test_an_address_that_the_carrier_refuses_is_refused(carrier: Carrier) -> None:
    with pytest.raises(AddressRefused, match="p-1"):
        register_parcel(parcel="p-1", address="")


def test_the_secret_is_read_once_an_environment(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    register_parcel(**PARCEL)
    aws.client("secretsmanager").delete_secret(SecretId="carrier", ForceDeleteWithoutRecovery=True)
    assert register_parcel(**PARCEL).tracking == "TRACK-1"


def answering(proof: World) -> None:
    """A secret, and a carrier that answers."""
    aws.make("CARRIER_SECRET_ID")
    proof.answer("POST", "https://carrier.example/parcels", {"tracking": "TRACK-1"})


def refusing(proof: World) -> None:
    aws.make("CARRIER_SECRET_ID")
    proof.answer("POST", "https://carrier.example/parcels", {}, status=422)


@proof(register_parcel, PARCEL, answering)
def test_registering_is_idempotent() -> None: ...


@proof(register_parcel, PARCEL, refusing)
def test_being_refused_is_idempotent() -> None: ...


def test_the_answer_is_json_for_the_workflow(carrier: Carrier, lambda_context: Any) -> None:
    assert register_parcel.invoke(PARCEL, lambda_context) == {"parcel": "p-1", "tracking": "TRACK-1"}
