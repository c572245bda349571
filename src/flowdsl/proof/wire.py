"""Where calls to AWS pass: counted, killed, lost, refused or held here, and answered by moto. Nothing goes out.

Wraps botocore's Endpoint at class level, so that clients, resources, paginators and waiters are seen whenever they were
made: clients made at import too (event hooks saw none of those, measured).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from flowdsl.proof.clock import TICK_SECONDS, Clock
from flowdsl.proof.delivery import Delivery
from flowdsl.proof.partial import partly
from flowdsl.proof.rehearsal import Call
from flowdsl.proof.responses import error
from flowdsl.proof.services import Services

PARAMETERS = "flowdsl_parameters"
"""Where a request's context carries the parameters it was made from."""

REFUSALS = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "kinesis": "ProvisionedThroughputExceededException",
    "s3": "SlowDown",
    "sqs": "RequestThrottled",
    "sns": "ThrottledException",
    "lambda": "TooManyRequestsException",
}
"""What a service says when it has too much to do; the others say ThrottlingException."""


class NetworkClosed(ConnectionError):
    """A call that moto does not answer. It is not sent: a proof reaches no network."""


class Wire:
    """The wrapped endpoint. `active` is the delivery that runs just now; None while a world is made or looked at."""

    def __init__(self, clock: Clock) -> None:
        self.active: Delivery | None = None
        self.stage: Call | None = None
        """What stands between a setup's calls and AWS."""
        self.services = Services(clock)
        self.unanswered: list[str] = []
        """Calls that moto did not answer."""
        self._clock = clock
        self._saved: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Wire:
        from botocore.client import BaseClient
        from botocore.endpoint import Endpoint
        from botocore.signers import RequestSigner

        self._wrap(Endpoint, "make_request", self._make_request)
        self._wrap(Endpoint, "_do_get_response", self._do_get_response)
        self._wrap(Endpoint, "_send", self._send)
        self._wrap(BaseClient, "_convert_to_request_dict", self._convert)
        self._wrap(BaseClient, "_make_api_call", self._api_call)
        self._wrap(RequestSigner, "sign", self._sign)
        self._clock.slept = self._slept
        self.services.install()
        return self

    def __exit__(self, *_: object) -> None:
        self.services.uninstall()
        for owner, name, original in reversed(self._saved):
            setattr(owner, name, original)
        self._saved.clear()

    def reset(self) -> None:
        """For a fresh world: nothing has been called yet."""
        self.active = None
        self.stage = None
        self.services.reset()

    def _wrap(self, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
        original = getattr(owner, name)
        self._saved.append((owner, name, original))

        def wrapped(instance: Any, *args: Any, **kwargs: Any) -> Any:
            return wrapper(original, instance, *args, **kwargs)

        setattr(owner, name, wrapped)

    def _slept(self, seconds: float) -> None:
        if self.active is not None:
            self.active.spend(seconds)

    def _convert(self, original: Any, client: Any, api_params: Any, *args: Any, **kwargs: Any) -> Any:
        request = original(client, api_params, *args, **kwargs)
        request["context"][PARAMETERS] = api_params
        return request

    def _api_call(self, original: Any, client: Any, operation_name: str, api_params: Any) -> Any:
        if self.stage is None:
            delivery = self.active
            if delivery is None or not delivery.is_partial_next:
                return original(client, operation_name, api_params)
            name = str(client.meta.service_model.service_name)
            return partly(
                name, operation_name, api_params, lambda given: self._partly(original, client, operation_name, given)
            )
        service = f"{client.meta.service_model.service_name} {client.meta.region_name}"
        return self.stage(service, operation_name, api_params, lambda: original(client, operation_name, api_params))

    def _partly(self, original: Any, client: Any, operation_name: str, api_params: Any) -> Any:
        """A call with the entries that are taken; with none of them there is nothing to send, and it counts all the same."""
        if any(not value for value in api_params.values() if isinstance(value, (list, dict))):
            assert self.active is not None
            number = self.active.begins(f"{client.meta.service_model.service_name}.{operation_name}")
            self.active.ends(number)
            return {}
        return original(client, operation_name, api_params)

    def _sign(self, original: Any, signer: Any, *args: Any, **kwargs: Any) -> Any:
        """Signs with made-up credentials for a client that has none: one made at import, where there were none."""
        from botocore.credentials import Credentials

        own = signer._credentials
        if own is None:
            signer._credentials = Credentials("testing", "testing")
        try:
            return original(signer, *args, **kwargs)
        finally:
            signer._credentials = own

    def _make_request(self, original: Any, endpoint: Any, operation_model: Any, request_dict: Any) -> Any:
        delivery = self.active
        if delivery is None:
            return original(endpoint, operation_model, request_dict)
        service = str(operation_model.service_model.service_name)
        number = delivery.begins(f"{service}.{operation_model.name}")
        self._clock.advance(TICK_SECONDS)
        if delivery.is_refused(number):
            return error(REFUSALS.get(service, "ThrottlingException"), "Rate exceeded")
        # The delivery may have waited: the one that runs now is this one again.
        answer = original(endpoint, operation_model, request_dict)
        if answer[0].status_code >= 400:
            delivery.failed = delivery.calls[number - 1], request_dict["context"].get(PARAMETERS)
        delivery.ends(number)
        return answer

    def _do_get_response(self, original: Any, endpoint: Any, request: Any, operation_model: Any, context: Any) -> Any:
        parameters: dict[str, Any] = context.get(PARAMETERS) or {}
        answer = self.services.answer(operation_model, parameters)
        if answer is None:
            answer = original(endpoint, request, operation_model, context)
            if answer[0] is not None and answer[0][0].status_code < 300:
                self.services.remember(operation_model, parameters, answer[0])
                if self.active is not None:
                    # Each time that it is sent: a request whose response gets lost does its work twice.
                    self.services.note(operation_model, parameters)
        else:
            answer = (copy.deepcopy(answer), None)
        delivery = self.active
        if delivery is not None and delivery.loses_response:
            from botocore.exceptions import ReadTimeoutError

            delivery.loses_response = False
            return None, ReadTimeoutError(endpoint_url=request.url)
        return answer

    def _send(self, original: Any, endpoint: Any, request: Any) -> Any:
        """A request that no hook has answered: of a client made before moto was loaded, or one that moto does not know."""
        from moto.core.models import botocore_stubber

        answer = botocore_stubber("before-send", request)
        if answer is None:
            self.unanswered.append(str(request.url))
            raise NetworkClosed(f"moto does not answer {request.method} {request.url}, and a proof reaches no network")
        return answer
