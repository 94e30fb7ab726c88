"""The product made worse on purpose: it answers, and commits a moment later.

Python imports this module at its start where its folder is on the path. The test of the test.
"""

import contextlib
import threading
import time
from typing import Any

from adapters.sql.events import SqlEventStore
from adapters.sql.unit_of_work import SqlUnitOfWork

_append, _commit, _exit = SqlEventStore.append, SqlUnitOfWork.commit, SqlUnitOfWork.__exit__
_LATE_BY_S = 0.3


def append(self: Any, organization_id: str, events: Any) -> Any:
    """Mark the transaction: only those of events commit late, so that one can sign up."""
    self._connection.info["has_events"] = True
    return _append(self, organization_id, events)


def commit(self: Any) -> None:
    if not self._connection.info.pop("has_events", False):
        _commit(self)
        return
    self.is_late = True
    threading.Thread(target=_commit_late, args=(self,), daemon=True).start()


def leave(self: Any, *details: Any) -> None:
    if not getattr(self, "is_late", False):
        _exit(self, *details)


def _commit_late(unit_of_work: Any) -> None:
    time.sleep(_LATE_BY_S)
    with contextlib.suppress(Exception):
        _commit(unit_of_work)
    _exit(unit_of_work, None, None, None)


SqlEventStore.append = append  # type: ignore[method-assign]
SqlUnitOfWork.commit = commit  # type: ignore[method-assign]
SqlUnitOfWork.__exit__ = leave  # type: ignore[method-assign]
