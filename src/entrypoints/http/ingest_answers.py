"""What is answered to events, whichever door they came through."""

from typing import Any

from flask import Response

from application.ingestion.ingest_events import IngestResult, Rejection
from application.ports.events import Fate
from entrypoints.http.problems import problem

_SAME_CALL = "The same call is stored under another id, and is counted once."


def document_of(result: IngestResult) -> dict[str, Any]:
    """How many met which fate, and each that was not simply accepted."""
    return {
        "accepted": result.count(Fate.ACCEPTED),
        "duplicates": result.count(Fate.DUPLICATE) + result.count(Fate.MERGED),
        "conflicts": result.count(Fate.CONFLICT),
        "rejected": result.rejected,
        "results": [
            {"index": index, "id": event_id, **_outcome(outcome)}
            for index, (event_id, outcome) in enumerate(
                zip(result.ids, result.outcomes, strict=True)
            )
            if outcome is not Fate.ACCEPTED
        ],
    }


def refusal_of(result: IngestResult) -> Response | None:
    """The answer to a body that was a single event and was not taken; None when it was."""
    (outcome,) = result.outcomes
    if isinstance(outcome, Rejection):
        detail = f"The event was refused: {outcome.fault.pointer} {outcome.fault.detail}"
        return problem(422, outcome.code, detail, (outcome.fault,))
    if outcome is Fate.CONFLICT:
        return problem(409, "conflict", "Another event with this id is stored; the first stands.")
    return None


def _outcome(outcome: Fate | Rejection) -> dict[str, str]:
    if isinstance(outcome, Rejection):
        fault = {"detail": outcome.fault.detail, "pointer": outcome.fault.pointer}
        return {"status": "rejected", "code": outcome.code, **fault}
    if outcome is Fate.MERGED:
        return {"status": Fate.DUPLICATE, "code": "same_call", "detail": _SAME_CALL}
    return {"status": outcome}
