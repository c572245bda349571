"""Every way through the polling loop; the transcription service is mocked, the index is real."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from flowdsl.testing import raises, simulate
from tests import world
from workflows.transcribe_call import transcribe_call

WORLD = ("TRANSCRIPTS_TABLE", "TRANSCRIPTS_BUCKET")

CALL = {"name": "call-7", "uri": "s3://calls/call-7.wav"}
URI = "https://s3.eu-west-1.amazonaws.com/transcripts/call-7.json"


def job(status: str) -> dict[str, Any]:
    found: dict[str, Any] = {"TranscriptionJobName": "call-7", "TranscriptionJobStatus": status}
    if status == "COMPLETED":
        found["Transcript"] = {"TranscriptFileUri": URI}
    return {"TranscriptionJob": found}


@pytest.fixture(autouse=True)
def transcript(world: None) -> None:
    body = {"results": {"transcripts": [{"transcript": "hello is that the bakery"}]}}
    boto3.client("s3").put_object(Bucket="transcripts", Key="transcripts/call-7.json", Body=json.dumps(body))


def run(looks: list[Any], started: Any = None, **more: Any) -> Any:
    mocks = {"aws-sdk:transcribe:startTranscriptionJob": started or job("IN_PROGRESS"), "Look": looks, **more}
    return simulate(transcribe_call, CALL, mocks)


def test_a_finished_job_is_indexed() -> None:
    execution = run([job("IN_PROGRESS"), job("COMPLETED")])
    assert execution.output == {"recording": "call-7", "words": 5}
    assert execution.elapsed_seconds == 60
    assert world.get("TRANSCRIPTS_TABLE", recording="call-7") is not None


def test_a_failed_job_fails_the_execution() -> None:
    execution = run([job("FAILED")])
    assert (execution.error, execution.cause) == ("TranscriptionFailed", "the transcription of call-7 failed")


def test_it_gives_up_after_an_hour() -> None:
    execution = run([job("IN_PROGRESS")] * 120)
    assert execution.error == "TranscriptionTooSlow"
    assert execution.elapsed_seconds == 3600


def test_a_job_that_runs_already_is_looked_at() -> None:
    execution = run([job("COMPLETED")], raises("Transcribe.ConflictException"))
    assert execution.path == ["Begin", "StartJob", "Pause", "Look", "Status", "Index"]


def test_indexing_is_tried_again_when_throttled() -> None:
    answers = [raises("Lambda.TooManyRequestsException"), {"recording": "call-7", "words": 5}]
    assert run([job("COMPLETED")], Index=answers).status == "SUCCEEDED"


def test_a_silent_recording_has_an_end_of_its_own() -> None:
    body = {"results": {"transcripts": [{"transcript": " "}]}}
    boto3.client("s3").put_object(Bucket="transcripts", Key="transcripts/call-7.json", Body=json.dumps(body))
    execution = run([job("COMPLETED")])
    assert (execution.error, execution.cause) == ("NobodySpoke", "there is not a word in call-7")
