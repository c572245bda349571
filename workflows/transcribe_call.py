"""A polling loop: start a job that has no .sync form, look again every half minute, give up after an hour."""
# pyright: reportUnusedExpression=false

from pydantic import BaseModel

from flowdsl import Choice, Fail, Pass, Retry, Task, Var, Wait, aws, placeholder, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from handlers.transcripts import EmptyTranscript, Transcript, index_transcript


class Recording(BaseModel):
    """A recorded call in S3. The name is the job's name too, so that starting it twice is refused."""

    name: str
    uri: str


LOOKS = 120
"""How often to look before giving up."""


@workflow(timeout_seconds=2 * 3600)
def transcribe_call(recording: Recording) -> Transcript:
    """Transcribe a recorded call and index the transcript."""
    looks = Var[int]()

    begin = Pass().assign(looks, 0)
    start_job = Task(
        aws.sdk.transcribe.start_transcription_job(
            TranscriptionJobName=recording.name,
            LanguageCode="en-GB",
            Media={"MediaFileUri": recording.uri},
            OutputBucketName=placeholder("TranscriptsBucket"),
        ),
        timeout_seconds=60,
    )
    pause = Wait(seconds=30)
    look = Task(  # flowdsl: ignore[ASL405] the job goes on unseen; a redrive looks at it again
        aws.sdk.transcribe.get_transcription_job(TranscriptionJobName=recording.name), timeout_seconds=60
    )
    look.assign(looks, looks.value + 1)
    status = Choice()
    index = Task(
        index_transcript(recording=recording.name, key=look.result.TranscriptionJob.Transcript.TranscriptFileUri),
        timeout_seconds=45,
    )
    index.retry(
        Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")
    )
    failed = Fail("TranscriptionFailed", cause=f"the transcription of {recording.name} failed")
    silent = Fail("NobodySpoke", cause=f"there is not a word in {recording.name}")
    too_slow = Fail("TranscriptionTooSlow", cause=f"the transcription of {recording.name} took too long")

    begin >> start_job >> pause >> look >> status
    status.when(look.result.TranscriptionJob.TranscriptionJobStatus == "COMPLETED") >> index
    status.when(look.result.TranscriptionJob.TranscriptionJobStatus == "FAILED") >> failed
    status.when(looks.value >= LOOKS) >> too_slow
    status.otherwise >> pause
    # The job exists already when an earlier attempt started it: go on and look at that one.
    start_job.catch(aws.sdk.transcribe.ConflictException) >> pause

    index.catch(EmptyTranscript) >> silent

    return index.result
