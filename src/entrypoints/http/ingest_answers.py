"""What is answered to events, whichever door they came through."""

from typing import Any

from flask import Response

from application.ingestion.ingest_events import IngestResult, Rejection
from application.ports.events import Fate
from domain.reservation import SettlementNote
from entrypoints.http.problems import problem

_NOTES = {
    SettlementNote.UNKNOWN: "The event counts; there is no such reservation.",
    SettlementNote.SETTLED_BEFORE: "The event counts; another one settled the reservation before.",
    SettlementNote.RELEASED: "The event counts; the reservation had been given back.",
    SettlementNote.EXPIRED: "The event counts; the reservation had expired.",
}
_SAME_CALL = "The same call is stored under another id, and is counted once."


def document_of(result: IngestResult) -> dict[str, Any]:
    """How many met which fate, and each that was not simply accepted.

    An event that was accepted and did not settle the reservation that it names is among them.
    """
    return {
        "accepted": result.count(Fate.ACCEPTED),
        "duplicates": result.count(Fate.DUPLICATE) + result.count(Fate.MERGED),
        "conflicts": result.count(Fate.CONFLICT),
        "rejected": result.rejected,
        "results": [
            {"index": index, "id": event_id, **_outcome(outcome), **_noted(result, index)}
            for index, (event_id, outcome) in enumerate(
                zip(result.ids, result.outcomes, strict=True)
            )
            if outcome is not Fate.ACCEPTED or index in result.notes
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


def _noted(result: IngestResult, index: int) -> dict[str, str]:
    note = result.notes.get(index)
    return {} if note is None else {"code": note, "detail": _NOTES[note]}


def _outcome(outcome: Fate | Rejection) -> dict[str, str]:
    if isinstance(outcome, Rejection):
        fault = {"detail": outcome.fault.detail, "pointer": outcome.fault.pointer}
        return {"status": "rejected", "code": outcome.code, **fault}
    if outcome is Fate.MERGED:
        return {"status": Fate.DUPLICATE, "code": "same_call", "detail": _SAME_CALL}
    return {"status": outcome}
